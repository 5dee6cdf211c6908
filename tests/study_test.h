/* Loading a data set as a study, and looking at its columns. Needs unit_test.h before it. The group
 * of tests has test_log_set_up and test_log_tear_down. */
#ifndef ONCOMARK_TESTS_STUDY_TEST_H
#define ONCOMARK_TESTS_STUDY_TEST_H

#include "cells/study.h"
#include "cells/study_place.h"
#include "oncomark/memory.h"

static om_log *test_log;

static inline int test_log_set_up(void **state) {
    (void)state;
    test_log = om_log_create(false);
    return test_log != NULL ? 0 : -1;
}

static inline int test_log_tear_down(void **state) {
    (void)state;
    om_log_destroy(&test_log);
    return 0;
}

/* A data set as the job file's entry {path: path, id: Some2024_Lung} would give it. */
static inline om_data_set test_data_set(const char *path) {
    return (om_data_set){.path = (char *)(uintptr_t)path,
                         .id = "Some2024_Lung",
                         .study = "Some2024",
                         .tissue = "Lung"};
}

/* *study is NULL after a failure; `warnings` (may be NULL): how many were given. */
static inline om_status test_study_load(om_study **study, const om_data_set *data_set,
                                        long *warnings) {
    om_study_place *place = NULL;
    long before = om_log_warnings(test_log);
    *study = NULL;
    om_status status = om_study_find(&place, data_set);
    if (status == OM_OK) {
        status = om_study_load(study, place, test_log);
    }
    om_study_place_destroy(&place);
    if (warnings != NULL) {
        *warnings = om_log_warnings(test_log) - before;
    }
    return status;
}

static inline om_study *test_study(const om_data_set *data_set, long *warnings) {
    om_study *study = NULL;
    if (test_study_load(&study, data_set, warnings) != OM_OK) {
        fail_msg("%s", om_error_message());
    }
    return study;
}

static inline void test_study_is_refused(const om_data_set *data_set, const char *message) {
    om_study *study = NULL;
    assert_int_equal(test_study_load(&study, data_set, NULL), OM_INPUT);
    assert_null(study);
    assert_message_has(message);
}

/* Lets the first allocation fail, then the second, and so on until all succeed: more than `least`.
 */
static inline void test_study_without_memory(const om_data_set *data_set, int64_t least) {
    om_status status = OM_MEMORY;
    int64_t successes = 0;
    for (; status != OM_OK; successes++) {
        om_study *study = NULL;
        om_memory_fail_after(successes);
        status = test_study_load(&study, data_set, NULL);
        om_memory_fail_after(-1);
        assert_true((status == OM_OK) == (study != NULL));
        assert_true(successes < 10000);
        om_study_destroy(&study);
    }
    assert_true(successes > least);
}

static inline const om_study_column *test_column(const om_study *study, const char *name) {
    for (int64_t i = 0; i < study->n_columns; i++) {
        if (strcmp(study->columns[i].name, name) == 0) {
            return &study->columns[i];
        }
    }
    fail_msg("no column %s", name);
    return NULL;
}

/* The category of a cell, "-" where it is missing. */
static inline const char *test_category(const om_study *study, const char *name, int64_t cell) {
    const om_study_column *column = test_column(study, name);
    assert_non_null(column->codes);
    int32_t code = column->codes[cell];
    return code < 0 ? "-" : om_strings_get(column->categories, code);
}

static inline void test_column_names(const om_study *study, int64_t n, const char *const *names) {
    assert_int_equal(study->n_columns, n);
    for (int64_t i = 0; i < n; i++) {
        assert_string_equal(study->columns[i].name, names[i]);
    }
}

static inline void test_strings_are(const om_strings *strings, int64_t n,
                                    const char *const *texts) {
    assert_int_equal(om_strings_count(strings), n);
    for (int64_t i = 0; i < n; i++) {
        assert_string_equal(om_strings_get(strings, i), texts[i]);
    }
}

#endif
