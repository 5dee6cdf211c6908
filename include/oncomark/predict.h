/* Hallmark probabilities of bulk expression profiles. */
#ifndef ONCOMARK_PREDICT_H
#define ONCOMARK_PREDICT_H

#include "oncomark/context.h"
#include "oncomark/gene_map.h"
#include "oncomark/linear_map.h"
#include "oncomark/model.h"

/* What is to be predicted. Plain data, borrowed, the same on all ranks. */
typedef struct om_predict_request {
    const om_model *model;
    const om_gene_map *map; /* of Ensembl ids; NULL: none */
    const char *path;
    /* Of profiles in rows, the column that is no gene but tells their classes (case ignored; of an
     * AnnData file a column of obs, by its exact name). NULL: none. */
    const char *class_column;
    const om_linear_map *linear; /* to be computed beside the probabilities; NULL: none */
} om_predict_request;

/* Plain data, the same on all ranks. */
typedef struct om_predictions {
    int64_t n_profiles;
    om_strings *profiles; /* names, in the file's order */
    float *probabilities; /* [n_profiles x 10] */
    int64_t n_features;   /* of the model */
    int64_t n_found;      /* of them in the file */
    om_strings *left_out; /* names of columns that are no profiles */
    om_strings *classes;  /* of the profiles, as a column tells them; NULL: none was asked for */
    int64_t n_linear;     /* n_outputs of the linear map and one more; 0: none was asked for */
    double *linear;       /* [n_profiles x n_linear] outputs, squared length of z; or NULL */
} om_predictions;

/* Predicts all profiles of a table (CSV, TSV, GCT 1.2 or 1.3, plain or gzip), genes in rows or in
 * columns, whichever of header and first column has more of the model's genes; where a GCT has
 * descriptions of its rows, or a second column is named "gene_name" or the like, genes are in the
 * column with most of them. Or of an AnnData file, profiles in obs. A gene is what stands before a
 * '|', case ignored, or the symbol that the map has of an Ensembl id, whose version does not
 * matter; the first of duplicates counts, missing ones are 0. A header one field short is R's. With
 * genes in rows, columns without any number, and those that are named as what describes genes
 * (Entrez_Gene_Id, gene_id, width, length, ...), are left out.
 *
 * OM_INPUT, with file, line and column: a field that is no finite number of at least 0, rows of
 * unequal length, no header line, a profile's name given twice, no gene of the model, Ensembl ids
 * without a map, no column of classes where one was asked for.
 *
 * Ranks share the text (one inflates a compressed one) and then the profiles; with genes in rows
 * they hold 8 bytes for each profile and feature of the model between them. The result has the same
 * bits at any number of ranks; those of `linear` depend on the BLAS. Collective on ctx. */
om_status om_predict(om_predictions **out, om_ctx *ctx, const om_predict_request *request);
void om_predictions_destroy(om_predictions **predictions);

/* Says how much of the model was found in the table at `path`; warns of a small share, and of what
 * is left out. `stage` is what speaks. Local, on one rank. */
om_status om_predictions_say(om_log *log, const char *stage, const om_predictions *predictions,
                             const char *path);

#endif
