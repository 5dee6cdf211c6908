#include "oncomark/folds.h"

#include "oncomark/hallmark.h"
#include "oncomark/memory.h"
#include "oncomark/random.h"
#include "oncomark/split.h"
#include "sample_groups.h"
#include "split_groups.h"

#include <inttypes.h>

enum { N_KINDS = 2 * OM_N_HALLMARKS };

/* With groups, training, validation and test part need one each. */
enum { FEWEST_GROUPS = 3 };

static bool leaves_out(const om_crossval_parameters *crossval) {
    return crossval->leave_one_out && crossval->group != OM_GROUP_NONE;
}

static om_status check_groups(const om_sample_table *table,
                              const om_crossval_parameters *crossval) {
    om_sample_groups groups = om_sample_groups_of(table, crossval->group);
    if (!crossval->leave_one_out && groups.n < crossval->folds) {
        return om_fail(OM_USAGE,
                       "crossval.folds: found %" PRId64 " folds and %" PRId64
                       " %s with synthetic samples, expected at least one %s a fold; take fewer "
                       "folds, or set crossval.group: none",
                       crossval->folds, groups.n, groups.plural, groups.singular);
    }
    if (groups.n < FEWEST_GROUPS) {
        return om_fail(OM_USAGE,
                       "crossval.group: found %" PRId64 " %s with synthetic samples, expected at "
                       "least %d, one for each part (training, validation, test); add data, or "
                       "set crossval.group: none",
                       groups.n, groups.plural, FEWEST_GROUPS);
    }
    return OM_OK;
}

om_status om_folds_count(int64_t *count, const om_sample_table *table,
                         const om_crossval_parameters *crossval) {
    *count = 0;
    if (crossval->leave_one_out && crossval->group == OM_GROUP_NONE) {
        return om_fail(OM_USAGE,
                       "crossval.leave_one_out: found true and crossval.group: none, expected the "
                       "group of which one is left out: patient, sample, study or tissue");
    }
    if (crossval->group != OM_GROUP_NONE) {
        OM_TRY(check_groups(table, crossval));
    } else if (table->n_samples < 2 * crossval->folds) {
        return om_fail(OM_USAGE,
                       "crossval.folds: found %" PRId64 " folds and %" PRId64
                       " synthetic samples, expected at least two a fold, to validate and to test",
                       crossval->folds, table->n_samples);
    }
    *count = leaves_out(crossval) ? om_sample_groups_of(table, crossval->group).n
                                  : crossval->folds * crossval->repeats;
    return OM_OK;
}

om_status om_folds_name(char **name, const om_sample_table *table,
                        const om_crossval_parameters *crossval, int64_t index) {
    if (!leaves_out(crossval)) {
        *name = om_format("repeat %" PRId64 ", fold %" PRId64, index / crossval->folds + 1,
                          index % crossval->folds + 1);
    } else {
        om_sample_groups groups = om_sample_groups_of(table, crossval->group);
        *name = groups.names == NULL ? om_format("%s %" PRId64, groups.singular, index + 1)
                                     : om_strdup(om_strings_get(groups.names, index));
    }
    return *name == NULL ? OM_MEMORY : OM_OK;
}

/* Rows of a kind (hallmark and label), shuffled. */
static int64_t shuffle_kind(int64_t *rows, const om_sample_table *table, int kind, int64_t repeat,
                            uint64_t seed) {
    int64_t n = 0;
    for (int64_t i = 0; i < table->n_samples; i++) {
        if (2 * table->task[i] + table->label[i] == kind) {
            rows[n++] = i;
        }
    }
    om_random random =
        om_random_stream(seed, OM_PURPOSE_FOLDS, (uint64_t)(repeat * N_KINDS + kind));
    om_random_shuffle(&random, rows, n);
    return n;
}

/* The shuffled samples are dealt like cards, kind after kind without a new start (as
 * scikit-learn's StratifiedKFold deals the classes): so folds differ by at most one sample in every
 * kind, in every hallmark and in total. A fold's own cards go to test and validation in turns. */
static om_status deal_samples(uint8_t *parts, const om_sample_table *table, int64_t folds,
                              int64_t index, uint64_t seed) {
    int64_t *rows = om_malloc(table->n_samples, sizeof *rows);
    if (rows == NULL) {
        return OM_MEMORY;
    }
    int64_t card = 0;
    for (int kind = 0; kind < N_KINDS; kind++) {
        int64_t n = shuffle_kind(rows, table, kind, index / folds, seed);
        for (int64_t i = 0; i < n; i++, card++) {
            om_part held_out = card / folds % 2 == 0 ? OM_PART_TEST : OM_PART_VALIDATION;
            bool is_held_out = card % folds == index % folds;
            parts[rows[i]] = (uint8_t)(is_held_out ? held_out : OM_PART_TRAINING);
        }
    }
    om_free(rows);
    return OM_OK;
}

/* Which groups are this fold: in_test [groups->n]. */
static om_status choose_test(bool *in_test, const om_sample_table *table,
                             const om_sample_groups *groups, const om_crossval_parameters *crossval,
                             int64_t index, uint64_t seed) {
    if (crossval->leave_one_out) {
        for (int64_t g = 0; g < groups->n; g++) {
            in_test[g] = g == index;
        }
        return OM_OK;
    }
    int folds = (int)crossval->folds;
    om_random random = om_random_stream(seed, OM_PURPOSE_FOLDS, (uint64_t)(index / folds));
    uint8_t *fold = om_malloc(groups->n, sizeof *fold);
    double *shares = om_malloc(folds, sizeof *shares);
    om_status status = fold == NULL || shares == NULL ? OM_MEMORY : OM_OK;
    for (int i = 0; status == OM_OK && i < folds; i++) {
        shares[i] = 1.0 / folds;
    }
    if (status == OM_OK) {
        status = om_split_groups(fold, table, groups, shares, folds, random);
    }
    for (int64_t g = 0; status == OM_OK && g < groups->n; g++) {
        in_test[g] = fold[g] == index % folds;
    }
    om_free(fold);
    om_free(shares);
    return status;
}

