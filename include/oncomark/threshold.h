/* Thresholds of a tissue's scores: which cells are positive for a hallmark, and which negative. */
#ifndef ONCOMARK_THRESHOLD_H
#define ONCOMARK_THRESHOLD_H

#include "oncomark/context.h"
#include "oncomark/hallmark.h"
#include "oncomark/job.h"
#include "oncomark/score_pool.h"

#include <stdbool.h>
#include <stdint.h>

/* Of one tissue and hallmark. */
typedef struct om_threshold {
    bool has_low;
    bool has_high;
    double low;
    double high;
    int64_t n_cells; /* that the thresholds come from */
    int64_t n_positive;
    int64_t n_negative;
} om_threshold;

/* Values are stored and sent. */
typedef enum om_label { OM_LABEL_NONE = -1, OM_LABEL_NEGATIVE = 0, OM_LABEL_POSITIVE = 1 } om_label;

/* Thresholds of all ranks' scores together (method 5); `scores` has this rank's. Too few scores
 * give none (has_low and has_high false). The same on all ranks and for any share of the scores.
 * Scores stay where they are: order statistics come from counts of their leading bits (5 MiB).
 * Collective on group. */
om_status om_threshold_find(om_threshold out[OM_N_HALLMARKS], om_ctx *group,
                            const om_threshold_parameters *parameters, om_score_pool *scores);

/* Positive above `high`; negative below `low`, with method otsu also at it. */
om_label om_threshold_label(const om_threshold *threshold, om_threshold_method method,
                            double score);

/* Thresholds of several tissues, in their order in the job. */
typedef struct om_threshold_table om_threshold_table;

/* No thresholds yet. `tissues` is copied. Local. */
om_status om_threshold_table_create(om_threshold_table **out, const om_strings *tissues);
void om_threshold_table_destroy(om_threshold_table **table);

int64_t om_threshold_table_n_tissues(const om_threshold_table *table);
const char *om_threshold_table_tissue(const om_threshold_table *table, int64_t index);
int64_t om_threshold_table_find(const om_threshold_table *table, const char *tissue); /* or -1 */

/* [OM_N_HALLMARKS] of a tissue. Borrowed. */
om_threshold *om_threshold_table_row(om_threshold_table *table, int64_t index);

/* The table as CSV: tissue, hallmark, low, high, n_cells, n_pos, n_neg; low and high empty where
 * there is none. Local. */
om_status om_threshold_table_write(const om_threshold_table *table, om_text *csv);

/* OM_INPUT with file, line, what was found and expected. Local. */
om_status om_threshold_table_read(om_threshold_table **out, const char *path);

/* *table is read on `root`, created on the other ranks. Collective on ctx. */
om_status om_threshold_table_broadcast(om_ctx *ctx, int root, om_threshold_table **table);

#endif
