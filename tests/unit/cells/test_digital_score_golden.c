/* Scores against those of independent implementations: SciPy's ranks (tests/golden) and, where it
 * is there, the UCell package on real data. */
#include "cells/gene_match.h"
#include "oncomark/string_map.h"
#include "oncomark/table.h"
#include "unit_test.h"

#include "test_ranks.h"
#include "whole_matrix.h"

#include <inttypes.h>
#include <math.h>
#include <unistd.h>

#ifndef OM_TEST_SOURCE_DIR
#define OM_TEST_SOURCE_DIR "."
#endif

enum { MANY = 1 << 16 };

static om_ctx *ctx;

/* A data set with its scores by one variant. */
typedef struct scored {
    om_counts *counts;
    om_strings *symbols;
    om_gene_sets *sets;
    double *scores;
} scored;

static om_strings *read_lines(const char *path) {
    om_reader *reader = NULL;
    om_strings *lines = NULL;
    char *line = NULL;
    size_t length = 0;
    assert_int_equal(om_reader_open(&reader, path), OM_OK);
    assert_int_equal(om_strings_create(&lines), OM_OK);
    while (om_reader_line(reader, &line, &length) == OM_OK && line != NULL) {
        assert_int_equal(om_strings_add(lines, line), OM_OK);
    }
    om_reader_close(&reader);
    return lines;
}

static void score(scored *data, const om_score_parameters *parameters) {
    om_gene_match *match = NULL;
    om_digital_score *kernel = NULL;
    assert_int_equal(om_gene_match_create(&match, data->sets, NULL, data->symbols, "X"), OM_OK);
    assert_int_equal(om_gene_match_check_length(match, data->sets, parameters, "X"), OM_OK);
    assert_int_equal(om_digital_score_create(&kernel, parameters, match->n_rows, match->is_first,
                                             match->n_missing, match->parts),
                     OM_OK);
    assert_int_equal(om_digital_score_cells(kernel, data->counts, data->scores), OM_OK);
    om_digital_score_destroy(&kernel);
    om_gene_match_destroy(&match);
}

static void load(scored *data, const char *matrix, const char *genes, const char *sets) {
    data->counts = test_read_matrix(ctx, matrix);
    data->symbols = read_lines(genes);
    assert_int_equal(om_gene_sets_read(&data->sets, sets), OM_OK);
    data->scores = calloc((size_t)data->counts->n_cells * OM_N_HALLMARKS, sizeof *data->scores);
    assert_non_null(data->scores);
}

static void release(scored *data) {
    om_counts_destroy(&data->counts);
    om_strings_destroy(&data->symbols);
    om_gene_sets_destroy(&data->sets);
    free(data->scores);
}

/* The golden sets have names of their own: the first ones stand in for hallmarks, and the first set
 * once more for the rest. */
static om_strings *write_sets(const char *folder) {
    char text[MANY] = "";
    om_strings *names = NULL;
    om_strings *lines = read_lines(OM_TEST_SOURCE_DIR "/tests/golden/scores.gmt");
    assert_int_equal(om_strings_create(&names), OM_OK);
    assert_in_range(om_strings_count(lines), 1, OM_N_HALLMARKS);
    for (int h = 0; h < OM_N_HALLMARKS; h++) {
        const char *line = om_strings_get(lines, h < om_strings_count(lines) ? h : 0);
        const char *tab = strchr(line, '\t');
        assert_non_null(tab);
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s\n", om_hallmark_code(h),
                 tab);
        if (h < om_strings_count(lines)) {
            assert_int_equal(om_strings_add_n(names, line, (size_t)(tab - line)), OM_OK);
        }
    }
    assert_true(strlen(text) < sizeof text - 1);
    test_write(folder, "sets.gmt", text);
    om_strings_destroy(&lines);
    return names;
}

enum { MATRIX, FORMULA, MISSING, MAX_RANK, CELL, SET, SCORE };

/* Compares the rows of one matrix and variant; how many there were. */
static int64_t compare_variant(om_records *expected, const char *matrix, const scored *data,
                               const om_strings *names, const om_score_parameters *parameters) {
    char **field = NULL;
    int64_t n_fields = 0;
    int64_t n_compared = 0;
    const char *formula = parameters->formula == OM_UCELL_2_6 ? "ucell-2.6" : "ucell-2.14";
    const char *missing = parameters->missing_genes == OM_MISSING_SKIP ? "skip" : "impute";
    while (om_records_next(expected, &field, &n_fields) == OM_OK && n_fields > 0) {
        if (n_fields != SCORE + 1 || strcmp(field[MATRIX], matrix) != 0 ||
            strcmp(field[FORMULA], formula) != 0 || strcmp(field[MISSING], missing) != 0 ||
            atoll(field[MAX_RANK]) != parameters->max_rank) {
            continue;
        }
        int64_t h = om_strings_find(names, field[SET]);
        assert_in_range(h, 0, OM_N_HALLMARKS - 1);
        double found = data->scores[atoll(field[CELL]) * OM_N_HALLMARKS + h];
        assert_true(fabs(found - strtod(field[SCORE], NULL)) <= 1e-12);
        n_compared++;
    }
    return n_compared;
}

