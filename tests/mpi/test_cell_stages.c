/* Small folders in 3CA layout through ingest, score, threshold and synthesize, against the method
 * written out plainly on dense arrays. */
#include "oncomark/h5ad.h"
#include "oncomark/string_map.h"
#include "oncomark/table.h"
#include "oncomark/threshold.h"
#include "unit/cells/naive.h"
#include "unit_test.h"

#include "test_ranks.h"

#include "tiny_corpus.h"

#include <math.h>
#include <unistd.h>

/* The gene of the union that a row stands for; NULL for the later rows of a gene. */
static const char *gene_of(int data_set, int row, char text[16]) {
    symbol_of(data_set, row, text);
    if (row == 50) {
        strcpy(text, "LOWER");
    } else if (row == 56) {
        strcpy(text, "MT-B");
    } else if (row >= 58) {
        return NULL;
    }
    return text;
}

/* Sample s1 of the first data set is healthy. */
static bool is_selected(int data_set, int64_t cell) {
    int sample = sample_of(cell);
    return !(data_set == LUNG_A && sample == 1) && !(data_set == LUNG_B && sample == 3);
}

static om_status run(om_ctx *ranks, const char *workdir, const char *data, const char *setting,
                     const char *stages) {
    om_job *job = make_job(workdir, data, setting);
    om_status status = run_stages(ranks, job, stages);
    om_job_destroy(&job);
    return status;
}

static void run_well(om_ctx *ranks, const char *workdir, const char *setting, const char *stages) {
    if (run(ranks, workdir, data_text, setting, stages) != OM_OK) {
        fail_msg("%s", om_error_message());
    }
}

static om_h5 *open_artefact(const char *workdir, const char *artefact) {
    om_h5 *file = NULL;
    char name[TEST_PATH];
    snprintf(name, sizeof name, "%s/%s", workdir, artefact);
    if (om_h5_open(&file, test_path(folder, name)) != OM_OK) {
        fail_msg("%s", om_error_message());
    }
    return file;
}

/* What the files hold, and what the method says beside it. */
typedef struct results {
    double scores[N_SETS][N_CELLS][OM_N_HALLMARKS]; /* as stored, once compared */
    uint8_t passed[N_SETS][N_CELLS];
} results;

static void dense_cell(int d, int64_t cell, double values[N_GENES]) {
    for (int row = 0; row < N_GENES; row++) {
        values[row] = value_of(d, cell, row);
    }
}

static double expected_score(int d, int64_t cell, int h) {
    const om_score_parameters parameters = {.formula = OM_UCELL_2_14, .max_rank = 1500};
    double values[N_GENES];
    uint8_t is_first[N_GENES];
    int32_t rows[10];
    dense_cell(d, cell, values);
    memset(is_first, 1, sizeof is_first);
    is_first[59] = 0;
    for (int i = 0; i < 10; i++) {
        rows[i] = 4 * h + i;
    }
    double score =
        naive_part_score(&parameters, N_GENES, values, is_first, OM_N_HALLMARKS, 11, 10, rows);
    if (h == 1) {
        const int32_t negative[] = {40, 41};
        score -= naive_part_score(&parameters, N_GENES, values, is_first, OM_N_HALLMARKS, 2, 2,
                                  negative);
    }
    return fmax(score, 0);
}

static bool expected_pass(int d, int64_t cell) {
    double total = 0;
    double mito = 0;
    int64_t raw = 0;
    int64_t n_genes = 0;
    for (int row = 0; row < N_GENES; row++) {
        int64_t n_cells = 0;
        for (int64_t other = 0; other < N_CELLS; other++) {
            int64_t n = 0;
            for (int gene = 0; gene < N_GENES; gene++) {
                n += value_of(d, other, gene) > 0 ? 1 : 0;
            }
            n_cells += n >= 5 && value_of(d, other, row) > 0 ? 1 : 0;
        }
        double value = value_of(d, cell, row);
        raw += value > 0 ? 1 : 0;
        if (n_cells >= 3 && value > 0) {
            n_genes++;
            total += value;
            mito += row >= 55 && row <= 57 ? value : 0;
        }
    }
    return raw >= 5 && n_genes >= 5 && n_genes <= 45 && 100 * mito <= 15 * total;
}

