#include "oncomark/split.h"

#include "oncomark/hallmark.h"
#include "oncomark/memory.h"
#include "oncomark/random.h"
#include "sample_groups.h"
#include "split_groups.h"

#include <inttypes.h>
#include <math.h>

const char *om_part_name(om_part part) {
    static const char *const names[] = {"training", "validation", "test"};
    return names[part];
}

static om_status split_by_group(uint8_t *parts, const om_sample_table *table,
                                const om_train_parameters *train, const double *shares,
                                uint64_t seed) {
    om_sample_groups groups = om_sample_groups_of(table, train->split_group);
    int64_t n_parts = 0;
    for (int part = 0; part < OM_N_PARTS; part++) {
        n_parts += shares[part] > 0;
    }
    if (groups.n < n_parts) {
        return om_fail(OM_USAGE,
                       "train.split: found %" PRId64 " %s with synthetic samples, expected at "
                       "least %" PRId64 ", one for each part (training, validation%s); add data, "
                       "or set train.split.group: none%s",
                       groups.n, groups.plural, n_parts, shares[OM_PART_TEST] > 0 ? ", test" : "",
                       shares[OM_PART_TEST] > 0 ? " or train.split.test: 0" : "");
    }
    uint8_t *group_part = om_calloc(groups.n, sizeof *group_part);
    if (group_part == NULL) {
        return OM_MEMORY;
    }
    om_status status = om_split_groups(group_part, table, &groups, shares, OM_N_PARTS,
                                       om_random_stream(seed, OM_PURPOSE_SPLIT, 0));
    for (int64_t i = 0; i < table->n_samples && status == OM_OK; i++) {
        parts[i] = group_part[groups.of[i]];
    }
    om_free(group_part);
    return status;
}

static int64_t smaller(int64_t left, int64_t right) {
    return left < right ? left : right;
}

/* Shuffles the hallmark's samples; the first are validation, then test. */
static void split_hallmark(uint8_t *parts, int64_t *rows, const om_sample_table *table, int task,
                           const double *shares, uint64_t seed) {
    int64_t n = 0;
    for (int64_t i = 0; i < table->n_samples; i++) {
        if (table->task[i] == task) {
            rows[n++] = i;
        }
    }
    if (n == 0) {
        return;
    }
    om_random random = om_random_stream(seed, OM_PURPOSE_SPLIT, (uint64_t)task);
    om_random_shuffle(&random, rows, n);
    int64_t n_validation = smaller((int64_t)ceil(shares[OM_PART_VALIDATION] * (double)n), n - 1);
    int64_t n_test = smaller((int64_t)ceil(shares[OM_PART_TEST] * (double)n), n - 1 - n_validation);
    for (int64_t i = 0; i < n; i++) {
        om_part part = i < n_validation            ? OM_PART_VALIDATION
                       : i < n_validation + n_test ? OM_PART_TEST
                                                   : OM_PART_TRAINING;
        parts[rows[i]] = (uint8_t)part;
    }
}

static om_status split_by_hallmark(uint8_t *parts, const om_sample_table *table,
                                   const double *shares, uint64_t seed) {
    int64_t *rows = om_malloc(table->n_samples, sizeof *rows);
    if (rows == NULL) {
        return OM_MEMORY;
    }
    for (int task = 0; task < OM_N_HALLMARKS; task++) {
        split_hallmark(parts, rows, table, task, shares, seed);
    }
    om_free(rows);
    return OM_OK;
}

static om_status check_parts(const uint8_t *parts, int64_t n, const double *shares) {
    int64_t counts[OM_N_PARTS] = {0};
    for (int64_t i = 0; i < n; i++) {
        counts[parts[i]]++;
    }
    for (int part = 0; part < OM_N_PARTS; part++) {
        if (shares[part] > 0 && counts[part] == 0) {
            return om_fail(OM_USAGE,
                           "train.split: the %s part is empty: found %" PRId64
                           " synthetic samples in all, too few for these shares",
                           om_part_name((om_part)part), n);
        }
    }
    return OM_OK;
}

om_status om_split_assign(uint8_t *parts, const om_sample_table *table,
                          const om_train_parameters *train, uint64_t seed) {
    const double shares[OM_N_PARTS] = {1 - train->split_validation - train->split_test,
                                       train->split_validation, train->split_test};
    if (shares[OM_PART_TRAINING] <= 0) {
        return om_fail(OM_USAGE,
                       "train.split: found validation %g and test %g, expected less than 1 "
                       "together: nothing is left for training",
                       train->split_validation, train->split_test);
    }
    if (train->split_group == OM_GROUP_NONE) {
        OM_TRY(split_by_hallmark(parts, table, shares, seed));
    } else {
        OM_TRY(split_by_group(parts, table, train, shares, seed));
    }
    return check_parts(parts, table->n_samples, shares);
}

om_status om_split_rows(int64_t **rows, int64_t *count, const uint8_t *parts, int64_t n_samples,
                        om_part part) {
    *count = 0;
    *rows = om_malloc(n_samples, sizeof **rows);
    if (*rows == NULL) {
        return OM_MEMORY;
    }
    for (int64_t i = 0; i < n_samples; i++) {
        if (parts[i] == part) {
            (*rows)[(*count)++] = i;
        }
    }
    return OM_OK;
}
