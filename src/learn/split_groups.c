#include "split_groups.h"

#include "oncomark/hallmark.h"
#include "oncomark/memory.h"
#include "oncomark/random.h"

#include <math.h>
#include <string.h>

/* Samples are counted by hallmark and label, and in total. */
enum { N_KINDS = 2 * OM_N_HALLMARKS, TOTAL = N_KINDS, N_COUNTS = N_KINDS + 1 };

/* Enough for any local search to settle; a bound, so that rounding cannot make it cycle. */
enum { MAX_PASSES = 100 };

/* Swaps are tried between all pairs of groups: only among so many. */
enum { MAX_SWAP_GROUPS = 2000 };

typedef struct split_deal {
    int64_t n_groups;
    int64_t *group_counts; /* [n_groups x N_COUNTS] */
    uint8_t *group_part;   /* [n_groups] borrowed */
    double shares[OM_N_PARTS];
    int64_t totals[N_COUNTS];
    int64_t part_counts[OM_N_PARTS][N_COUNTS];
    int64_t part_groups[OM_N_PARTS];
} split_deal;

/* How bad a split is, worst fault first. */
typedef struct split_cost {
    int64_t empty;   /* parts without a group */
    int64_t missing; /* labels that a part lacks */
    double squares;  /* squared distances from the shares, of total and kinds */
} split_cost;

static bool is_better(split_cost left, split_cost right) {
    if (left.empty != right.empty) {
        return left.empty < right.empty;
    }
    if (left.missing != right.missing) {
        return left.missing < right.missing;
    }
    return left.squares < right.squares - 1e-9 * fabs(right.squares);
}

static int64_t count_label(const int64_t *counts, int label) {
    int64_t count = 0;
    for (int task = 0; task < OM_N_HALLMARKS; task++) {
        count += counts[2 * task + label];
    }
    return count;
}

static void add_part_cost(split_cost *sum, const split_deal *deal, int part) {
    if (deal->shares[part] <= 0) {
        return;
    }
    const int64_t *counts = deal->part_counts[part];
    sum->empty += deal->part_groups[part] == 0;
    for (int label = 0; label < 2; label++) {
        sum->missing += count_label(deal->totals, label) > 0 && count_label(counts, label) == 0;
    }
    for (int k = 0; k < N_COUNTS; k++) {
        double distance = (double)counts[k] - deal->shares[part] * (double)deal->totals[k];
        sum->squares += distance * distance;
    }
}

static split_cost cost_of(const split_deal *deal) {
    split_cost sum = {0};
    for (int part = 0; part < OM_N_PARTS; part++) {
        add_part_cost(&sum, deal, part);
    }
    return sum;
}

static void put(split_deal *deal, int64_t group, int part, int sign) {
    for (int k = 0; k < N_COUNTS; k++) {
        deal->part_counts[part][k] += sign * deal->group_counts[group * N_COUNTS + k];
    }
    deal->part_groups[part] += sign;
    deal->group_part[group] = (uint8_t)part;
}

static void move(split_deal *deal, int64_t group, int to) {
    put(deal, group, deal->group_part[group], -1);
    put(deal, group, to, 1);
}

/* The part whose lack of this group's kinds is greatest. */
static int neediest_part(const split_deal *deal, int64_t group) {
    const int64_t *counts = deal->group_counts + group * N_COUNTS;
    int best = OM_PART_TRAINING;
    double most = -INFINITY;
    for (int part = 0; part < OM_N_PARTS; part++) {
        double need = 0;
        for (int k = 0; k < N_COUNTS; k++) {
            double lack =
                deal->shares[part] * (double)deal->totals[k] - (double)deal->part_counts[part][k];
            need += (double)counts[k] * lack;
        }
        if (deal->shares[part] > 0 && need > most) {
            most = need;
            best = part;
        }
    }
    return best;
}

/* Moves the group where the split gets better by it. */
static bool try_moves(split_deal *deal, int64_t group) {
    bool moved = false;
    split_cost best = cost_of(deal);
    for (int part = 0; part < OM_N_PARTS; part++) {
        int from = deal->group_part[group];
        if (part == from || deal->shares[part] <= 0) {
            continue;
        }
        move(deal, group, part);
        split_cost now = cost_of(deal);
        if (is_better(now, best)) {
            best = now;
            moved = true;
        } else {
            move(deal, group, from);
        }
    }
    return moved;
}

static bool try_swaps(split_deal *deal, int64_t group) {
    split_cost best = cost_of(deal);
    for (int64_t other = 0; other < deal->n_groups; other++) {
        int part = deal->group_part[group];
        int other_part = deal->group_part[other];
        if (part == other_part) {
            continue;
        }
        move(deal, group, other_part);
        move(deal, other, part);
        if (is_better(cost_of(deal), best)) {
            return true;
        }
        move(deal, group, part);
        move(deal, other, other_part);
    }
    return false;
}

static void improve(split_deal *deal, const int64_t *order,
                    bool (*attempt)(struct split_deal *, int64_t)) {
    bool changed = true;
    for (int pass = 0; pass < MAX_PASSES && changed; pass++) {
        changed = false;
        for (int64_t i = 0; i < deal->n_groups; i++) {
            changed = attempt(deal, order[i]) || changed;
        }
    }
}

static void count_kinds(split_deal *deal, const om_sample_table *table, const int32_t *group) {
    for (int64_t i = 0; i < table->n_samples; i++) {
        int kind = 2 * table->task[i] + table->label[i];
        int64_t *counts = deal->group_counts + (int64_t)group[i] * N_COUNTS;
        counts[kind]++;
        counts[TOTAL]++;
        deal->totals[kind]++;
        deal->totals[TOTAL]++;
    }
}

om_status om_split_groups(uint8_t *group_part, const om_sample_table *table, const int32_t *group,
                          int64_t n_groups, const double *shares, uint64_t seed) {
    split_deal deal = {.n_groups = n_groups, .group_part = group_part};
    memcpy(deal.shares, shares, sizeof deal.shares);
    deal.group_counts = om_calloc(n_groups * N_COUNTS, sizeof *deal.group_counts);
    int64_t *order = om_malloc(n_groups, sizeof *order);
    if (deal.group_counts == NULL || order == NULL) {
        om_free(deal.group_counts);
        om_free(order);
        return OM_MEMORY;
    }
    count_kinds(&deal, table, group);
    for (int64_t g = 0; g < n_groups; g++) {
        order[g] = g;
    }
    om_random random = om_random_stream(seed, OM_PURPOSE_SPLIT, 0);
    om_random_shuffle(&random, order, n_groups);
    for (int64_t i = 0; i < n_groups; i++) {
        put(&deal, order[i], neediest_part(&deal, order[i]), 1);
    }
    improve(&deal, order, try_moves);
    if (cost_of(&deal).missing > 0 && n_groups <= MAX_SWAP_GROUPS) {
        improve(&deal, order, try_swaps);
    }
    om_free(deal.group_counts);
    om_free(order);
    return OM_OK;
}