static void check_scores(results *found) {
    for (int d = 0; d < N_SETS; d++) {
        char name[64];
        int64_t n_passed = 0;
        snprintf(name, sizeof name, "scores/%s.h5ad", ids[d]);
        om_h5 *file = open_artefact("work", name);
        assert_int_equal(om_h5_read_rows(file, "X", OM_F64, 0, N_CELLS, found->scores[d]), OM_OK);
        assert_int_equal(om_h5_read_rows(file, "obs/passed", OM_BOOL, 0, N_CELLS, found->passed[d]),
                         OM_OK);
        for (int64_t cell = 0; cell < N_CELLS; cell++) {
            /* Quadratic: a few cells of each data set are enough. */
            if (cell % 9 == d) {
                assert_int_equal(found->passed[d][cell], expected_pass(d, cell));
            }
            n_passed += found->passed[d][cell];
            for (int h = 0; h < OM_N_HALLMARKS; h++) {
                assert_true(fabs(found->scores[d][cell][h] - expected_score(d, cell, h)) <= 1e-12);
            }
        }
        assert_in_range(n_passed, 30, N_CELLS - 5);
        om_strings *missing = NULL;
        assert_int_equal(om_h5_read_strings(file, "uns/missing_genes", &missing), OM_OK);
        assert_int_equal(om_strings_count(missing), OM_N_HALLMARKS);
        assert_string_equal(om_strings_get(missing, 0), "AIM:NONE0");
        om_strings_destroy(&missing);
        assert_int_equal(om_h5_close(&file), OM_OK);
    }
}

/* Lung from two data sets, skin from two, one of them logarithms. */
static void check_thresholds(const results *found, om_threshold_table **table) {
    assert_int_equal(om_threshold_table_read(table, test_path(folder, "work/thresholds.csv")),
                     OM_OK);
    assert_int_equal(om_threshold_table_n_tissues(*table), 2);
    assert_string_equal(om_threshold_table_tissue(*table, 0), "Lung");
    assert_string_equal(om_threshold_table_tissue(*table, 1), "Skin");
    for (int tissue = 0; tissue < 2; tissue++) {
        for (int h = 0; h < OM_N_HALLMARKS; h++) {
            const om_threshold *row = &om_threshold_table_row(*table, tissue)[h];
            double values[2 * N_CELLS];
            double low = 0;
            double high = 0;
            int64_t n = 0;
            for (int d = 2 * tissue; d < 2 * tissue + 2; d++) {
                for (int64_t cell = 0; cell < N_CELLS; cell++) {
                    if (found->passed[d][cell] != 0 && is_selected(d, cell)) {
                        values[n++] = found->scores[d][cell][h];
                    }
                }
            }
            naive_halves(values, n, 256, &low, &high);
            assert_int_equal(row->n_cells, n);
            assert_true(row->low == low && row->high == high);
        }
    }
}

/* The sums of all data sets in the order of synthetic.h5ad, compared row by row. */
typedef struct reading {
    om_counts *counts;
    om_strings *names;
    om_string_map *column_of; /* gene -> column */
    int64_t *label;
    int64_t *block;
    int64_t row;
} reading;

static void check_row(reading *file, int d, int sample, int h, int label, int64_t block,
                      const int64_t *cells) {
    char name[128];
    assert_true(file->row < om_strings_count(file->names));
    snprintf(name, sizeof name, "%s|s%d|%s|%s|%" PRId64, ids[d], sample, om_hallmark_code(h),
             label == 1 ? "pos" : "neg", block);
    assert_string_equal(om_strings_get(file->names, file->row), name);
    assert_int_equal(file->label[file->row], label);
    assert_int_equal(file->block[file->row], block);
    double *sums = calloc((size_t)file->counts->n_genes, sizeof *sums);
    assert_non_null(sums);
    for (int row = 0; row < N_GENES; row++) {
        char text[16];
        const char *gene = gene_of(d, row, text);
        int64_t column = gene != NULL ? om_string_map_get(file->column_of, gene, -1) : -1;
        assert_true(gene == NULL || column >= 0);
        for (int i = 0; i < LENGTH && gene != NULL; i++) {
            sums[column] += floor(value_of(d, cells[i], row));
        }
    }
    int64_t next = file->counts->indptr[file->row];
    for (int64_t column = 0; column < file->counts->n_genes; column++) {
        if (sums[column] > 0) {
            assert_int_equal(file->counts->indices[next], column);
            assert_true(file->counts->values[next++] == sums[column]);
        }
    }
    assert_int_equal(next, file->counts->indptr[file->row + 1]);
    free(sums);
    file->row++;
}

