/* A study while it is put together: each format fills genes and cells, then metadata is joined. */
#ifndef ONCOMARK_CELLS_STUDY_LOADER_H
#define ONCOMARK_CELLS_STUDY_LOADER_H

#include "cells/study_place.h"

/* Columns 0 and 1 of the study are sample and patient. */
enum { OM_STUDY_SAMPLE, OM_STUDY_PATIENT, OM_STUDY_FIRST_OTHER };

typedef struct om_study_loader {
    om_study *study;
    const om_study_place *place;
    om_log *log; /* NULL: quiet */
    om_text *scratch;
    om_h5 *file;     /* the matrix's, where that is HDF5; else NULL */
    int64_t n_space; /* columns that there is space for */

    int64_t n_rows;   /* of the list of genes, those that are left out among them */
    char *genes_from; /* where the genes, the cells and their number in the matrix stand, */
    char *cells_from; /* for messages */
    char *matrix_from;
    om_strings *barcodes; /* the names that the matrix's cells have in its own format; NULL: none */
    bool has_samples;     /* false: one sample for all, for want of a table */
    bool has_patients;    /* the column of patients is filled */
} om_study_loader;

/* The next column, empty. Borrowed until the next call. */
om_status om_study_add_column(om_study_loader *loader, om_study_column **column);

/* An owned name for a column that HDF5 can hold; *name is NULL where it is taken already, with a
 * warning. `number` (from 0) stands in for a name that cannot be used; `table` is for messages. */
om_status om_study_name_column(om_study_loader *loader, const char *header, int64_t number,
                               const char *table, char **name);

/* --- genes: fills study->genes, n_rows, genes_from --- */
om_status om_study_read_genes(om_study_loader *loader);   /* 3CA */
om_status om_tenx_read_features(om_study_loader *loader); /* genes.tsv, features.tsv; .h5 */
om_status om_annotated_read_genes(om_study_loader *loader);

/* --- cells: fills cell_names and columns, cells_from --- */
om_status om_study_read_cells(om_study_loader *loader);      /* a table */
om_status om_study_read_one_sample(om_study_loader *loader); /* names alone: loader->barcodes */
om_status om_tenx_read_barcodes(om_study_loader *loader);
om_status om_annotated_read_barcodes(om_study_loader *loader);
om_status om_annotated_read_cells(om_study_loader *loader); /* obs */

/* An empty column as that of the samples: the data set's id for all cells. */
om_status om_study_fill_sample(om_study_loader *loader, om_study_column *column, int64_t n_cells);

/* Joins the metadata, if there are, and sees to it that every cell has a patient. */
om_status om_study_join_metadata(om_study_loader *loader);

/* The first column from `first` on with this header, case ignored; -1 if absent. */
int64_t om_study_find_header(const om_table *table, const char *header, int64_t first);

/* The same; OM_INPUT if absent. */
om_status om_study_require_sample(const om_table *table, int64_t first, int64_t *column);

/* Columns of a table, from `first` on, but those of the sample (`key`) and of the patient, as facts
 * about n things, of which `rows` (NULL: row i) says which row each has. Where `groups` is not NULL
 * they are spread over the cells. */
om_status om_study_add_columns(om_study_loader *loader, const om_table *table, int64_t first,
                               int64_t key, const int64_t *rows, int64_t n, const int32_t *groups);

#endif
