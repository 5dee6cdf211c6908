/* Where a data set's parts stand: what om_study_find finds out. */
#ifndef ONCOMARK_CELLS_STUDY_PLACE_H
#define ONCOMARK_CELLS_STUDY_PLACE_H

#include "cells/study.h"
#include "oncomark/h5.h"

typedef enum om_study_format {
    OM_STUDY_3CA,         /* folder: Exp_data_*.mtx, Genes.txt, Cells.csv, Meta-data.csv */
    OM_STUDY_TENX_FOLDER, /* folder: matrix.mtx, genes.tsv or features.tsv, barcodes.tsv */
    OM_STUDY_TENX_H5_V2,  /* HDF5: a group a genome */
    OM_STUDY_TENX_H5_V3,  /* HDF5: the group "matrix" */
    OM_STUDY_ANNDATA      /* HDF5: X, obs, var */
} om_study_format;

/* All texts are owned. */
struct om_study_place {
    om_study_format format;
    const om_data_set *data_set;
    char *matrix;   /* file */
    char *genes;    /* file; NULL: in the matrix's file */
    char *barcodes; /* file of a 10x folder; else NULL */
    char *cells;    /* table; NULL: none */
    char *metadata; /* table; NULL: none */
    char *object;   /* of an HDF5 file: the group of 10x, AnnData's matrix */
    char *var;      /* AnnData's frame of the matrix's genes */
};

/* "a 10x folder", ... for messages. Static. */
const char *om_study_format_name(om_study_format format);

/* What would do, for messages. Static. */
const char *om_study_formats(void);

/* Fills the paths of a folder's files, and its format. A plain file goes before its gzip copy;
 * names are compared with case ignored. */
om_status om_study_find_in_folder(om_study_place *place, const char *folder);

/* Fills object and format of an HDF5 file. */
om_status om_study_find_in_h5(om_study_place *place, const char *path);

/* "a, b, c" for messages; long lists are cut. */
om_status om_study_list(om_text *text, const om_strings *names);

#endif