/* Samples appear in the order s0 s1 s2 s3, as their cells do. */
static void check_group(reading *file, const results *found, om_threshold_table *table, int d,
                        int sample, int h, int label) {
    const om_threshold *threshold = &om_threshold_table_row(table, d / 2)[h];
    int64_t cells[N_CELLS];
    int64_t n = 0;
    char name[128];
    for (int64_t cell = 0; cell < N_CELLS; cell++) {
        double score = found->scores[d][cell][h];
        bool wanted = label == 1 ? score > threshold->high : score < threshold->low;
        if (found->passed[d][cell] != 0 && is_selected(d, cell) && sample_of(cell) == sample &&
            wanted) {
            cells[n++] = cell;
        }
    }
    snprintf(name, sizeof name, "%s|s%d|%s|%s", ids[d], sample, om_hallmark_code(h),
             label == 1 ? "pos" : "neg");
    om_random random = om_random_stream(42, OM_PURPOSE_SYNTHESIZE, om_hash_string(name));
    om_random_shuffle(&random, cells, n);
    for (int64_t block = 0; n >= MIN_CELLS && (block + 1) * LENGTH <= n; block++) {
        check_row(file, d, sample, h, label, block, cells + block * LENGTH);
    }
}

static void open_reading(reading *file, om_h5 *h5) {
    om_strings *genes = NULL;
    int64_t n_rows = 0;
    int64_t n_columns = 0;
    int64_t n_values = 0;
    assert_int_equal(om_h5ad_csr_shape(h5, "X", &n_rows, &n_columns, &n_values), OM_OK);
    assert_int_equal(om_h5ad_read_counts(&file->counts, h5, "X", 0, n_rows), OM_OK);
    assert_int_equal(om_h5ad_read_index(h5, "obs", &file->names), OM_OK);
    assert_int_equal(om_h5ad_read_index(h5, "var", &genes), OM_OK);
    assert_int_equal(om_strings_count(genes), n_columns);
    /* G0 .. G49, G52 .. G54, LOWER, three of mitochondria; ONLY3 is of the logarithms. */
    assert_int_equal(n_columns, 53 + 1 + 3 + 3);
    assert_int_equal(om_string_map_create(&file->column_of), OM_OK);
    for (int64_t i = 0; i < n_columns; i++) {
        const char *gene = om_strings_get(genes, i);
        assert_true(i == 0 || strcmp(om_strings_get(genes, i - 1), gene) < 0);
        assert_int_equal(om_string_map_add(file->column_of, gene, i, NULL), OM_OK);
    }
    om_strings_destroy(&genes);
    file->label = om_malloc(n_rows, sizeof *file->label);
    file->block = om_malloc(n_rows, sizeof *file->block);
    assert_int_equal(om_h5_read_rows(h5, "obs/label", OM_I64, 0, n_rows, file->label), OM_OK);
    assert_int_equal(om_h5_read_rows(h5, "obs/block", OM_I64, 0, n_rows, file->block), OM_OK);
}

static void check_synthetic(const results *found, om_threshold_table *table) {
    const char *const patients[N_SAMPLES] = {"p0", "p1", "p0", "p3"};
    reading file = {0};
    om_h5 *h5 = open_artefact("work", "synthetic.h5ad");
    open_reading(&file, h5);
    for (int d = 0; d < LOGS; d++) {
        for (int sample = 0; sample < N_SAMPLES; sample++) {
            for (int h = 0; h < OM_N_HALLMARKS; h++) {
                check_group(&file, found, table, d, sample, h, 1);
                check_group(&file, found, table, d, sample, h, 0);
            }
        }
    }
    assert_int_equal(file.row, om_strings_count(file.names));
    assert_true(file.row > 20);
    int32_t *codes = NULL;
    om_strings *categories = NULL;
    assert_int_equal(om_h5ad_read_categories(h5, "obs", "patient", &codes, &categories), OM_OK);
    for (int64_t row = 0; row < file.row; row++) {
        const char *sample = strchr(om_strings_get(file.names, row), '|') + 1;
        const char *patient = om_strings_get(categories, codes[row]);
        assert_string_equal(patient, patients[sample[1] - '0']);
    }
    om_free(codes);
    om_strings_destroy(&categories);
    om_counts_destroy(&file.counts);
    om_strings_destroy(&file.names);
    om_string_map_destroy(&file.column_of);
    om_free(file.label);
    om_free(file.block);
    assert_int_equal(om_h5_close(&h5), OM_OK);
}

