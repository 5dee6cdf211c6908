/* Synthetic samples: sums of blocks of positive or negative cells of one sample (method 6). */
#ifndef ONCOMARK_SYNTHETIC_H
#define ONCOMARK_SYNTHETIC_H

#include "oncomark/context.h"
#include "oncomark/counts.h"
#include "oncomark/hallmark.h"
#include "oncomark/job.h"

#include <stdint.h>

/* Groups of a sample's cells: hallmark by hallmark, the positive ones first. */
enum { OM_SYNTHETIC_LABELS = 2, OM_SYNTHETIC_GROUPS = OM_N_HALLMARKS * OM_SYNTHETIC_LABELS };

/* Which cells make up which synthetic samples of a data set. Plain data; the same on all ranks but
 * for this rank's cells. */
typedef struct om_synthetic_plan {
    char *data_set;
    const om_strings *samples; /* borrowed */
    int64_t n_groups;          /* samples x OM_SYNTHETIC_GROUPS, in this order */
    int64_t *group_cells;      /* [n_groups] positive or negative cells */
    int64_t *first_block;      /* [n_groups + 1] */
    int64_t n_blocks;          /* synthetic samples of the data set */
    int64_t *first_own;        /* [n_blocks + 1] into `own` */
    int64_t *own;              /* this rank's cells of each block, from 0 on this rank */
} om_synthetic_plan;

/* What a data set's plan is made from; all borrowed. */
typedef struct om_synthetic_source {
    const char *data_set;
    const om_strings *samples;
    int64_t n_cells;          /* of the data set */
    const int32_t *sample_of; /* [n_cells] */
    const int8_t *labels;     /* [n_cells x OM_N_HALLMARKS] om_label; NONE for cells left out */
    int64_t first_cell;       /* of this rank */
    int64_t n_own_cells;
} om_synthetic_source;

/* Shuffles each group's cells (in their order in the data set) by the seed and the group's name and
 * cuts them into blocks of cells_per_sample; the remainder is left out, and so are groups with
 * fewer than min_cells. `source->samples` must outlive the plan. Local. */
om_status om_synthetic_plan_create(om_synthetic_plan **out, const om_synthetic_source *source,
                                   const om_synthetic_parameters *parameters, uint64_t seed);
void om_synthetic_plan_destroy(om_synthetic_plan **plan);

/* "<data set>|<sample>|<hallmark>|pos" or "...|neg"; `group` in 0 .. OM_SYNTHETIC_GROUPS-1. Owned;
 * NULL when out of memory. */
char *om_synthetic_group_name(const char *data_set, const char *sample, int64_t group);

/* Sparse rows of whole numbers that grow at the end. Plain data. */
typedef struct om_synthetic_rows {
    int64_t n_rows;
    int64_t row_capacity;
    int64_t value_capacity;
    int64_t *indptr;  /* [n_rows + 1] */
    int32_t *indices; /* ascending within a row */
    uint32_t *values; /* > 0 */
} om_synthetic_rows;

om_status om_synthetic_rows_create(om_synthetic_rows **out);
void om_synthetic_rows_destroy(om_synthetic_rows **rows);

/* Room for one more row with `n_values` values. Local. */
om_status om_synthetic_rows_reserve(om_synthetic_rows *rows, int64_t n_values);

/* Sums the blocks of a data set: each value of `counts` (this rank's cells) is cut to a whole
 * number and added to column column_of[its gene], -1: none. Each rank gets the consecutive blocks
 * that om_range_even gives it, one row a block. The sums are exact and the same for any number of
 * ranks; one beyond 32 bits is OM_INPUT naming the synthetic sample. Collective on group. */
om_status om_synthetic_sum(om_synthetic_rows **out, om_ctx *group, const om_synthetic_plan *plan,
                           const om_counts *counts, const int32_t *column_of, int64_t n_columns);

#endif
