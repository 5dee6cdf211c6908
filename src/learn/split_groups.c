#include "split_groups.h"

#include "oncomark/hallmark.h"
#include "oncomark/memory.h"

#include <math.h>

/* Samples are counted by hallmark and label, and in total. */
enum { N_KINDS = 2 * OM_N_HALLMARKS, TOTAL = N_KINDS, N_COUNTS = N_KINDS + 1 };

/* Enough for any local search to settle; a bound, so that rounding cannot make it cycle. */
enum { MAX_PASSES = 100 };

/* Swaps are tried between all pairs of groups: only among so many. */
enum { MAX_SWAP_GROUPS = 2000 };

/* How bad a split is, worst fault first. */
typedef struct split_cost {
    int64_t empty;   /* parts without a group */
    int64_t missing; /* labels that a part lacks */
    double squares;  /* squared distances from the shares, of total and kinds */
} split_cost;

typedef struct deal_part {
    double share;
    int64_t n_groups;
    int64_t counts[N_COUNTS];
    split_cost cost; /* its own, kept by put() */
} deal_part;

typedef struct split_deal {
    int64_t n_groups;
    int64_t *group_counts; /* [n_groups x N_COUNTS] */
    uint8_t *group_part;   /* [n_groups] borrowed */
    int64_t totals[N_COUNTS];
    int n_parts;
    deal_part *parts; /* [n_parts] */
} split_deal;

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

static split_cost part_cost(const split_deal *deal, const deal_part *part) {
    split_cost cost = {0};
    if (part->share <= 0) {
        return cost;
    }
    cost.empty = part->n_groups == 0;
    for (int label = 0; label < 2; label++) {
        cost.missing +=
            count_label(deal->totals, label) > 0 && count_label(part->counts, label) == 0;
    }
    for (int k = 0; k < N_COUNTS; k++) {
        double distance = (double)part->counts[k] - part->share * (double)deal->totals[k];
        cost.squares += distance * distance;
    }
    return cost;
}

static split_cost cost_of(const split_deal *deal) {
    split_cost sum = {0};
    for (int part = 0; part < deal->n_parts; part++) {
        split_cost cost = deal->parts[part].cost;
        sum.empty += cost.empty;
        sum.missing += cost.missing;
        sum.squares += cost.squares;
    }
    return sum;
}

static void put(split_deal *deal, int64_t group, int to, int sign) {
    deal_part *part = &deal->parts[to];
    for (int k = 0; k < N_COUNTS; k++) {
        part->counts[k] += sign * deal->group_counts[group * N_COUNTS + k];
    }
    part->n_groups += sign;
    part->cost = part_cost(deal, part);
    deal->group_part[group] = (uint8_t)to;
}

static void move(split_deal *deal, int64_t group, int to) {
    put(deal, group, deal->group_part[group], -1);
    put(deal, group, to, 1);
}

/* The part whose lack of this group's kinds is greatest. */
static int neediest_part(const split_deal *deal, int64_t group) {
    const int64_t *counts = deal->group_counts + group * N_COUNTS;
    int best = 0;
    double most = -INFINITY;
    for (int i = 0; i < deal->n_parts; i++) {
        const deal_part *part = &deal->parts[i];
        double need = 0;
        for (int k = 0; k < N_COUNTS; k++) {
            double lack = part->share * (double)deal->totals[k] - (double)part->counts[k];
            need += (double)counts[k] * lack;
        }
        if (part->share > 0 && need > most) {
            most = need;
            best = i;
        }
    }
    return best;
}

/* Moves the group where the split gets better by it. */
static bool try_moves(split_deal *deal, int64_t group) {
    bool moved = false;
    split_cost best = cost_of(deal);
    for (int part = 0; part < deal->n_parts; part++) {
        int from = deal->group_part[group];
        if (part == from || deal->parts[part].share <= 0) {
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

static void count_kinds(split_deal *deal, const om_sample_table *table,
                        const om_sample_groups *groups) {
    for (int64_t i = 0; i < table->n_samples; i++) {
        if (groups->of[i] < 0) {
            continue;
        }
        int kind = 2 * table->task[i] + table->label[i];
        int64_t *counts = deal->group_counts + (int64_t)groups->of[i] * N_COUNTS;
        counts[kind]++;
        counts[TOTAL]++;
        deal->totals[kind]++;
        deal->totals[TOTAL]++;
    }
}

static void deal_groups(split_deal *deal, int64_t *order, om_random *random) {
    for (int64_t g = 0; g < deal->n_groups; g++) {
        order[g] = g;
    }
    om_random_shuffle(random, order, deal->n_groups);
    for (int64_t i = 0; i < deal->n_groups; i++) {
        put(deal, order[i], neediest_part(deal, order[i]), 1);
    }
    improve(deal, order, try_moves);
    if (cost_of(deal).missing > 0 && deal->n_groups <= MAX_SWAP_GROUPS) {
        improve(deal, order, try_swaps);
    }
}

om_status om_split_groups(uint8_t *group_part, const om_sample_table *table,
                          const om_sample_groups *groups, const double *shares, int n_parts,
                          om_random random) {
    split_deal deal = {.n_groups = groups->n, .group_part = group_part, .n_parts = n_parts};
    om_status status = OM_MEMORY;
    deal.group_counts = om_calloc(groups->n * N_COUNTS, sizeof *deal.group_counts);
    deal.parts = om_calloc(n_parts, sizeof *deal.parts);
    int64_t *order = om_malloc(groups->n, sizeof *order);
    if (deal.group_counts != NULL && deal.parts != NULL && order != NULL) {
        count_kinds(&deal, table, groups);
        for (int part = 0; part < n_parts; part++) {
            deal.parts[part].share = shares[part];
            deal.parts[part].cost = part_cost(&deal, &deal.parts[part]);
        }
        deal_groups(&deal, order, &random);
        status = OM_OK;
    }
    om_free(deal.group_counts);
    om_free(deal.parts);
    om_free(order);
    return status;
}
