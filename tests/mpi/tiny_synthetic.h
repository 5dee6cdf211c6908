/* A small synthetic.h5ad with a signal in it, the same whatever the number of ranks. */
#ifndef ONCOMARK_TESTS_TINY_SYNTHETIC_H
#define ONCOMARK_TESTS_TINY_SYNTHETIC_H

#include "oncomark/h5ad.h"
#include "oncomark/hallmark.h"
#include "oncomark/memory.h"
#include "oncomark/random.h"
#include "unit_test.h"

#include "test_ranks.h"

enum {
    TINY_PATIENTS = 12,
    TINY_BLOCKS = 2, /* of each patient, hallmark and label */
    TINY_GENES = 70,
    TINY_SAMPLES = TINY_PATIENTS * OM_N_HALLMARKS * 2 * TINY_BLOCKS
};

typedef struct tiny_row {
    int patient;
    int task;
    int label;
    int block;
} tiny_row;

static inline tiny_row tiny_row_of(int64_t row) {
    int block = (int)(row % TINY_BLOCKS);
    int label = (int)(row / TINY_BLOCKS % 2) == 0; /* positive first */
    int task = (int)(row / (2 * TINY_BLOCKS) % OM_N_HALLMARKS);
    return (tiny_row){(int)(row / (2 * TINY_BLOCKS * OM_N_HALLMARKS)), task, label, block};
}

/* Counts [TINY_GENES]: genes of the row's hallmark are higher in positive samples; the last gene is
 * never seen, and one count is close to 2^32. */
static inline void tiny_counts(int64_t row, uint32_t *counts) {
    tiny_row is = tiny_row_of(row);
    om_random random = om_random_stream(77, OM_PURPOSE_TEST, (uint64_t)row);
    for (int g = 0; g < TINY_GENES; g++) {
        double mean = 2 + 3 * (g % 7) + (g % OM_N_HALLMARKS == is.task ? 25.0 * is.label : 0);
        counts[g] = g == TINY_GENES - 1 ? 0 : (uint32_t)om_random_poisson(&random, mean);
    }
    if (row == 5) {
        counts[0] = UINT32_MAX;
    }
}

static inline void tiny_category(om_h5 *file, const char *column, const int32_t *codes,
                                 const char *prefix, int n_categories) {
    om_strings *categories = NULL;
    assert_int_equal(om_strings_create(&categories), OM_OK);
    for (int i = 0; i < n_categories; i++) {
        char text[64];
        snprintf(text, sizeof text, "%s%d", prefix, i);
        assert_int_equal(om_strings_add(categories, text), OM_OK);
    }
    assert_int_equal(om_h5ad_frame_categories(file, "obs", column, TINY_SAMPLES, codes, categories),
                     OM_OK);
    om_strings_destroy(&categories);
}

