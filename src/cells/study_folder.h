/* A folder in 3CA layout: its files, its genes, and what it says about its cells. */
#ifndef ONCOMARK_CELLS_STUDY_FOLDER_H
#define ONCOMARK_CELLS_STUDY_FOLDER_H

#include "cells/study_column.h"
#include "oncomark/log.h"
#include "oncomark/matrix_market.h"
#include "oncomark/strings.h"

/* Paths, all owned. */
typedef struct om_study_files {
    char *matrix;   /* Exp_data_*.mtx[.gz], or the only *.mtx[.gz] */
    char *genes;    /* Genes.txt[.gz] */
    char *cells;    /* Cells.csv[.gz] */
    char *metadata; /* Meta-data.csv[.gz], Samples.csv[.gz]; NULL: none */
} om_study_files;

/* Names are compared with case ignored; a plain file goes before its gzip copy. A folder without
 * matrix, genes or cells, or with two matrices, is OM_INPUT. Local. */
om_status om_study_files_find(om_study_files **out, const char *folder);
void om_study_files_destroy(om_study_files **files);

/* Appends path, size and time of each file, one a line: for an artefact's key. Local. */
om_status om_study_files_describe(const om_study_files *files, om_text *text);

typedef struct om_study {
    om_strings *genes;      /* symbols as in the file, blanks trimmed, duplicates kept */
    om_strings *cell_names; /* first column of Cells.csv, duplicates kept */
    int64_t n_columns;
    om_study_column *columns; /* sample, patient, the rest of Cells.csv, the rest of the metadata */
} om_study;

/* Reads genes, cells and metadata. `log` (may be NULL) gets a warning for each thing that was
 * missing and filled in: metadata, patients, samples without metadata. A column that stands in both
 * files is taken from Cells.csv. Local. */
om_status om_study_load(om_study **out, const om_study_files *files, om_log *log);
void om_study_destroy(om_study **study);

/* OM_INPUT where the matrix has other numbers of genes and cells than the lists. Local. */
om_status om_study_compare(const om_study *study, const om_study_files *files,
                           const om_mtx_header *header);

#endif
