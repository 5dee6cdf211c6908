/* Which rows of a 10x matrix are genes. */
#ifndef ONCOMARK_CELLS_TENX_FEATURES_H
#define ONCOMARK_CELLS_TENX_FEATURES_H

#include "cells/study_loader.h"

/* The rows as they are read. Empty texts stand for what the format does not tell. */
typedef struct om_tenx_features {
    om_strings *symbols;
    om_strings *types;   /* "Gene Expression" and others */
    om_strings *genomes; /* "" for what belongs to none */
} om_tenx_features;

om_status om_tenx_features_create(om_tenx_features *features);
void om_tenx_features_release(om_tenx_features *features);

/* genes.tsv or features.tsv: id, symbol and maybe type. */
om_status om_tenx_read_list(om_tenx_features *features, om_study_loader *loader);

/* The group of an HDF5 file. */
om_status om_tenx_read_group(om_tenx_features *features, om_study_loader *loader);

#endif
