/* The scores of a tissue's cells on this rank, gone through several times. */
#ifndef ONCOMARK_SCORE_POOL_H
#define ONCOMARK_SCORE_POOL_H

#include "oncomark/status.h"

#include <stdint.h>

typedef struct om_score_pool om_score_pool;

/* Empty. Scores stay in memory up to `memory` bytes, beyond that they go to a file
 * (om_spill_create, which tells of `spill_path`) and three blocks of 1.25 MiB remain in memory.
 * Local. */
om_status om_score_pool_create(om_score_pool **out, const char *spill_path, int64_t memory);
void om_score_pool_destroy(om_score_pool **pool);

/* Adds the cells of scores [n x OM_N_HALLMARKS] whose `eligible` [n] is not 0; NULL: all. Local. */
om_status om_score_pool_add(om_score_pool *pool, int64_t n, const double *scores,
                            const uint8_t *eligible);

int64_t om_score_pool_count(const om_score_pool *pool); /* cells */

/* The next batch, scores [n x OM_N_HALLMARKS], borrowed until the next call; *n 0 at the end,
 * whereupon it starts again. Local. */
om_status om_score_pool_next(om_score_pool *pool, int64_t *n, const double **scores);

#endif