static void stages_follow_the_method(void **state) {
    (void)state;
    results *found = calloc(1, sizeof *found);
    om_threshold_table *table = NULL;
    assert_non_null(found);
    run_well(ctx, "work", NULL, "isty");
    barrier();
    check_scores(found);
    check_thresholds(found, &table);
    check_synthetic(found, table);
    om_threshold_table_destroy(&table);
    free(found);
    barrier();
}

static const char *const artefacts[] = {"scores/A2020_Lung.h5ad", "scores/B2021_Lung.h5ad",
                                        "scores/C2022_Skin.h5ad", "scores/D2023_Skin.h5ad",
                                        "thresholds.csv",         "synthetic.h5ad"};
enum { N_ARTEFACTS = sizeof artefacts / sizeof artefacts[0] };

static void read_digests(om_ctx *ranks, const char *name, char hex[N_ARTEFACTS][OM_DIGEST_HEX]) {
    om_job *job = make_job(name, data_text, NULL);
    om_workdir *workdir = NULL;
    assert_int_equal(om_workdir_open(&workdir, ranks, job), OM_OK);
    for (int i = 0; i < N_ARTEFACTS; i++) {
        om_digest digest = {{0, 0}};
        assert_int_equal(om_workdir_digest(workdir, artefacts[i], hex[i]), OM_OK);
        if (strstr(artefacts[i], ".h5ad") != NULL) {
            char found[OM_DIGEST_HEX];
            char *path = om_workdir_path(workdir, artefacts[i]);
            assert_int_equal(om_h5_digest_file(path, &digest), OM_OK);
            om_digest_hex(&digest, found);
            assert_string_equal(found, hex[i]);
            om_free(path);
        }
    }
    om_workdir_close(&workdir);
    om_job_destroy(&job);
}

static void digests_do_not_depend_on_ranks(void **state) {
    (void)state;
    char together[N_ARTEFACTS][OM_DIGEST_HEX];
    char single[N_ARTEFACTS][OM_DIGEST_HEX];
    om_ctx *alone = NULL;
    read_digests(ctx, "work", together);
    assert_int_equal(om_context_split(&alone, ctx, is_root() ? 0 : 1), OM_OK);
    if (is_root()) {
        run_well(alone, "alone", NULL, "isty");
        read_digests(alone, "alone", single);
        for (int i = 0; i < N_ARTEFACTS; i++) {
            assert_string_equal(single[i], together[i]);
        }
    }
    om_context_destroy(&alone);
    barrier();
}

static void forget(int first, int end) {
    for (int i = first; i < end && is_root(); i++) {
        char name[TEST_PATH];
        snprintf(name, sizeof name, "work/%s", artefacts[i]);
        assert_int_equal(unlink(test_path(folder, name)), 0);
    }
    barrier();
}

/* Artefacts first .. end - 1, which these stages make anew, are the same in as little memory. */
static void assert_memory_changes_nothing(const int64_t limits[4], const char *stages, int first,
                                          int end) {
    const int64_t usual = memory_limit;
    char before[N_ARTEFACTS][OM_DIGEST_HEX];
    read_digests(ctx, "work", before);
    for (int i = 0; i < 4; i++) {
        char after[N_ARTEFACTS][OM_DIGEST_HEX];
        forget(first, end);
        memory_limit = limits[i];
        run_well(ctx, "work", NULL, stages);
        memory_limit = usual;
        barrier();
        read_digests(ctx, "work", after);
        for (int a = first; a < end; a++) {
            assert_string_equal(after[a], before[a]);
        }
    }
}

/* Ever less memory, down to a cell at a time and no room for any rare gene. */
static void scores_do_not_depend_on_memory(void **state) {
    (void)state;
    const int64_t limits[] = {1 << 20, 1 << 16, 1 << 12, 1};
    assert_memory_changes_nothing(limits, "s", 0, N_SETS);
}

/* Cells of which few are in memory at a time, down to one, sums in parts and in a file. */
static void synthetic_samples_do_not_depend_on_memory(void **state) {
    (void)state;
    const int64_t limits[] = {1 << 28, (64 << 20) + 40000, (64 << 20) + 4000, 1};
    assert_memory_changes_nothing(limits, "ty", N_SETS, N_ARTEFACTS);
}

static ino_t inode(const char *artefact) {
    char name[TEST_PATH];
    struct stat status;
    snprintf(name, sizeof name, "work/%s", artefact);
    assert_int_equal(stat(test_path(folder, name), &status), 0);
    return status.st_ino;
}

/* A second run makes nothing anew; a parameter of one stage only what depends on it. A renamed file
 * keeps its number, one written again has another. */
