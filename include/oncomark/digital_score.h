/* Digital score: the Mann-Whitney U statistic of a gene set in a cell's ranking, as UCell
 * (Andreatta and Carmona 2021, doi 10.1016/j.csbj.2021.06.043) computes it. */
#ifndef ONCOMARK_DIGITAL_SCORE_H
#define ONCOMARK_DIGITAL_SCORE_H

#include "oncomark/counts.h"
#include "oncomark/gene_sets.h"
#include "oncomark/job.h"

/* One part of a set as it stands in a data set. */
typedef struct om_signature {
    int64_t n_genes; /* of the part */
    int64_t n_found; /* in the data set */
    int32_t *rows;   /* [n_found] different rows, each the first of its symbol */
} om_signature;

/* What is the same for all cells of a data set. */
typedef struct om_digital_score om_digital_score;

/* `is_first` [n_rows]: 1 at rows that count as genes, 0 at later rows of a symbol; `n_missing`:
 * different symbols of all sets together that the data set lacks. All arguments are copied. No part
 * may use more genes than om_digital_score_largest_rank (OM_BUG). Local. */
om_status om_digital_score_create(om_digital_score **out, const om_score_parameters *parameters,
                                  int64_t n_rows, const uint8_t *is_first, int64_t n_missing,
                                  om_signature parts[OM_N_HALLMARKS][OM_N_SIGNS]);
void om_digital_score_destroy(om_digital_score **score);

/* m: the smaller of max_rank and the genes of the ranking (with ucell-2.6 and imputed genes the
 * missing ones are among them). */
int64_t om_digital_score_largest_rank(const om_score_parameters *parameters, int64_t n_symbols,
                                      int64_t n_missing);

/* Scores all cells of `counts`: scores [n_cells x OM_N_HALLMARKS]. Takes a few bytes for each
 * non-zero of the longest cell. Local. */
om_status om_digital_score_cells(const om_digital_score *score, const om_counts *counts,
                                 double *scores);

/* The same for cells first .. first + n_cells - 1 of them. */
om_status om_digital_score_range(const om_digital_score *score, const om_counts *counts,
                                 int64_t first, int64_t n_cells, double *scores);

#endif
