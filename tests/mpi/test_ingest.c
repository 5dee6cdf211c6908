/* Small folders in 3CA layout through the whole stage, read back and compared. */
#include "oncomark/stages.h"

#include "oncomark/h5ad.h"
#include "oncomark/memory.h"
#include "oncomark/random.h"
#include "oncomark/reader.h"
#include "unit_test.h"

#include "job_test.h"
#include "test_ranks.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <math.h>
#include <sys/stat.h>

enum { N_GENES = 40, N_CELLS = 33 };

static om_ctx *ctx;
static char folder[TEST_PATH];

static bool is_root(void) {
    return om_context_is_root(ctx);
}

static void barrier(void) {
    MPI_Barrier(om_context_comm(ctx));
}

static const char *make_subfolder(const char *name) {
    const char *path = test_path(folder, name);
    mkdir(path, 0777);
    return path;
}

/* The same value on all ranks: of a gene in a cell of data set `seed`. */
static double value_of(uint64_t seed, int64_t gene, int64_t cell, bool quarters) {
    om_random random = om_random_stream(seed, 1, (uint64_t)(gene * N_CELLS + cell));
    if (om_random_uniform(&random) < 0.7) {
        return 0;
    }
    double value = (double)(1 + om_random_below(&random, 90));
    return quarters ? value / 4 : value;
}

static char *format_matrix(uint64_t seed, bool by_gene, bool quarters) {
    char *text = om_malloc(100 + 40 * N_GENES * N_CELLS, 1);
    int64_t n = 0;
    for (int64_t i = 0; i < N_GENES * N_CELLS; i++) {
        n += value_of(seed, i / N_CELLS, i % N_CELLS, quarters) > 0;
    }
    char *end =
        text + sprintf(text, "%%%%MatrixMarket matrix coordinate real general\n%d %d %" PRId64 "\n",
                       N_GENES, N_CELLS, n);
    for (int64_t i = 0; i < N_GENES * N_CELLS; i++) {
        int64_t gene = by_gene ? i / N_CELLS : i % N_GENES;
        int64_t cell = by_gene ? i % N_CELLS : i / N_GENES;
        double value = value_of(seed, gene, cell, quarters);
        if (value > 0) {
            end += sprintf(end, "%" PRId64 " %" PRId64 " %.17g\n", gene + 1, cell + 1, value);
        }
    }
    return text;
}

/* Samples A, B, C in turn; the metadata lacks C. Gene 5 stands twice. */
static void write_tables(const char *path) {
    char genes[20 * N_GENES] = "";
    char cells[80 * N_CELLS] = "cell_name,sample,cell_type,score\n";
    for (int i = 0; i < N_GENES; i++) {
        snprintf(genes + strlen(genes), 20, "G%d\r\n", i == 6 ? 5 : i);
    }
    for (int i = 0; i < N_CELLS; i++) {
        snprintf(cells + strlen(cells), 80, "cell%d,%c,\"T, CD%d\",%d.5\n", i / 2, 'A' + i % 3,
                 i % 4, i);
    }
    test_write(path, "Genes.txt", genes);
    test_write_gzip(path, "Cells.csv.gz", cells);
    test_write(path, "Meta-data.csv",
               "sample,patient,cancer_type,n\nB,p2,AML,7\nA,p1,K\xc3\xbcr,8\n");
}

/* Three data sets of two tissues: gzip by gene, plain by cell, and TPM. */
static void write_data(void) {
    const char *const names[] = {"Data_X2020_Lung", "Data_Y2021_Lung", "Data_Z2022_Head and Neck"};
    const char *const files[] = {"Exp_data_UMIcounts.mtx.gz", "Exp_data_UMIcounts.mtx",
                                 "Exp_data_TPM.mtx"};
    for (int i = 0; is_root() && i < 3; i++) {
        char path[2 * TEST_PATH];
        snprintf(path, sizeof path, "%s", make_subfolder(names[i]));
        char *text = format_matrix((uint64_t)i, i != 1, i == 2);
        write_tables(path);
        if (i == 0) {
            test_write_gzip(path, files[i], text);
        } else {
            test_write(path, files[i], text);
        }
        om_free(text);
    }
    barrier();
}

static om_job *make_job(const char *workdir, const char *data) {
    char *text = om_format("gene_sets: none.gmt\nworkdir: %s\ndata:\n%s", workdir, data);
    char *path = om_format("%s/job.yaml", folder);
    om_job *job = test_job(path, text);
    om_free(text);
    om_free(path);
    return job;
}

static const char all_data[] = "  - {path: Data_X2020_Lung}\n"
                               "  - {path: Data_Y2021_Lung}\n"
                               "  - {path: Data_Z2022_Head and Neck, values: tpm}\n";

