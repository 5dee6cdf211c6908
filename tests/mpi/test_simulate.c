/* Simulation by all ranks gives the bytes that one rank alone writes; errors reach all. */
#include "unit_test.h"

#include "oncomark/digest.h"
#include "oncomark/memory.h"
#include "oncomark/reader.h"
#include "oncomark/simulate.h"

#include "test_ranks.h"

#ifndef OM_TEST_SOURCE_DIR
#define OM_TEST_SOURCE_DIR "."
#endif

static om_ctx *ctx;
static om_strings *studies;
static char parent[TEST_PATH];

static om_simulate_options options_for(const char *out) {
    om_simulate_options options = om_simulate_defaults();
    options.out = out;
    options.gene_sets = OM_TEST_SOURCE_DIR "/jobs/gene_sets/hallmarks.gmt";
    options.studies = studies;
    options.n_cells = 1010; /* a last round in which not all ranks have a block */
    options.n_samples = 2;
    options.n_genes = 1500;
    return options;
}

static void assert_same_file(const char *a, const char *b, const char *name) {
    char *left = NULL;
    char *right = NULL;
    int64_t left_length = 0;
    int64_t right_length = 0;
    assert_int_equal(om_file_read_all(test_path(a, name), &left, &left_length), OM_OK);
    assert_int_equal(om_file_read_all(test_path(b, name), &right, &right_length), OM_OK);
    assert_int_equal(left_length, right_length);
    assert_memory_equal(left, right, (size_t)left_length);
    om_free(left);
    om_free(right);
}

static void all_ranks_write_what_one_writes(void **state) {
    (void)state;
    static const char *const names[] = {
        "simulate.json",
        "truth/Sim2031_Breast.csv",
        "truth/Sim2031_Lung.csv",
        "Data_Sim2031_Breast/Exp_data_UMIcounts.mtx",
        "Data_Sim2031_Breast/Genes.txt",
        "Data_Sim2031_Breast/Cells.csv",
        "Data_Sim2031_Breast/Meta-data.csv",
        "Data_Sim2031_Lung/Exp_data_UMIcounts.mtx.gz",
        "Data_Sim2031_Lung/Cells.csv",
    };
    char alone[TEST_PATH];
    char together[TEST_PATH];
    snprintf(alone, sizeof alone, "%s", test_path(parent, "alone"));
    snprintf(together, sizeof together, "%s", test_path(parent, "together"));
    om_ctx *own = NULL;
    assert_int_equal(om_context_split(&own, ctx, om_context_is_root(ctx) ? 0 : 1), OM_OK);
    if (om_context_is_root(ctx)) {
        om_simulate_options options = options_for(alone);
        assert_int_equal(om_simulate(own, &options), OM_OK);
    }
    om_context_destroy(&own);
    om_simulate_options options = options_for(together);
    assert_int_equal(om_simulate(ctx, &options), OM_OK);
    if (om_context_is_root(ctx)) {
        for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
            assert_same_file(alone, together, names[i]);
        }
    }
    /* Done already: all ranks leave together. */
    assert_int_equal(om_simulate(ctx, &options), OM_OK);
}

static void errors_reach_all_ranks(void **state) {
    (void)state;
    char out[TEST_PATH];
    snprintf(out, sizeof out, "%s", test_path(parent, "errors"));
    om_simulate_options options = options_for(out);
    options.gene_sets = "/nonexistent.gmt";
    assert_int_equal(om_simulate(ctx, &options), OM_INPUT);
    assert_message_has("/nonexistent.gmt");

    options = options_for(test_path(parent, "together"));
    options.seed = 1;
    assert_int_equal(om_simulate(ctx, &options), OM_USAGE);
    assert_message_has("with other options");

    /* A folder in the place of the matrix: it cannot be renamed to its name. */
    options = options_for(out);
    assert_int_equal(om_agree(ctx, OM_OK), OM_OK);
    if (om_context_is_root(ctx)) {
        char command[4 * TEST_PATH];
        snprintf(command, sizeof command,
                 "cd '%.400s' && cp -r together errors && cd errors && "
                 "rm Data_Sim2031_Breast/Exp* && "
                 "mkdir -p Data_Sim2031_Breast/Exp_data_UMIcounts.mtx/x && "
                 "sed -i s/true/false/ simulate.json",
                 parent);
        assert_int_equal(system(command), 0);
    }
    assert_int_equal(om_simulate(ctx, &options), OM_SYSTEM);
    assert_message_has("Exp_data_UMIcounts");
}

/* Memory that runs out on the last rank. */
static void out_of_memory_reaches_all_ranks(void **state) {
    (void)state;
    char out[TEST_PATH];
    snprintf(out, sizeof out, "%s", test_path(parent, "memory"));
    om_simulate_options options = options_for(out);
    options.n_cells = 200;
    for (int64_t successes = 0; successes < 100000; successes = successes * 3 + 50) {
        if (om_context_rank(ctx) == om_context_size(ctx) - 1) {
            om_memory_fail_after(successes);
        }
        om_status status = om_simulate(ctx, &options);
        om_memory_fail_after(-1);
        assert_true(status == OM_OK || status == OM_MEMORY);
        assert_int_equal(om_agree(ctx, status), status);
    }
    assert_int_equal(om_simulate(ctx, &options), OM_OK);
}

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_ranks_write_what_one_writes),
        cmocka_unit_test(errors_reach_all_ranks),
        cmocka_unit_test(out_of_memory_reaches_all_ranks),
    };
    MPI_Init(&argc, &argv);
    test_context_create(&ctx);
    assert_int_equal(om_strings_create(&studies), OM_OK);
    assert_int_equal(om_simulate_default_studies(studies, 2), OM_OK);
    test_folder_share(ctx, parent);
    int failed = cmocka_run_group_tests_name("simulate", tests, NULL, NULL);
    test_folder_unshare(ctx, parent);
    om_strings_destroy(&studies);
    test_context_destroy(&ctx);
    MPI_Finalize();
    return failed;
}
