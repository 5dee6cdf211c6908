#include "threshold_rank.h"

#include "order.h"

#include "oncomark/memory.h"

#include <string.h>

enum { DIGIT_BITS = 16, N_VALUES = 1 << DIGIT_BITS, N_PASSES = 64 / DIGIT_BITS };

typedef struct search {
    uint64_t prefix; /* leading bits of the wanted key that are known */
    int64_t place;   /* of the wanted key among those with this prefix */
    int64_t n_below; /* keys known to be smaller */
    int64_t n_equal; /* keys with this prefix */
} search;

static om_status count_digits(int64_t *counts, const search *searches, int pass,
                              om_score_pool *scores) {
    int shift = 64 - DIGIT_BITS * (pass + 1);
    const double *batch = NULL;
    int64_t n = 0;
    OM_TRY(om_score_pool_next(scores, &n, &batch));
    while (n > 0) {
        for (int64_t i = 0; i < n; i++) {
            for (int h = 0; h < OM_N_HALLMARKS; h++) {
                uint64_t key = om_order_key(batch[i * OM_N_HALLMARKS + h]) >> shift;
                if (key >> DIGIT_BITS == searches[h].prefix) {
                    counts[(int64_t)h * N_VALUES + (int64_t)(key & (N_VALUES - 1))]++;
                }
            }
        }
        OM_TRY(om_score_pool_next(scores, &n, &batch));
    }
    return OM_OK;
}

static void descend(search *wanted, const int64_t *counts) {
    int64_t digit = 0;
    while (wanted->place >= counts[digit]) {
        wanted->place -= counts[digit];
        wanted->n_below += counts[digit];
        digit++;
    }
    wanted->n_equal = counts[digit];
    wanted->prefix = (wanted->prefix << DIGIT_BITS) | (uint64_t)digit;
}

om_status om_threshold_rank(om_order_statistic out[OM_N_HALLMARKS], om_ctx *group,
                            om_score_pool *scores, int64_t place) {
    search searches[OM_N_HALLMARKS];
    for (int h = 0; h < OM_N_HALLMARKS; h++) {
        searches[h] = (search){.place = place};
    }
    int64_t n_counts = (int64_t)OM_N_HALLMARKS * N_VALUES;
    int64_t *counts = om_malloc(n_counts, sizeof *counts);
    om_status status = om_agree(group, counts != NULL ? OM_OK : OM_MEMORY);
    for (int pass = 0; pass < N_PASSES && status == OM_OK; pass++) {
        memset(counts, 0, (size_t)n_counts * sizeof *counts);
        status = om_agree(group, count_digits(counts, searches, pass, scores));
        if (status == OM_OK) {
            status = om_sum_i64(group, counts, n_counts);
        }
        for (int h = 0; h < OM_N_HALLMARKS && status == OM_OK; h++) {
            descend(&searches[h], counts + (int64_t)h * N_VALUES);
        }
    }
    om_free(counts);
    for (int h = 0; h < OM_N_HALLMARKS && status == OM_OK; h++) {
        out[h] = (om_order_statistic){.value = om_order_value(searches[h].prefix),
                                      .n_below = searches[h].n_below,
                                      .n_equal = searches[h].n_equal};
    }
    return status;
}
