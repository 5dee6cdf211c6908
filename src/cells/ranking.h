/* Ranks of some of a cell's genes among all of them, by decreasing value, ties averaged. Ranks are
 * doubled, so that averages of ties are whole. */
#ifndef ONCOMARK_CELLS_RANKING_H
#define ONCOMARK_CELLS_RANKING_H

#include "oncomark/status.h"

#include <stdbool.h>
#include <stdint.h>

/* What a row is to the ranking. */
enum { OM_ROW_COUNTS, OM_ROW_ASKED, OM_ROW_NO_GENE };

/* Room for one cell after another. */
typedef struct om_ranking om_ranking;

/* One cell; the arrays belong to the om_ranking and hold until its next cell. */
typedef struct om_ranked {
    int64_t n_genes; /* that have a value */
    int64_t n_asked; /* of these, the ones whose rank was asked for */
    const int32_t *rows;
    const int64_t *doubled_ranks;
} om_ranked;

/* `longest`: values of the longest cell. Local. */
om_status om_ranking_create(om_ranking **out, int64_t longest);
void om_ranking_destroy(om_ranking **ranking);

/* Ranks a cell of n values > 0 (`whole`: all of them whole numbers) at the rows `indices`; `kinds`
 * [all rows] says which rows are asked for and which are no genes. A gene beyond `last_rank` may
 * get any rank beyond it. Local. */
void om_ranking_cell(om_ranking *ranking, om_ranked *out, const uint8_t *kinds,
                     const int32_t *indices, const double *values, int64_t n, bool whole,
                     int64_t last_rank);

#endif