/* Runs the stage on the ranks of `ranks`. */
static om_status run(om_ctx *ranks, const char *workdir_name, const char *data) {
    om_job *job = make_job(workdir_name, data);
    om_workdir *workdir = NULL;
    om_status status = om_workdir_open(&workdir, ranks, job);
    if (status == OM_OK) {
        status = om_stage_ingest(ranks, job, workdir);
        om_workdir_close(&workdir);
    }
    om_job_destroy(&job);
    return status;
}

static void run_well(om_ctx *ranks, const char *workdir_name, const char *data) {
    if (run(ranks, workdir_name, data) != OM_OK) {
        fail_msg("%s", om_error_message());
    }
}

static void check_matrix(const om_h5 *store, uint64_t seed, bool quarters) {
    om_counts *counts = NULL;
    om_type type = OM_U8;
    assert_int_equal(om_h5_type(store, "X/data", &type), OM_OK);
    assert_int_equal(type, quarters ? OM_F32 : OM_U16); /* the smallest that holds all values */
    /* SciPy selects rows only where both index arrays have one type. */
    om_type offset_type = OM_U8;
    assert_int_equal(om_h5_type(store, "X/indices", &type), OM_OK);
    assert_int_equal(om_h5_type(store, "X/indptr", &offset_type), OM_OK);
    assert_true(type == OM_I32 || type == OM_I64);
    assert_int_equal(type, offset_type);
    assert_int_equal(om_h5ad_read_counts(&counts, store, "X", 0, N_CELLS), OM_OK);
    assert_int_equal(counts->n_genes, N_GENES);
    assert_int_equal(counts->n_cells_total, N_CELLS);
    int64_t i = 0;
    for (int64_t cell = 0; cell < N_CELLS; cell++) {
        assert_int_equal(counts->indptr[cell], i);
        for (int64_t gene = 0; gene < N_GENES; gene++) {
            double value = value_of(seed, gene, cell, quarters);
            if (value > 0) {
                assert_int_equal(counts->indices[i], gene);
                assert_true(counts->values[i] == value);
                i++;
            }
        }
    }
    assert_int_equal(counts->indptr[N_CELLS], i);
    om_counts_destroy(&counts);
}

static void check_category(const om_h5 *store, const char *column, int64_t cell,
                           const char *expected) {
    int32_t *codes = NULL;
    om_strings *categories = NULL;
    assert_int_equal(om_h5ad_read_categories(store, "obs", column, &codes, &categories), OM_OK);
    assert_string_equal(codes[cell] < 0 ? "-" : om_strings_get(categories, codes[cell]), expected);
    om_free(codes);
    om_strings_destroy(&categories);
}

static void check_frames(const om_h5 *store) {
    om_strings *names = NULL;
    assert_int_equal(om_h5ad_read_index(store, "var", &names), OM_OK);
    assert_int_equal(om_strings_count(names), N_GENES);
    assert_string_equal(om_strings_get(names, 5), "G5");
    assert_string_equal(om_strings_get(names, 6), "G5");
    om_strings_destroy(&names);
    assert_int_equal(om_h5ad_read_index(store, "obs", &names), OM_OK);
    assert_int_equal(om_strings_count(names), N_CELLS);
    assert_string_equal(om_strings_get(names, 3), "cell1");
    om_strings_destroy(&names);
    assert_int_equal(om_h5ad_columns(store, "obs", &names), OM_OK);
    const char *const columns[] = {"sample", "patient", "cell_type", "score", "cancer_type", "n"};
    assert_int_equal(om_strings_count(names), 6);
    for (int64_t i = 0; i < 6; i++) {
        assert_string_equal(om_strings_get(names, i), columns[i]);
    }
    om_strings_destroy(&names);
    check_category(store, "sample", 4, "B");
    check_category(store, "patient", 4, "p2");
    check_category(store, "patient", 5, "C");
    check_category(store, "cell_type", 5, "T, CD1");
    check_category(store, "cancer_type", 3, "K\xc3\xbcr");
    check_category(store, "cancer_type", 5, "-");
    double numbers[N_CELLS];
    assert_int_equal(om_h5_read_rows(store, "obs/score", OM_F64, 0, N_CELLS, numbers), OM_OK);
    assert_true(numbers[7] == 7.5);
    assert_int_equal(om_h5_read_rows(store, "obs/n", OM_F64, 0, N_CELLS, numbers), OM_OK);
    assert_true(numbers[0] == 8 && isnan(numbers[2]));
}

static void check_uns(const om_h5 *store, const char *name, const char *expected) {
    char *text = NULL;
    char path[64];
    snprintf(path, sizeof path, "uns/%s", name);
    assert_int_equal(om_h5_read_string(store, path, &text), OM_OK);
    assert_string_equal(text, expected);
    om_free(text);
}