/* The groups that are left, numbered anew: rest->of [n_samples], owned by the caller. */
static om_status number_rest(om_sample_groups *rest, int32_t *of, const om_sample_table *table,
                             const om_sample_groups *groups, const bool *in_test) {
    int32_t *number = om_malloc(groups->n, sizeof *number);
    if (number == NULL) {
        return OM_MEMORY;
    }
    int32_t n = 0;
    for (int64_t g = 0; g < groups->n; g++) {
        number[g] = in_test[g] ? -1 : n++;
    }
    for (int64_t i = 0; i < table->n_samples; i++) {
        of[i] = number[groups->of[i]];
    }
    om_free(number);
    *rest = *groups;
    rest->of = of;
    rest->n = n;
    rest->names = NULL;
    return OM_OK;
}

/* Of the groups that are left, `validation` (a share) validate. */
static om_status deal_rest(uint8_t *parts, const om_sample_table *table,
                           const om_sample_groups *rest, double validation, om_random random) {
    const double shares[] = {
        [OM_PART_TRAINING] = 1 - validation, [OM_PART_VALIDATION] = validation};
    uint8_t *rest_part = om_malloc(rest->n, sizeof *rest_part);
    if (rest_part == NULL) {
        return OM_MEMORY;
    }
    om_status status = om_split_groups(rest_part, table, rest, shares, 2, random);
    for (int64_t i = 0; status == OM_OK && i < table->n_samples; i++) {
        parts[i] = rest->of[i] < 0 ? OM_PART_TEST : rest_part[rest->of[i]];
    }
    om_free(rest_part);
    return status;
}

static om_status deal_by_group(uint8_t *parts, const om_sample_table *table,
                               const om_crossval_parameters *crossval, double validation,
                               int64_t index, uint64_t seed) {
    om_sample_groups groups = om_sample_groups_of(table, crossval->group);
    om_sample_groups rest = {0};
    om_random random = om_random_stream(seed, OM_PURPOSE_FOLD_VALIDATION, (uint64_t)index);
    bool *in_test = om_malloc(groups.n, sizeof *in_test);
    int32_t *of = om_malloc(table->n_samples, sizeof *of);
    om_status status = in_test == NULL || of == NULL ? OM_MEMORY : OM_OK;
    if (status == OM_OK) {
        status = choose_test(in_test, table, &groups, crossval, index, seed);
    }
    if (status == OM_OK) {
        status = number_rest(&rest, of, table, &groups, in_test);
    }
    if (status == OM_OK) {
        status = deal_rest(parts, table, &rest, validation, random);
    }
    om_free(in_test);
    om_free(of);
    return status;
}

static om_status check_parts(const uint8_t *parts, const om_sample_table *table,
                             const om_crossval_parameters *crossval, int64_t index) {
    int64_t counts[OM_N_PARTS] = {0};
    for (int64_t i = 0; i < table->n_samples; i++) {
        counts[parts[i]]++;
    }
    for (int part = 0; part < OM_N_PARTS; part++) {
        if (counts[part] == 0) {
            char *name = NULL;
            OM_TRY(om_folds_name(&name, table, crossval, index));
            om_status status = om_fail(OM_USAGE,
                                       "crossval: %s: the %s part is empty: too few samples or "
                                       "groups; change crossval.folds or crossval.group",
                                       name, om_part_name((om_part)part));
            om_free(name);
            return status;
        }
    }
    return OM_OK;
}

om_status om_folds_assign(uint8_t *parts, const om_sample_table *table,
                          const om_crossval_parameters *crossval, double validation, int64_t index,
                          uint64_t seed) {
    int64_t count = 0;
    OM_TRY(om_folds_count(&count, table, crossval));
    if (index < 0 || index >= count) {
        return om_fail(OM_BUG, "fold %" PRId64 " of %" PRId64, index, count);
    }
    if (crossval->group == OM_GROUP_NONE) {
        OM_TRY(deal_samples(parts, table, crossval->folds, index, seed));
    } else {
        OM_TRY(deal_by_group(parts, table, crossval, validation, index, seed));
    }
    return check_parts(parts, table, crossval, index);
}

om_status om_folds_permute_labels(uint8_t *labels, const om_sample_table *table, uint64_t seed) {
    int64_t *from = om_malloc(table->n_samples, sizeof *from);
    if (from == NULL) {
        return OM_MEMORY;
    }
    for (int task = 0; task < OM_N_HALLMARKS; task++) {
        int64_t n = 0;
        for (int64_t i = 0; i < table->n_samples; i++) {
            if (table->task[i] == task) {
                from[n++] = i;
            }
        }
        om_random random = om_random_stream(seed, OM_PURPOSE_PERMUTE_LABELS, (uint64_t)task);
        om_random_shuffle(&random, from, n);
        for (int64_t i = 0, k = 0; i < table->n_samples; i++) {
            if (table->task[i] == task) {
                labels[i] = table->label[from[k++]];
            }
        }
    }
    om_free(from);
    return OM_OK;
}