static void what_is_current_is_kept(void **state) {
    (void)state;
    ino_t before[N_ARTEFACTS];
    for (int i = 0; i < N_ARTEFACTS; i++) {
        before[i] = inode(artefacts[i]);
    }
    barrier();
    run_well(ctx, "work", NULL, "isty");
    barrier();
    for (int i = 0; i < N_ARTEFACTS; i++) {
        assert_true(inode(artefacts[i]) == before[i]);
    }
    barrier();
    run_well(ctx, "work", "synthetic.cells_per_sample=5", "isty");
    barrier();
    for (int i = 0; i < N_ARTEFACTS; i++) {
        bool depends = strcmp(artefacts[i], "synthetic.h5ad") == 0;
        assert_int_equal(inode(artefacts[i]) == before[i], !depends);
    }
    barrier();
    run_well(ctx, "work", "threshold.bins=32", "isty");
    barrier();
    assert_true(inode("scores/A2020_Lung.h5ad") == before[0]);
    assert_true(inode("thresholds.csv") != before[4]);
    barrier();
}

static void assert_refused(om_status expected, const char *workdir, const char *data,
                           const char *setting, const char *stages, const char *message) {
    assert_int_equal(run(ctx, workdir, data, setting, stages), expected);
    assert_message_has(message);
    barrier();
}

static void faults_are_named(void **state) {
    (void)state;
    run_well(ctx, "faults", NULL, "i");
    barrier();
    assert_refused(OM_USAGE, "faults", data_text, NULL, "t", "score");
    assert_refused(OM_USAGE, "faults", data_text, NULL, "y", "oncomark");
    assert_refused(OM_USAGE, "faults",
                   "  - {path: Data_A2020_Lung}\n"
                   "  - {path: Data_B2021_Lung, samples: {include: [s0, nope]}}\n",
                   NULL, "s", "data set B2021_Lung: found sample \"nope\" named, expected one of");
    assert_refused(OM_INPUT, "faults", data_text, "score.max_rank=10", "s",
                   "expected at most 10 with data set");
    run_well(ctx, "faults", NULL, "st");
    assert_refused(OM_INPUT, "faults", data_text, "synthetic.min_cells=1000", "y",
                   "found too few cells for a synthetic sample, expected at least 1000 positive");
    assert_message_has("; Lung (at most ");
}

/* A tissue without tumour cells has two warnings, no thresholds and no synthetic samples; the
 * others go on. A validation study may borrow a tissue's thresholds. */
static void tissue_without_cells_is_skipped(void **state) {
    (void)state;
    long before = om_log_warnings(om_context_log(ctx));
    const char *data = "  - {path: Data_A2020_Lung}\n"
                       "  - {path: Data_C2022_Skin, values: tpm, samples: {exclude: [s0, s1, s2, "
                       "s3]}}\n"
                       "  - {path: Data_D2023_Skin, role: validate, values: log, tissue: Other, "
                       "threshold_tissue: Lung}\n";
    om_threshold_table *table = NULL;
    assert_int_equal(run(ctx, "skipped", data, NULL, "isty"), OM_OK);
    int64_t warnings = om_log_warnings(om_context_log(ctx)) - before;
    assert_int_equal(om_sum_i64(ctx, &warnings, 1), OM_OK);
    assert_int_equal(warnings, 2);
    assert_int_equal(om_threshold_table_read(&table, test_path(folder, "skipped/thresholds.csv")),
                     OM_OK);
    assert_int_equal(om_threshold_table_n_tissues(table), 2);
    assert_true(om_threshold_table_row(table, 0)[0].has_low);
    assert_false(om_threshold_table_row(table, 1)[0].has_low);
    assert_int_equal(om_threshold_table_row(table, 1)[0].n_cells, 0);
    om_threshold_table_destroy(&table);
    barrier();
}

int main(int argc, char **argv) {
    MPI_Init(&argc, &argv);
    test_context_create(&ctx);
    share_corpus();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stages_follow_the_method),
        cmocka_unit_test(digests_do_not_depend_on_ranks),
        cmocka_unit_test(scores_do_not_depend_on_memory),
        cmocka_unit_test(synthetic_samples_do_not_depend_on_memory),
        cmocka_unit_test(what_is_current_is_kept),
        cmocka_unit_test(faults_are_named),
        cmocka_unit_test(tissue_without_cells_is_skipped),
    };
    int failed = cmocka_run_group_tests_name("cell_stages", tests, NULL, NULL);
    test_folder_unshare(ctx, folder);
    test_context_destroy(&ctx);
    MPI_Finalize();
    return failed;
}