static char *read_manifest(const char *workdir) {
    char name[TEST_PATH];
    char *text = NULL;
    int64_t length = 0;
    snprintf(name, sizeof name, "%s/manifest.json", workdir);
    assert_int_equal(om_file_read_all(test_path(folder, name), &text, &length), OM_OK);
    return text;
}

/* What the manifest says, compared with the file itself. */
static void read_digest(const char *workdir, const char *id, char hex[OM_DIGEST_HEX]) {
    char name[TEST_PATH];
    char *manifest = read_manifest(workdir);
    cJSON *root = cJSON_Parse(manifest);
    snprintf(name, sizeof name, "store/%s.h5ad", id);
    const cJSON *artefact = cJSON_GetObjectItem(cJSON_GetObjectItem(root, "artefacts"), name);
    const char *recorded = cJSON_GetStringValue(cJSON_GetObjectItem(artefact, "digest"));
    assert_non_null(recorded);
    om_digest digest = {0};
    snprintf(name, sizeof name, "%s/store/%s.h5ad", workdir, id);
    assert_int_equal(om_h5_digest_file(test_path(folder, name), &digest), OM_OK);
    om_digest_hex(&digest, hex);
    assert_string_equal(hex, recorded);
    cJSON_Delete(root);
    om_free(manifest);
}

static void test_store_holds_what_the_folders_hold(void **state) {
    (void)state;
    static const struct {
        const char *id;
        const char *study;
        const char *tissue;
        const char *values;
    } sets[] = {{"X2020_Lung", "X2020", "Lung", "counts"},
                {"Y2021_Lung", "Y2021", "Lung", "counts"},
                {"Z2022_Head and Neck", "Z2022", "Head and Neck", "tpm"}};
    long before = om_log_warnings(om_context_log(ctx));
    run_well(ctx, "work", all_data);
    int64_t warnings = om_log_warnings(om_context_log(ctx)) - before;
    assert_int_equal(om_sum_i64(ctx, &warnings, 1), OM_OK);
    assert_int_equal(warnings, 6); /* each: sample C is missing, and so is its patient */
    for (uint64_t i = 0; i < 3; i++) {
        char name[TEST_PATH];
        om_h5 *store = NULL;
        snprintf(name, sizeof name, "work/store/%s.h5ad", sets[i].id);
        assert_int_equal(om_h5_open(&store, test_path(folder, name)), OM_OK);
        check_matrix(store, i, i == 2);
        check_frames(store);
        check_uns(store, "data_set", sets[i].id);
        check_uns(store, "study", sets[i].study);
        check_uns(store, "tissue", sets[i].tissue);
        check_uns(store, "values", sets[i].values);
        assert_int_equal(om_h5_close(&store), OM_OK);
    }
    barrier();
}

static void test_digest_does_not_depend_on_ranks(void **state) {
    (void)state;
    om_ctx *alone = NULL;
    assert_int_equal(om_context_split(&alone, ctx, is_root() ? 0 : 1), OM_OK);
    if (is_root()) {
        run_well(alone, "work-alone", all_data);
    }
    om_context_destroy(&alone);
    barrier();
    const char *const ids[] = {"X2020_Lung", "Y2021_Lung", "Z2022_Head and Neck"};
    char seen[3][OM_DIGEST_HEX];
    for (int i = 0; i < 3; i++) {
        char digest_alone[OM_DIGEST_HEX];
        read_digest("work", ids[i], seen[i]);
        read_digest("work-alone", ids[i], digest_alone);
        assert_string_equal(seen[i], digest_alone);
    }
    assert_string_not_equal(seen[0], seen[1]);
    barrier();
}

static void test_second_run_does_nothing_and_a_changed_file_is_read_again(void **state) {
    (void)state;
    char *before = read_manifest("work");
    barrier();
    run_well(ctx, "work", all_data);
    barrier();
    char *after = read_manifest("work");
    cJSON *old = cJSON_Parse(before);
    cJSON *new = cJSON_Parse(after);
    assert_true(cJSON_Compare(cJSON_GetObjectItem(old, "artefacts"),
                              cJSON_GetObjectItem(new, "artefacts"), true));
    assert_true(cJSON_Compare(cJSON_GetObjectItem(old, "stages"),
                              cJSON_GetObjectItem(new, "stages"), true));
    const cJSON *parsed = cJSON_GetObjectItem(
        cJSON_GetObjectItem(cJSON_GetObjectItem(new, "stages"), "ingest"), "parsed_bytes");
    double sum = 0;
    const cJSON *bytes = NULL;
    cJSON_ArrayForEach(bytes, parsed) {
        sum += bytes->valuedouble;
    }
    assert_true(sum > 3000);
    char digest_before[OM_DIGEST_HEX];
    char digest_after[OM_DIGEST_HEX];
    read_digest("work", "Y2021_Lung", digest_before);
    barrier();
    if (is_root()) {
        char *text = format_matrix(9, false, false);
        test_write(test_path(folder, "Data_Y2021_Lung"), "Exp_data_UMIcounts.mtx", text);
        om_free(text);
    }
    barrier();
    run_well(ctx, "work", all_data);
    barrier();
    read_digest("work", "Y2021_Lung", digest_after);
    assert_string_not_equal(digest_before, digest_after);
    cJSON_Delete(old);
    cJSON_Delete(new);
    om_free(before);
    om_free(after);
    barrier();
}

