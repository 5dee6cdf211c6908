/* Simulated folders: what stands in them, and when they are written. */
#include "unit_test.h"

#include "oncomark/gene_sets.h"
#include "oncomark/memory.h"
#include "oncomark/reader.h"
#include "oncomark/simulate.h"
#include "oncomark/string_map.h"

#include "test_ranks.h"
#include "unit/cells/naive.h"

#include <inttypes.h>

#ifndef OM_TEST_SOURCE_DIR
#define OM_TEST_SOURCE_DIR "."
#endif

enum { N_GENES = 2500, N_CELLS = 1000, FEW_CELLS = 300, N_FIELDS = 16 };

static om_ctx *ctx;
static char parent[TEST_PATH];
static om_strings *studies;

static om_simulate_options options_for(const char *out) {
    om_simulate_options options = om_simulate_defaults();
    options.out = out;
    options.gene_sets = OM_TEST_SOURCE_DIR "/jobs/gene_sets/hallmarks.gmt";
    options.studies = studies;
    options.seed = 11;
    options.n_cells = FEW_CELLS;
    options.n_samples = 3;
    options.n_genes = N_GENES;
    return options;
}

/* Not inlined: gcc 12 would take what it returns for a pointer to its local variable. */
__attribute__((noinline)) static char *read_all(const char *folder, const char *name) {
    char *bytes = NULL;
    int64_t length = 0;
    assert_int_equal(om_file_read_all(test_path(folder, name), &bytes, &length), OM_OK);
    return bytes;
}

static void assert_same_file(const char *a, const char *b, const char *name) {
    char *left = read_all(a, name);
    char *right = read_all(b, name);
    assert_true(strcmp(left, right) == 0);
    om_free(left);
    om_free(right);
}

/* Cuts a line at its commas; no quotes. */
static int split(char *line, char *fields[N_FIELDS]) {
    int n = 0;
    for (char *field = strtok(line, ","); field != NULL; field = strtok(NULL, ",")) {
        assert_true(n < N_FIELDS);
        fields[n++] = field;
    }
    return n;
}

static int64_t count_lines(const char *text) {
    int64_t lines = 0;
    for (; *text != '\0'; text++) {
        lines += *text == '\n' ? 1 : 0;
    }
    return lines;
}

/* A matrix as read back, dense by cell. */
typedef struct matrix {
    int64_t n_rows;
    int64_t n_cells;
    double *values;
} matrix;

static matrix read_matrix(const char *folder, const char *name) {
    matrix m = {0};
    char *text = read_all(folder, name);
    int64_t n_entries = 0;
    const char *line = strchr(text, '\n') + 1;
    assert_true(strncmp(text, "%%MatrixMarket matrix coordinate integer general\n", 49) == 0);
    assert_int_equal(line[0], '%');
    line = strchr(line, '\n') + 1;
    assert_int_equal(
        sscanf(line, "%" SCNd64 " %" SCNd64 " %" SCNd64, &m.n_rows, &m.n_cells, &n_entries), 3);
    line = strchr(line, '\n') + 1;
    m.values = calloc((size_t)(m.n_rows * m.n_cells), sizeof *m.values);
    int64_t last = -1;
    for (int64_t i = 0; i < n_entries; i++) {
        char *end = NULL;
        int64_t row = strtol(line, &end, 10) - 1;
        int64_t cell = strtol(end, &end, 10) - 1;
        int64_t count = strtol(end, &end, 10);
        assert_true(row >= 0 && row < m.n_rows && cell >= 0 && cell < m.n_cells && count > 0);
        int64_t place = cell * m.n_rows + row;
        assert_true(place > last); /* by cell, and by row in a cell */
        last = place;
        m.values[place] = (double)count;
        assert_int_equal(*end, '\n');
        line = end + 1;
    }
    assert_int_equal(*line, '\0');
    om_free(text);
    return m;
}

/* ROC AUC of the scores of the cells that are on against those that are off. */
static double auc(const double *scores, const char *on, int64_t n) {
    double won = 0.0;
    double pairs = 0.0;
    for (int64_t i = 0; i < n; i++) {
        for (int64_t j = 0; j < n; j++) {
            if (on[i] == '1' && on[j] == '0') {
                won += scores[i] > scores[j] ? 1.0 : scores[i] == scores[j] ? 0.5 : 0.0;
                pairs += 1.0;
            }
        }
    }
    return won / pairs;
}

