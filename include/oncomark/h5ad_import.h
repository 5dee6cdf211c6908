/* Reading AnnData files of any version: data frames as groups or as compound data sets, categories
 * in groups, by reference or in uns, matrices CSR, CSC or dense. Serial handle; all functions are
 * local and give OM_INPUT with file and object. */
#ifndef ONCOMARK_H5AD_IMPORT_H
#define ONCOMARK_H5AD_IMPORT_H

#include "oncomark/cell_feed.h"
#include "oncomark/h5.h"

/* True where the file has the frames obs and var. */
bool om_h5ad_is_annotated(const om_h5 *file);

/* The names of a frame's rows. `frame` is "obs", "var", "raw/var" or "raw.var". */
om_status om_h5ad_import_index(const om_h5 *file, const char *frame, om_strings **index);

/* The names of a frame's columns, without the index, in their order. */
om_status om_h5ad_import_columns(const om_h5 *file, const char *frame, om_strings **names);

/* Either numbers or codes, both NULL for what is neither (several values a row, unknown types). */
typedef struct om_h5ad_column {
    double *numbers;        /* [n_rows], NaN: missing */
    int32_t *codes;         /* [n_rows], -1: missing; bools are "False" and "True" */
    om_strings *categories; /* as the file has them, maybe unused ones and blanks */
} om_h5ad_column;

/* `n_rows`: what the frame has. */
om_status om_h5ad_import_column(om_h5ad_column *out, const om_h5 *file, const char *frame,
                                const char *column, int64_t n_rows);
/* The same with numbers as categories, for names that are numbers. */
om_status om_h5ad_import_names(om_h5ad_column *out, const om_h5 *file, const char *frame,
                               const char *column, int64_t n_rows);
void om_h5ad_column_release(om_h5ad_column *column);

/* Fills layout, objects (owned by the caller) and sizes of the matrix `path` ("X", "raw/X"); the
 * lengths of its parts agree. n_nonzeros of a dense one is that of all its elements. */
om_status om_h5ad_import_matrix(om_matrix_place *place, const om_h5 *file, const char *path);

/* The sparse matrix of a group with data, indices and indptr, of which `by_gene` says whether
 * indptr goes by genes. */
om_status om_h5_import_sparse(om_matrix_place *place, const om_h5 *file, const char *group,
                              bool by_gene, int64_t n_genes, int64_t n_cells);

#endif
