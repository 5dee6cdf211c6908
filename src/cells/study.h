/* A data set as it is given, whatever its format: its files, its genes, what is said about its
 * cells, and where its matrix stands.
 *
 * Formats: a folder in 3CA layout; a 10x folder (version 2 or 3, plain or gzip); a 10x .h5 file
 * (version 2 or 3); an AnnData file (.h5ad) of any version. The keys `cells` and `metadata` of the
 * data set name tables in the layout of Cells.csv and Meta-data.csv, which go before what the
 * format has. */
#ifndef ONCOMARK_CELLS_STUDY_H
#define ONCOMARK_CELLS_STUDY_H

#include "cells/study_column.h"
#include "oncomark/cell_feed.h"
#include "oncomark/job.h"
#include "oncomark/log.h"
#include "oncomark/strings.h"

typedef struct om_study_place om_study_place;

/* Finds out the format of data_set->path and its files; no table is read. OM_INPUT says what was
 * found and what would do, also where a key of the data set (raw, genome, gene_symbols) has no
 * meaning for the format. `data_set` is borrowed. Local. */
om_status om_study_find(om_study_place **out, const om_data_set *data_set);

/* The same; OM_INPUT also says which entry of the job file it is about. Local. */
om_status om_study_find_of_job(om_study_place **out, const om_job *job,
                               const om_data_set *data_set);
void om_study_place_destroy(om_study_place **place);

/* Appends path, size and time of each file, and the keys that say how it is read, one a line: for
 * an artefact's key. Local. */
om_status om_study_describe(const om_study_place *place, om_text *text);

/* Where the matrix stands and its sizes, from headers alone: gene_of is NULL, n_kept = n_genes.
 * Cheap. Local. */
om_status om_study_read_matrix(om_matrix_place **out, const om_study_place *place);

typedef struct om_study {
    om_strings *genes; /* symbols of the genes that are kept, blanks trimmed, with duplicates */
    om_strings *cell_names; /* duplicates kept */
    int64_t n_columns;
    om_study_column *columns; /* sample, patient, the other facts about cells, the metadata's */
    om_matrix_place *matrix;  /* with gene_of, where genes are left out */
} om_study;

/* Reads genes, cells and metadata, and compares their numbers with the matrix. `log` (may be NULL)
 * gets a warning for each thing that was missing and filled in: tables, samples, patients. A column
 * that stands in both tables is taken from that of the cells. Memory: the names and columns of the
 * cells, and the tables while they are read. Local. */
om_status om_study_load(om_study **out, const om_study_place *place, om_log *log);
void om_study_destroy(om_study **study);

/* Sends study->matrix of the root (`study` is not looked at on other ranks) to all ranks, each of
 * which gets one of its own. Collective on ctx. */
om_status om_study_share_matrix(om_matrix_place **out, om_ctx *ctx, const om_study *study);
void om_study_matrix_destroy(om_matrix_place **matrix);

#endif