static void equals_scipy(void **state) {
    (void)state;
    char folder[TEST_PATH];
    test_folder_make(folder);
    om_strings *names = write_sets(folder);
    const char *const matrices[] = {"counts", "tpm"};
    for (int m = 0; m < 2; m++) {
        char path[TEST_PATH];
        scored data = {0};
        snprintf(path, sizeof path, OM_TEST_SOURCE_DIR "/tests/golden/scores_%s.mtx", matrices[m]);
        load(&data, path, OM_TEST_SOURCE_DIR "/tests/golden/scores_genes.txt",
             test_path(folder, "sets.gmt"));
        data.counts->integer = m == 0;
        for (int variant = 0; variant < 8; variant++) {
            om_records *expected = NULL;
            om_score_parameters parameters = {
                .formula = variant % 2 == 0 ? OM_UCELL_2_14 : OM_UCELL_2_6,
                .missing_genes = variant / 2 % 2 == 0 ? OM_MISSING_IMPUTE : OM_MISSING_SKIP,
                .max_rank = variant < 4 ? 150 : 1500,
                .negative_weight = 1};
            score(&data, &parameters);
            assert_int_equal(om_records_open(&expected,
                                             OM_TEST_SOURCE_DIR "/tests/golden/scores_expected.csv",
                                             ','),
                             OM_OK);
            assert_int_equal(compare_variant(expected, matrices[m], &data, names, &parameters),
                             data.counts->n_cells * om_strings_count(names));
            om_records_close(&expected);
        }
        release(&data);
    }
    om_strings_destroy(&names);
    test_folder_remove(folder);
}

/* Rows of the golden table, looked up by cell name. */
static void compare_cells(const scored *data, const om_table *cells, const char *golden) {
    om_table *expected = NULL;
    om_string_map *place = NULL;
    assert_int_equal(om_table_read(&expected, golden), OM_OK);
    assert_int_equal(om_string_map_create(&place), OM_OK);
    for (int64_t i = 0; i < om_table_rows(cells); i++) {
        assert_int_equal(om_string_map_add(place, om_table_cell(cells, i, 0), i, NULL), OM_OK);
    }
    assert_true(om_table_rows(expected) > 100);
    for (int64_t row = 0; row < om_table_rows(expected); row++) {
        int64_t cell = om_string_map_get(place, om_table_cell(expected, row, 0), -1);
        assert_true(cell >= 0);
        for (int h = 0; h < OM_N_HALLMARKS; h++) {
            int64_t column = om_table_find(expected, om_hallmark_code(h));
            double wanted = strtod(om_table_cell(expected, row, column), NULL);
            assert_true(fabs(data->scores[cell * OM_N_HALLMARKS + h] - wanted) <= 1e-12);
        }
    }
    om_string_map_destroy(&place);
    om_table_destroy(&expected);
}

#define SHARED OM_TEST_SOURCE_DIR "/../shared"

static void equals_ucell_package(void **state) {
    (void)state;
    const char *const sets = SHARED "/paper/hallmark_surv_curated.csv";
    const struct {
        const char *folder;
        const char *matrix;
        bool integer;
    } data_sets[] = {{"Data_Copykat2021_Breast", "Exp_data_UMIcounts.mtx.gz", true},
                     {"Data_NumbatATC2_Thyroid", "Exp_data_UMIcounts.mtx.gz", true},
                     {"Data_Tirosh2016_Brain", "Exp_data_TPM.mtx.gz", false}};
    const struct {
        const char *name;
        om_score_parameters parameters;
    } variants[] = {
        {"ucell-2.14", {.formula = OM_UCELL_2_14, .max_rank = 1500}},
        {"ucell-2.14-skip",
         {.formula = OM_UCELL_2_14, .missing_genes = OM_MISSING_SKIP, .max_rank = 1500}},
        {"ucell-2.6", {.formula = OM_UCELL_2_6, .max_rank = 1500}}};
    if (access(sets, R_OK) != 0) {
        print_message("skipped: %s is not there\n", sets);
        skip();
    }
    for (int d = 0; d < 3; d++) {
        char path[3][TEST_PATH];
        scored data = {0};
        om_table *cells = NULL;
        const char *folder = data_sets[d].folder;
        snprintf(path[0], TEST_PATH, SHARED "/data/%s/%s", folder, data_sets[d].matrix);
        snprintf(path[1], TEST_PATH, SHARED "/data/%s/Genes.txt", folder);
        snprintf(path[2], TEST_PATH, SHARED "/data/%s/Cells.csv", folder);
        load(&data, path[0], path[1], sets);
        data.counts->integer = data_sets[d].integer;
        assert_int_equal(om_table_read(&cells, path[2]), OM_OK);
        for (int v = 0; v < 3; v++) {
            snprintf(path[0], TEST_PATH, SHARED "/golden/%s_%s.csv.gz", folder, variants[v].name);
            score(&data, &variants[v].parameters);
            compare_cells(&data, cells, path[0]);
        }
        om_table_destroy(&cells);
        release(&data);
    }
}

int main(int argc, char **argv) {
    MPI_Init(&argc, &argv);
    test_context_create(&ctx);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equals_scipy),
        cmocka_unit_test(equals_ucell_package),
    };
    int failed = cmocka_run_group_tests_name("digital_score_golden", tests, NULL, NULL);
    test_context_destroy(&ctx);
    MPI_Finalize();
    return failed;
}