/* Every rank has to fail in the same way. */
static void check_fault(const char *data, const char *message) {
    om_status status = run(ctx, "work-bad", data);
    char mine[1000];
    char roots[1000];
    snprintf(mine, sizeof mine, "%s", om_error_message());
    assert_int_equal(status, OM_INPUT);
    memcpy(roots, mine, sizeof roots);
    assert_int_equal(om_broadcast(ctx, 0, roots, sizeof roots), OM_OK);
    assert_string_equal(mine, roots);
    if (strstr(mine, message) == NULL) {
        fail_msg("found \"%s\", expected \"%s\"", mine, message);
    }
    barrier();
}

static void test_faults_stop_all_ranks_before_parsing(void **state) {
    (void)state;
    const char *good = "  - {path: Data_X2020_Lung}\n";
    char data[2000];
    snprintf(data, sizeof data, "%s  - {path: Data_Absent_Lung}\n", good);
    check_fault(data, "Data_Absent_Lung: found no such folder or file (data set Absent_Lung at ");
    check_fault(data, "/job.yaml:5)");

    if (is_root()) {
        char path[2 * TEST_PATH];
        snprintf(path, sizeof path, "%s", make_subfolder("Data_Short_Skin"));
        write_tables(path);
        test_write(path, "Genes.txt", "A\nB\n");
        char *text = format_matrix(0, false, false);
        test_write(path, "Exp_data_UMIcounts.mtx", text);
        om_free(text);
    }
    barrier();
    snprintf(data, sizeof data, "%s  - {path: Data_Short_Skin}\n", good);
    check_fault(data, "Data_Short_Skin/Genes.txt: found 2 genes, expected 40, the rows of ");
    /* Sizes are checked before any data set is parsed. */
    assert_false(om_file_exists(test_path(folder, "work-bad/store/X2020_Lung.h5ad")));
    barrier();
}

/* The other tissue's ranks are at work on good data meanwhile. */
static void test_fraction_where_counts_are_expected(void **state) {
    (void)state;
    const char *data = "  - {path: Data_X2020_Lung}\n"
                       "  - {path: Data_Y2021_Lung}\n"
                       "  - {path: Data_Z2022_Head and Neck}\n";
    int line = 0;
    double value = 0;
    for (int i = 0; line == 0; i++) {
        value = value_of(2, i / N_CELLS, i % N_CELLS, true);
        line += value != floor(value) ? 1 : 0;
    }
    for (int i = 0; value_of(2, i / N_CELLS, i % N_CELLS, true) != value; i++) {
        line += value_of(2, i / N_CELLS, i % N_CELLS, true) > 0;
    }
    char message[300];
    snprintf(message, sizeof message,
             "Data_Z2022_Head and Neck/Exp_data_TPM.mtx:%d: found value %.17g, expected a whole "
             "number, since the data set's values are counts (other choices: values: tpm, values: "
             "log)",
             line + 2, value);
    if (om_context_size(ctx) == 1) {
        check_fault(data, message); /* with several ranks a later line may be met first */
    }
    check_fault(data, "since the data set's values are counts (other choices: values: tpm, ");
    assert_false(om_file_exists(test_path(folder, "work-bad/store/Z2022_Head and Neck.h5ad")));
    barrier();
}

int main(int argc, char **argv) {
    MPI_Init(&argc, &argv);
    test_context_create(&ctx);
    test_folder_share(ctx, folder);
    write_data();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_store_holds_what_the_folders_hold),
        cmocka_unit_test(test_digest_does_not_depend_on_ranks),
        cmocka_unit_test(test_second_run_does_nothing_and_a_changed_file_is_read_again),
        cmocka_unit_test(test_faults_stop_all_ranks_before_parsing),
        cmocka_unit_test(test_fraction_where_counts_are_expected),
    };
    int failed = cmocka_run_group_tests_name("ingest", tests, NULL, NULL);
    test_folder_unshare(ctx, folder);
    test_context_destroy(&ctx);
    MPI_Finalize();
    return failed;
}