/* Scores of good tumour cells by the plain formula; *on gets the truth, hallmark by hallmark. */
static int64_t score_good_cells(const char *folder, const char *id, double *scores, char *on) {
    char data[TEST_PATH];
    char name[TEST_PATH];
    snprintf(data, sizeof data, "%.300s/Data_%s", folder, id);
    snprintf(name, sizeof name, "%s.csv", id);
    matrix m = read_matrix(data, "Exp_data_UMIcounts.mtx");
    char *genes = read_all(data, "Genes.txt");
    char *cells = read_all(data, "Cells.csv");
    char *truth = read_all(test_path(folder, "truth"), name);
    om_string_map *row_of = NULL;
    assert_int_equal(om_string_map_create(&row_of), OM_OK);
    uint8_t *is_first = calloc((size_t)m.n_rows, 1);
    int64_t row = 0;
    for (char *gene = strtok(genes, "\n"); gene != NULL; gene = strtok(NULL, "\n")) {
        bool inserted = false;
        assert_int_equal(om_string_map_add(row_of, gene, row, &inserted), OM_OK);
        is_first[row++] = inserted;
    }
    assert_int_equal(row, m.n_rows);
    om_gene_sets *sets = NULL;
    assert_int_equal(om_gene_sets_read(&sets, OM_TEST_SOURCE_DIR "/jobs/gene_sets/hallmarks.gmt"),
                     OM_OK);

    om_score_parameters parameters = {.formula = OM_UCELL_2_14, .max_rank = 1500};
    int64_t n = 0;
    char *cell_line = strchr(cells, '\n') + 1;
    char *truth_line = strchr(truth, '\n') + 1;
    for (int64_t cell = 0; cell < m.n_cells; cell++) {
        char *cell_end = strchr(cell_line, '\n');
        char *truth_end = strchr(truth_line, '\n');
        *cell_end = '\0';
        *truth_end = '\0';
        char *fields[N_FIELDS];
        bool normal = strstr(cell_line, "_Normal_") != NULL;
        assert_int_equal(split(truth_line, fields), 4 + OM_N_HALLMARKS);
        assert_int_equal(strtol(fields[0], NULL, 10), cell);
        if (strcmp(fields[2], "0") == 0 && !normal) {
            for (int h = 0; h < OM_N_HALLMARKS; h++) {
                const om_strings *set = om_gene_sets_genes(sets, h, OM_POSITIVE);
                int32_t rows[512];
                int64_t n_found = 0;
                for (int64_t i = 0; i < om_strings_count(set); i++) {
                    int64_t found = om_string_map_get(row_of, om_strings_get(set, i), -1);
                    if (found >= 0) {
                        rows[n_found++] = (int32_t)found;
                    }
                }
                scores[h * N_CELLS + n] =
                    naive_part_score(&parameters, m.n_rows, m.values + cell * m.n_rows, is_first, 0,
                                     om_strings_count(set), n_found, rows);
                on[h * N_CELLS + n] = fields[4 + h][0];
            }
            n++;
        }
        cell_line = cell_end + 1;
        truth_line = truth_end + 1;
    }
    om_gene_sets_destroy(&sets);
    om_string_map_destroy(&row_of);
    free(is_first);
    free(m.values);
    om_free(genes);
    om_free(cells);
    om_free(truth);
    return n;
}

/* Scored here by the plain formula. */
static void scores_tell_the_truth_but_not_too_well(void **state) {
    (void)state;
    char folder[TEST_PATH];
    snprintf(folder, sizeof folder, "%s", test_path(parent, "auc"));
    om_simulate_options options = options_for(folder);
    options.gzip = OM_SIMULATE_PLAIN;
    options.n_cells = N_CELLS;
    assert_int_equal(om_simulate(ctx, &options), OM_OK);
    double *scores = calloc((size_t)OM_N_HALLMARKS * N_CELLS, sizeof *scores);
    char *on = calloc((size_t)OM_N_HALLMARKS * N_CELLS, 1);
    int64_t n = score_good_cells(folder, "Sim2031_Lung", scores, on);
    assert_true(n > 300);
    for (int h = 0; h < OM_N_HALLMARKS; h++) {
        double value = auc(scores + h * N_CELLS, on + h * N_CELLS, n);
        if (value < 0.70 || value > 0.85) {
            fail_msg("%s: AUC %.3f", om_hallmark_code(h), value);
        }
    }
    free(scores);
    free(on);
}

static void without_effect_scores_tell_little(void **state) {
    (void)state;
    char folder[TEST_PATH];
    snprintf(folder, sizeof folder, "%s", test_path(parent, "none"));
    om_simulate_options options = options_for(folder);
    options.gzip = OM_SIMULATE_PLAIN;
    options.effect = 0.0;
    options.n_cells = N_CELLS;
    assert_int_equal(om_simulate(ctx, &options), OM_OK);
    double *scores = calloc((size_t)OM_N_HALLMARKS * N_CELLS, sizeof *scores);
    char *on = calloc((size_t)OM_N_HALLMARKS * N_CELLS, 1);
    int64_t n = score_good_cells(folder, "Sim2031_Lung", scores, on);
    double mean = 0.0;
    for (int h = 0; h < OM_N_HALLMARKS; h++) {
        mean += auc(scores + h * N_CELLS, on + h * N_CELLS, n) / OM_N_HALLMARKS;
    }
    assert_true(mean > 0.42 && mean < 0.58);
    free(scores);
    free(on);
}

