/* Synthetic samples: sums of blocks of positive or negative cells of one sample (method 6). */
#ifndef ONCOMARK_SYNTHETIC_H
#define ONCOMARK_SYNTHETIC_H

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
    int64_t cells_per_block;   /* 0: a group is one block */
    int64_t n_groups;          /* samples x OM_SYNTHETIC_GROUPS, in this order */
    int64_t *group_cells;      /* [n_groups] positive or negative cells */
    int64_t *first_block;      /* [n_groups + 1] */
    int64_t n_blocks;          /* synthetic samples of the data set */
    int32_t *owner;     /* [n_blocks] the rank with most of the block's cells, the first of these */
    uint8_t *shared;    /* [n_blocks] 1: several ranks have cells of the block */
    int64_t *first_own; /* [n_blocks + 1] into `own` */
    int32_t *own;       /* this rank's cells of each block, ascending, from 0 on this rank */
} om_synthetic_plan;

/* What a data set's plan is made from; all borrowed. */
typedef struct om_synthetic_source {
    const char *data_set;
    const om_strings *samples;
    int64_t n_cells;          /* of the data set */
    const int32_t *sample_of; /* [n_cells] */
    const int8_t *labels;     /* [n_cells x OM_N_HALLMARKS] om_label; NONE for cells left out */
    int n_ranks;
    int rank;
    const int64_t *first_cells; /* [n_ranks + 1] first cell of each rank, then n_cells */
} om_synthetic_source;

/* Shuffles each group's cells (in their order in the data set) by the seed and the group's name and
 * cuts them into blocks of cells_per_sample; the remainder is left out, and so are groups with
 * fewer than min_cells. cells_per_sample 0: all cells of a group are one block. `source->samples`
 * must outlive the plan. Takes 4 bytes a cell and
 * hallmark of this rank, and while it works 4 bytes a cell of the data set and 20 a cell of the
 * largest sample. Local. */
om_status om_synthetic_plan_create(om_synthetic_plan **out, const om_synthetic_source *source,
                                   const om_synthetic_parameters *parameters, uint64_t seed);
void om_synthetic_plan_destroy(om_synthetic_plan **plan);

/* "<data set>|<sample>|<hallmark>|pos" or "...|neg"; `group` in 0 .. OM_SYNTHETIC_GROUPS-1. Owned;
 * NULL when out of memory. */
char *om_synthetic_group_name(const char *data_set, const char *sample, int64_t group);

#endif