/* Two studies of two data sets each, three patients a data set, one biopsy a patient. */
static inline void tiny_write_obs(om_h5 *file) {
    static int32_t data_set[TINY_SAMPLES], study[TINY_SAMPLES], patient[TINY_SAMPLES];
    static int32_t hallmark[TINY_SAMPLES];
    static int64_t label[TINY_SAMPLES], block[TINY_SAMPLES];
    om_strings *names = NULL;
    om_strings *codes = NULL;
    om_strings *order = NULL;
    assert_int_equal(om_strings_create(&names), OM_OK);
    assert_int_equal(om_strings_create(&codes), OM_OK);
    assert_int_equal(om_strings_create(&order), OM_OK);
    for (int64_t row = 0; row < TINY_SAMPLES; row++) {
        tiny_row is = tiny_row_of(row);
        char text[64];
        snprintf(text, sizeof text, "S%d|P%d|%s|%s|%d", is.patient / 3, is.patient,
                 om_hallmark_code(is.task), is.label == 1 ? "pos" : "neg", is.block);
        assert_int_equal(om_strings_add(names, text), OM_OK);
        data_set[row] = is.patient / 3;
        study[row] = is.patient / 6;
        patient[row] = is.patient;
        hallmark[row] = is.task;
        label[row] = is.label;
        block[row] = is.block;
    }
    for (int k = 0; k < OM_N_HALLMARKS; k++) {
        assert_int_equal(om_strings_add(codes, om_hallmark_code(k)), OM_OK);
    }
    assert_int_equal(om_h5ad_frame_begin(file, "obs", "synthetic_sample", names), OM_OK);
    tiny_category(file, "data_set", data_set, "S", 4);
    tiny_category(file, "study", study, "Study", 2);
    tiny_category(file, "tissue", study, "Tissue", 2);
    tiny_category(file, "sample", patient, "P", TINY_PATIENTS);
    tiny_category(file, "patient", patient, "P", TINY_PATIENTS);
    assert_int_equal(
        om_h5ad_frame_categories(file, "obs", "hallmark", TINY_SAMPLES, hallmark, codes), OM_OK);
    assert_int_equal(om_h5ad_frame_numbers(file, "obs", "label", OM_I64, TINY_SAMPLES, label),
                     OM_OK);
    assert_int_equal(om_h5ad_frame_numbers(file, "obs", "block", OM_I64, TINY_SAMPLES, block),
                     OM_OK);
    static const char *const columns[] = {"data_set", "study",    "tissue", "sample",
                                          "patient",  "hallmark", "label",  "block"};
    for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++) {
        assert_int_equal(om_strings_add(order, columns[i]), OM_OK);
    }
    assert_int_equal(om_h5ad_frame_end(file, "obs", order), OM_OK);
    om_strings_destroy(&names);
    om_strings_destroy(&codes);
    om_strings_destroy(&order);
}

static inline void tiny_write_var(om_h5 *file) {
    om_strings *genes = NULL;
    om_strings *order = NULL;
    assert_int_equal(om_strings_create(&genes), OM_OK);
    assert_int_equal(om_strings_create(&order), OM_OK);
    for (int g = 0; g < TINY_GENES; g++) {
        char text[16];
        snprintf(text, sizeof text, "GENE%02d", g);
        assert_int_equal(om_strings_add(genes, text), OM_OK);
    }
    assert_int_equal(om_h5ad_frame_begin(file, "var", "gene", genes), OM_OK);
    assert_int_equal(om_h5ad_frame_end(file, "var", order), OM_OK);
    om_strings_destroy(&genes);
    om_strings_destroy(&order);
}

static inline void tiny_write_x(om_h5 *file) {
    static uint32_t data[TINY_SAMPLES * TINY_GENES];
    static int32_t indices[TINY_SAMPLES * TINY_GENES];
    static int64_t indptr[TINY_SAMPLES + 1];
    int64_t n = 0;
    for (int64_t row = 0; row < TINY_SAMPLES; row++) {
        uint32_t counts[TINY_GENES];
        tiny_counts(row, counts);
        for (int g = 0; g < TINY_GENES; g++) {
            if (counts[g] > 0) {
                data[n] = counts[g];
                indices[n++] = g;
            }
        }
        indptr[row + 1] = n;
    }
    assert_int_equal(om_h5ad_reserve_csr(file, "X", OM_U32, TINY_SAMPLES, TINY_GENES, n), OM_OK);
    assert_int_equal(om_h5ad_write_csr_rows(file, "X", OM_U32, 0, TINY_SAMPLES, TINY_SAMPLES, 0,
                                            indptr, indices, data),
                     OM_OK);
}

/* Writes the file; on one rank. */
static inline om_digest tiny_write(const char *path) {
    om_h5 *file = NULL;
    assert_int_equal(om_h5_create(&file, path), OM_OK);
    assert_int_equal(om_h5ad_begin(file), OM_OK);
    tiny_write_obs(file);
    tiny_write_var(file);
    tiny_write_x(file);
    om_digest digest = om_h5_digest(file);
    assert_int_equal(om_h5_close(&file), OM_OK);
    return digest;
}

/* Makes a folder with the file `path` in it for all ranks. */
static inline void tiny_share(om_ctx *ctx, char folder[TEST_PATH], char path[2 * TEST_PATH]) {
    test_folder_share(ctx, folder);
    strcpy(path, test_path(folder, "synthetic.h5ad"));
    if (om_context_is_root(ctx)) {
        tiny_write(path);
    }
    MPI_Barrier(om_context_comm(ctx));
}

#endif
