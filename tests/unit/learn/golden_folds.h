/* The made-up folds of tests/golden/crossval.txt as results of tasks, and tables read back. Needs
 * unit_test.h and text_files.h before it. */
#ifndef ONCOMARK_TESTS_GOLDEN_FOLDS_H
#define ONCOMARK_TESTS_GOLDEN_FOLDS_H

#include "golden/golden_arrays.h"
#include "learn/crossval_report.h"
#include "oncomark/hallmark.h"
#include "oncomark/table.h"

#include <fcntl.h>
#include <math.h>

#ifndef OM_TEST_SOURCE_DIR
#define OM_TEST_SOURCE_DIR "."
#endif

enum { GOLDEN_FOLDS = 3, ALL = OM_N_HALLMARKS };

/* To be freed. */
static inline double *golden_values(const char *name, int64_t expected_count) {
    int64_t count = 0;
    double *values = golden_array(OM_TEST_SOURCE_DIR "/tests/golden/crossval.txt", name, &count);
    assert_non_null(values);
    assert_true(expected_count < 0 || count == expected_count);
    return values;
}

static inline uint8_t *golden_bytes(const char *name, int64_t *n) {
    double *values = golden_array(OM_TEST_SOURCE_DIR "/tests/golden/crossval.txt", name, n);
    assert_non_null(values);
    uint8_t *bytes = malloc((size_t)*n);
    assert_non_null(bytes);
    for (int64_t i = 0; i < *n; i++) {
        bytes[i] = (uint8_t)values[i];
    }
    free(values);
    return bytes;
}

static inline om_fold_result golden_fold(int number) {
    char name[32];
    om_fold_result fold = {.n_training = 800 + number,
                           .n_validation = 90 + number,
                           .n_features = 700 + number,
                           .n_epochs = 20 + number,
                           .kept_epoch = 10 + number};
    snprintf(name, sizeof name, "task_%d", number);
    fold.task = golden_bytes(name, &fold.n_test);
    snprintf(name, sizeof name, "label_%d", number);
    fold.label = golden_bytes(name, &fold.n_test);
    snprintf(name, sizeof name, "logits_%d", number);
    double *logits = golden_values(name, fold.n_test * OM_N_HALLMARKS);
    fold.logits = malloc((size_t)(fold.n_test * OM_N_HALLMARKS) * sizeof *fold.logits);
    assert_non_null(fold.logits);
    for (int64_t i = 0; i < fold.n_test * OM_N_HALLMARKS; i++) {
        fold.logits[i] = (float)logits[i];
    }
    free(logits);
    return fold;
}

static inline void golden_fold_free(om_fold_result *fold) {
    free(fold->task);
    free(fold->label);
    free(fold->logits);
}

static inline void assert_close(double value, double expected) {
    bool alike = isnan(expected) ? isnan(value) : fabs(value - expected) <= 1e-14;
    if (!alike) {
        fail_msg("found %.17g, expected %.17g", value, expected);
    }
}

/* A CSV text in test_folder, read as users read it. */
static inline om_table *table_of(const om_text *csv) {
    om_table *table = NULL;
    const char *path =
        test_write_bytes(test_folder, "table.csv", om_text_get(csv), om_text_length(csv));
    if (om_table_read(&table, path) != OM_OK) {
        fail_msg("%s", om_error_message());
    }
    return table;
}

static inline const char *cell(const om_table *table, int64_t row, const char *column) {
    int64_t c = om_table_find(table, column);
    if (c < 0) {
        fail_msg("no column %s", column);
    }
    return om_table_cell(table, row, c);
}

/* NaN for an empty field only. */
static inline double number(const om_table *table, int64_t row, const char *column) {
    const char *text = cell(table, row, column);
    double value = NAN;
    if (text[0] != '\0') {
        assert_true(om_parse_f64(text, &value));
        assert_true(value == value); /* no nan in a table */
    }
    return value;
}

/* What goes to stderr from now on, until stderr_end gives it. */
static inline int stderr_begin(void) {
    fflush(stderr);
    int saved = dup(STDERR_FILENO);
    int file = open(test_path(test_folder, "stderr"), O_CREAT | O_TRUNC | O_WRONLY, 0600);
    assert_true(saved >= 0 && file >= 0);
    dup2(file, STDERR_FILENO);
    close(file);
    return saved;
}

/* Borrowed until the next call. */
static inline const char *stderr_end(int saved) {
    static char text[1 << 16];
    fflush(stderr);
    dup2(saved, STDERR_FILENO);
    close(saved);
    FILE *file = fopen(test_path(test_folder, "stderr"), "r");
    assert_non_null(file);
    size_t length = fread(text, 1, sizeof text - 1, file);
    text[length] = '\0';
    fclose(file);
    return text;
}

static inline void assert_says(const char *text, const char *part) {
    assert_non_null(text);
    if (text != NULL && strstr(text, part) == NULL) {
        fail_msg("\"%s\" is not in \"%s\"", part, text);
    }
}

#endif
