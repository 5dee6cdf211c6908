#include "oncomark/partition.h"

#include "oncomark/memory.h"

#include <stdlib.h>
#include <string.h>

struct om_partition {
    int64_t n_items;
    int *first_rank; /* [n_items] first rank of the item's group: the group's colour */
    double imbalance;
    om_ctx *group;
    int colour;
};

typedef struct plan {
    int *first_rank;  /* [n_items] */
    int64_t max_load; /* of a rank, rounded up */
} plan;

typedef struct weighted_item {
    int64_t weight;
    int64_t item;
} weighted_item;

/* Heaviest first, ties in the order of items: the same on all ranks. */
static int compare_items(const void *a, const void *b) {
    const weighted_item *x = a;
    const weighted_item *y = b;
    if (x->weight != y->weight) {
        return x->weight < y->weight ? 1 : -1;
    }
    return x->item < y->item ? -1 : x->item > y->item;
}

static int64_t divide_up(int64_t dividend, int64_t divisor) {
    return dividend / divisor + (dividend % divisor != 0 ? 1 : 0);
}

/* Shares the items out so that, if possible, no rank gets more than `capacity`: items above it get
 * as many ranks as they need to themselves, the others are packed on the remaining ranks, largest
 * first on the least loaded. False where the ranks do not suffice for the large ones. `load`
 * [n_ranks] is scratch. */
static bool try_capacity(const weighted_item *items, int64_t n_items, int n_ranks, int64_t capacity,
                         int64_t *load, plan *out) {
    int next_rank = 0;
    int64_t max_load = 0;
    int64_t n_large = 0;
    for (; n_large < n_items && items[n_large].weight > capacity; n_large++) {
        int64_t needed = divide_up(items[n_large].weight, capacity);
        int64_t left = n_items - n_large > 1 ? 1 : 0; /* a rank has to remain for the others */
        if (needed > n_ranks - next_rank - left) {
            return false;
        }
        int64_t each = divide_up(items[n_large].weight, needed);
        max_load = each > max_load ? each : max_load;
        out->first_rank[items[n_large].item] = next_rank;
        next_rank += (int)needed;
    }
    /* Of ranks without load the first is taken, so that no more are in use than there are items. */
    int64_t n_small = n_items - n_large;
    int end = n_small < n_ranks - next_rank ? next_rank + (int)n_small : n_ranks;
    memset(load, 0, (size_t)end * sizeof *load);
    for (int64_t i = n_large; i < n_items; i++) {
        int lightest = next_rank;
        for (int rank = next_rank; rank < end; rank++) {
            lightest = load[rank] < load[lightest] ? rank : lightest;
        }
        load[lightest] += items[i].weight;
        max_load = load[lightest] > max_load ? load[lightest] : max_load;
        out->first_rank[items[i].item] = lightest;
    }
    out->max_load = max_load;
    return true;
}

/* The capacities worth trying are an item's weight divided by a number of ranks; which is the
 * number of ranks that each large item gets. */
static om_status find_best_plan(const weighted_item *items, int64_t n_items, int n_ranks,
                                plan *best) {
    plan candidate = {.first_rank = om_calloc(n_items, sizeof(int))};
    int64_t *load = om_calloc(n_ranks, sizeof *load);
    om_status status = candidate.first_rank != NULL && load != NULL ? OM_OK : OM_MEMORY;
    best->max_load = INT64_MAX;
    for (int64_t i = -1; status == OM_OK && i < n_items; i++) {
        for (int share = 1; share <= n_ranks; share++) {
            /* i == -1: no item is large. */
            int64_t capacity = i < 0 ? INT64_MAX : divide_up(items[i].weight, share);
            if (capacity > 0 && try_capacity(items, n_items, n_ranks, capacity, load, &candidate) &&
                candidate.max_load < best->max_load) {
                best->max_load = candidate.max_load;
                memcpy(best->first_rank, candidate.first_rank, (size_t)n_items * sizeof(int));
            }
            if (i < 0 || capacity <= 1) {
                break;
            }
        }
    }
    om_free(candidate.first_rank);
    om_free(load);
    return status;
}

/* A rank's colour is the first rank of the group that it is in: the largest first rank that is not
 * above it. Ranks before the first group's or behind the last one's needs join that group. */
static int colour_of(const om_partition *partition, int rank) {
    int colour = 0;
    for (int64_t i = 0; i < partition->n_items; i++) {
        int first = partition->first_rank[i];
        colour = first <= rank && first > colour ? first : colour;
    }
    return colour;
}

static om_status plan_items(om_partition *partition, const int64_t *weights, int n_ranks) {
    int64_t n = partition->n_items;
    weighted_item *items = om_calloc(n, sizeof *items);
    if (items == NULL) {
        return OM_MEMORY;
    }
    int64_t total = 0;
    for (int64_t i = 0; i < n; i++) {
        items[i] = (weighted_item){.weight = weights[i], .item = i};
        total += weights[i];
    }
    qsort(items, (size_t)n, sizeof *items, compare_items);
    plan best = {.first_rank = partition->first_rank};
    om_status status = find_best_plan(items, n, n_ranks, &best);
    partition->imbalance = total > 0 && best.max_load != INT64_MAX
                               ? (double)best.max_load * n_ranks / (double)total
                               : 1;
    om_free(items);
    return status;
}

om_status om_partition_create(om_partition **out, om_ctx *ctx, int64_t n_items,
                              const int64_t *weights) {
    om_partition *partition = om_calloc(1, sizeof *partition);
    *out = partition;
    om_status status = partition != NULL ? OM_OK : OM_MEMORY;
    if (status == OM_OK) {
        partition->n_items = n_items;
        partition->first_rank = om_calloc(n_items, sizeof *partition->first_rank);
        status = partition->first_rank != NULL
                     ? plan_items(partition, weights, om_context_size(ctx))
                     : OM_MEMORY;
    }
    status = om_agree(ctx, status);
    if (status == OM_OK) {
        partition->colour = colour_of(partition, om_context_rank(ctx));
        status = om_context_split(&partition->group, ctx, partition->colour);
    }
    if (status != OM_OK) {
        om_partition_destroy(out);
    }
    return status;
}

void om_partition_destroy(om_partition **partition) {
    if (*partition == NULL) {
        return;
    }
    om_context_destroy(&(*partition)->group);
    om_free((*partition)->first_rank);
    om_free(*partition);
    *partition = NULL;
}

om_ctx *om_partition_group(const om_partition *partition) {
    return partition->group;
}

bool om_partition_has(const om_partition *partition, int64_t item) {
    return partition->first_rank[item] == partition->colour;
}

double om_partition_imbalance(const om_partition *partition) {
    return partition->imbalance;
}
