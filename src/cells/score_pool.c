#include "oncomark/score_pool.h"

#include "oncomark/hallmark.h"
#include "oncomark/memory.h"
#include "oncomark/spill.h"
#include "oncomark/stop.h"

#include <stdbool.h>
#include <string.h>

enum { BLOCK_CELLS = 1 << 14 };

static const int64_t block_bytes = (int64_t)BLOCK_CELLS * OM_N_HALLMARKS * (int64_t)sizeof(double);

/* Block b is blocks[b], or is in the spill, or is the last one, which is being filled. */
struct om_score_pool {
    char *spill_path;
    int64_t n_cells;
    int64_t most_blocks; /* that stay in memory */
    double **blocks;     /* [most_blocks] those in use not NULL */
    double *filling;     /* a block that does not stay */
    double *reading;     /* a block read back */
    om_spill *spill;     /* NULL: all are in memory */
    int64_t next;        /* block to be gone through */
};

om_status om_score_pool_create(om_score_pool **out, const char *spill_path, int64_t memory) {
    om_score_pool *pool = om_calloc(1, sizeof *pool);
    *out = pool;
    if (pool == NULL) {
        return OM_MEMORY;
    }
    pool->most_blocks = memory / block_bytes;
    pool->spill_path = om_strdup(spill_path);
    pool->blocks = om_calloc(pool->most_blocks, sizeof *pool->blocks);
    if (pool->spill_path == NULL || pool->blocks == NULL) {
        om_score_pool_destroy(out);
        return OM_MEMORY;
    }
    return OM_OK;
}

void om_score_pool_destroy(om_score_pool **pool) {
    if (*pool == NULL) {
        return;
    }
    for (int64_t b = 0; (*pool)->blocks != NULL && b < (*pool)->most_blocks; b++) {
        om_free((*pool)->blocks[b]);
    }
    om_spill_destroy(&(*pool)->spill);
    om_free((*pool)->blocks);
    om_free((*pool)->filling);
    om_free((*pool)->reading);
    om_free((*pool)->spill_path);
    om_free(*pool);
    *pool = NULL;
}

int64_t om_score_pool_count(const om_score_pool *pool) {
    return pool->n_cells;
}

static om_status begin_spill(om_score_pool *pool) {
    pool->filling = om_malloc(block_bytes, 1);
    pool->reading = om_malloc(block_bytes, 1);
    if (pool->filling == NULL || pool->reading == NULL) {
        return OM_MEMORY;
    }
    return om_spill_create(&pool->spill, pool->spill_path, 0);
}

/* Where the next cells go; called with a whole number of full blocks. */
static om_status begin_block(om_score_pool *pool) {
    int64_t block = pool->n_cells / BLOCK_CELLS;
    if (block < pool->most_blocks) {
        pool->blocks[block] = om_malloc(block_bytes, 1);
        return pool->blocks[block] != NULL ? OM_OK : OM_MEMORY;
    }
    return block == pool->most_blocks ? begin_spill(pool)
                                      : om_spill_append(pool->spill, pool->filling, block_bytes);
}

om_status om_score_pool_add(om_score_pool *pool, int64_t n, const double *scores,
                            const uint8_t *eligible) {
    for (int64_t i = 0; i < n; i++) {
        if (eligible != NULL && eligible[i] == 0) {
            continue;
        }
        int64_t place = pool->n_cells % BLOCK_CELLS;
        if (place == 0) {
            OM_TRY(begin_block(pool));
        }
        int64_t block = pool->n_cells / BLOCK_CELLS;
        double *to = block < pool->most_blocks ? pool->blocks[block] : pool->filling;
        memcpy(to + place * OM_N_HALLMARKS, scores + i * OM_N_HALLMARKS,
               OM_N_HALLMARKS * sizeof *to);
        pool->n_cells++;
    }
    return OM_OK;
}

om_status om_score_pool_next(om_score_pool *pool, int64_t *n, const double **scores) {
    int64_t block = pool->next;
    int64_t left = pool->n_cells - block * BLOCK_CELLS;
    if (left <= 0) {
        pool->next = 0;
        *n = 0;
        return OM_OK;
    }
    OM_TRY(om_stop_status());
    *n = left < BLOCK_CELLS ? left : BLOCK_CELLS;
    pool->next++;
    if (block < pool->most_blocks) {
        *scores = pool->blocks[block];
        return OM_OK;
    }
    /* The last block, full or not, is still where it was filled. */
    if (left <= BLOCK_CELLS) {
        *scores = pool->filling;
        return OM_OK;
    }
    *scores = pool->reading;
    return om_spill_read(pool->spill, (block - pool->most_blocks) * block_bytes, block_bytes,
                         pool->reading);
}