static void folders_have_the_layout_of_3ca(void **state) {
    (void)state;
    char out[TEST_PATH];
    snprintf(out, sizeof out, "%s", test_path(parent, "layout"));
    om_simulate_options options = options_for(out);
    assert_int_equal(om_simulate(ctx, &options), OM_OK);
    char folder[TEST_PATH];
    snprintf(folder, sizeof folder, "%s", test_path(out, "Data_Sim2031_Breast"));
    matrix m = read_matrix(folder, "Exp_data_UMIcounts.mtx");
    assert_int_equal(m.n_cells, 157); /* 22 of 42 parts of the cells */
    char *genes = read_all(folder, "Genes.txt");
    char *cells = read_all(folder, "Cells.csv");
    char *samples = read_all(folder, "Meta-data.csv");
    assert_int_equal(count_lines(genes), m.n_rows);
    assert_true(m.n_rows > N_GENES - N_GENES / 30 && m.n_rows < N_GENES + 5);
    assert_int_equal(count_lines(cells), m.n_cells + 1);
    assert_int_equal(count_lines(samples), 1 + 3 + 1);
    assert_true(strncmp(cells, "cell_name,sample,cell_type,library\n", 35) == 0);
    assert_true(strncmp(samples, "sample,patient,cancer_type,sample_type,source,", 46) == 0);
    assert_non_null(strstr(samples, "Sim2031_t1_Normal,Sim2031_t1,"));
    assert_non_null(strstr(samples, "\"Breast cancer, simulated\""));
    assert_null(strstr(cells, "AIM"));
    assert_null(strstr(cells, "empty"));
    free(m.values);
    om_free(genes);
    om_free(cells);
    om_free(samples);

    /* The second data set is compressed, in several gzip members, and goes on counting patients. */
    snprintf(folder, sizeof folder, "%s", test_path(out, "Data_Sim2031_Lung"));
    assert_false(om_file_exists(test_path(folder, "Exp_data_UMIcounts.mtx")));
    m = read_matrix(folder, "Exp_data_UMIcounts.mtx.gz");
    assert_int_equal(m.n_cells, FEW_CELLS - 157);
    free(m.values);
    samples = read_all(folder, "Meta-data.csv");
    assert_non_null(strstr(samples, "Sim2031_t4,Sim2031_t4,"));
    om_free(samples);

    /* Plain text is the same. */
    char plain[TEST_PATH];
    snprintf(plain, sizeof plain, "%s", test_path(parent, "plain"));
    options.out = plain;
    options.gzip = OM_SIMULATE_PLAIN;
    assert_int_equal(om_simulate(ctx, &options), OM_OK);
    char *packed = read_all(folder, "Exp_data_UMIcounts.mtx.gz");
    char *text = read_all(test_path(plain, "Data_Sim2031_Lung"), "Exp_data_UMIcounts.mtx");
    assert_true(strcmp(packed, text) == 0);
    om_free(packed);
    om_free(text);
}

static void a_folder_is_written_once(void **state) {
    (void)state;
    char out[TEST_PATH];
    char again[TEST_PATH];
    snprintf(out, sizeof out, "%s", test_path(parent, "once"));
    snprintf(again, sizeof again, "%s", test_path(parent, "again"));
    om_simulate_options options = options_for(out);
    assert_int_equal(om_simulate(ctx, &options), OM_OK);

    /* The same once more: nothing is written. */
    const char *touched = test_write(out, "Data_Sim2031_Breast/Genes.txt", "touched\n");
    assert_int_equal(om_simulate(ctx, &options), OM_OK);
    char *bytes = read_all(out, "Data_Sim2031_Breast/Genes.txt");
    assert_string_equal(bytes, "touched\n");
    om_free(bytes);
    assert_int_equal(remove(touched), 0);

    options.seed++;
    assert_int_equal(om_simulate(ctx, &options), OM_USAGE);
    assert_message_has("found a simulation with other options");

    /* Elsewhere with another seed: other counts. */
    options.out = again;
    assert_int_equal(om_simulate(ctx, &options), OM_OK);
    char *left = read_all(out, "Data_Sim2031_Breast/Exp_data_UMIcounts.mtx");
    char *right = read_all(again, "Data_Sim2031_Breast/Exp_data_UMIcounts.mtx");
    assert_true(strcmp(left, right) != 0);
    om_free(left);
    om_free(right);
}

static void a_broken_off_simulation_is_written_anew(void **state) {
    (void)state;
    char out[TEST_PATH];
    char reference[TEST_PATH];
    snprintf(out, sizeof out, "%s", test_path(parent, "broken"));
    snprintf(reference, sizeof reference, "%s", test_path(parent, "layout"));
    om_simulate_options options = options_for(out);
    assert_int_equal(om_simulate(ctx, &options), OM_OK);
    char *marker = read_all(out, "simulate.json");
    char *complete = strstr(marker, "\"complete\": true");
    assert_non_null(complete);
    char unfinished[4096];
    snprintf(unfinished, sizeof unfinished, "%.*s\"complete\": false%s", (int)(complete - marker),
             marker, complete + strlen("\"complete\": true"));
    test_write(out, "simulate.json", unfinished);
    test_write(out, "Data_Sim2031_Breast/Exp_data_UMIcounts.mtx", "half");
    assert_int_equal(om_simulate(ctx, &options), OM_OK);
    om_free(marker);
    assert_same_file(out, reference, "simulate.json");
    assert_same_file(out, reference, "Data_Sim2031_Breast/Exp_data_UMIcounts.mtx");
    assert_same_file(out, reference, "truth/Sim2031_Lung.csv");
}

static void check_usage(om_simulate_options options, const char *message) {
    assert_int_equal(om_simulate(ctx, &options), OM_USAGE);
    assert_message_has(message);
}

static void wrong_options_are_refused(void **state) {
    (void)state;
    char out[TEST_PATH];
    snprintf(out, sizeof out, "%s", test_path(parent, "refused"));
    om_simulate_options options = options_for(out);
    options.n_genes = 100;
    check_usage(options, "found 100 genes");
    options.n_genes = 100000;
    check_usage(options, "found 100000 genes");
    options = options_for(out);
    options.n_cells = 5;
    check_usage(options, "expected more cells than samples");
    options.n_cells = 1;
    check_usage(options, "found 1 cells for 2 data sets");
    options = options_for(out);
    options.effect = -1.0;
    check_usage(options, "found effect -1");

    om_strings *wrong = NULL;
    assert_int_equal(om_strings_create(&wrong), OM_OK);
    options = options_for(out);
    options.studies = wrong;
    check_usage(options, "found no data set");
    assert_int_equal(om_strings_add(wrong, "Sim2031_Skin"), OM_OK);
    assert_int_equal(om_strings_add(wrong, "Sim2031_Skin"), OM_OK);
    check_usage(options, "\"Sim2031_Skin\" is given twice");
    om_strings_destroy(&wrong);
    assert_int_equal(om_strings_create(&wrong), OM_OK);
    assert_int_equal(om_strings_add(wrong, "a/b_Skin"), OM_OK);
    options.studies = wrong;
    check_usage(options, "found data set \"a/b_Skin\"");
    om_strings_destroy(&wrong);
    assert_false(om_file_exists(test_path(out, "simulate.json")));

    char full[TEST_PATH];
    snprintf(full, sizeof full, "%s", test_path(parent, "full-XXXXXX"));
    assert_non_null(mkdtemp(full));
    test_write(full, "mine.txt", "do not touch");
    check_usage(options_for(full), "not empty and no simulation");
    options = options_for(out);
    options.gene_sets = "/nonexistent.gmt";
    assert_int_equal(om_simulate(ctx, &options), OM_INPUT);
}

static void default_studies_are_different(void **state) {
    (void)state;
    om_strings *names = NULL;
    assert_int_equal(om_strings_create(&names), OM_OK);
    assert_int_equal(om_simulate_default_studies(names, 40), OM_OK);
    assert_string_equal(om_strings_get(names, 0), "Sim2031_Breast");
    assert_string_equal(om_strings_get(names, 5), "Sim2035_Skin");
    for (int64_t i = 0; i < 40; i++) {
        assert_int_equal(om_strings_find(names, om_strings_get(names, i)), i);
    }
    om_strings_destroy(&names);
}

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(folders_have_the_layout_of_3ca),
        cmocka_unit_test(scores_tell_the_truth_but_not_too_well),
        cmocka_unit_test(without_effect_scores_tell_little),
        cmocka_unit_test(a_folder_is_written_once),
        cmocka_unit_test(a_broken_off_simulation_is_written_anew),
        cmocka_unit_test(wrong_options_are_refused),
        cmocka_unit_test(default_studies_are_different),
    };
    MPI_Init(&argc, &argv);
    test_context_create(&ctx);
    assert_int_equal(om_strings_create(&studies), OM_OK);
    assert_int_equal(om_simulate_default_studies(studies, 2), OM_OK);
    test_folder_make(parent);
    int failed = cmocka_run_group_tests_name("simulate", tests, NULL, NULL);
    test_folder_remove(parent);
    om_strings_destroy(&studies);
    test_context_destroy(&ctx);
    MPI_Finalize();
    return failed;
}
