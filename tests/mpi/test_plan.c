/* A plan beside the stages that it is for: what is done, what is missing, and that nothing is
 * written. */
#include "oncomark/plan.h"
#include "unit_test.h"

#include "test_ranks.h"
#include "tiny_corpus.h"

#include <dirent.h>

/* The plan of rank 0, as `oncomark plan --slurm` prints it, or as people read it; owned, NULL on
 * other ranks. */
static om_status make_plan(om_text **out, const om_job *job, bool for_people) {
    om_workdir *workdir = NULL;
    om_plan *plan = NULL;
    *out = NULL;
    om_status status = om_workdir_look(&workdir, ctx, job);
    assert_int_equal(status, OM_OK);
    if (is_root()) {
        status = om_text_create(out);
        status = status == OM_OK ? om_plan_create(&plan, job, workdir, 4) : status;
        if (status == OM_OK) {
            status = for_people ? om_plan_describe(*out, plan) : om_plan_slurm(*out, plan);
        }
        om_plan_destroy(&plan);
    }
    status = om_agree(ctx, status);
    om_workdir_close(&workdir);
    return status;
}

/* One letter a job: y done, n to do. */
static void check_done(const om_job *job, const char *expected) {
    om_text *text = NULL;
    char done[8] = "";
    if (make_plan(&text, job, false) != OM_OK) {
        fail_msg("%s", om_error_message());
    }
    if (is_root()) {
        const char *line = om_text_get(text);
        assert_int_equal(strncmp(line, "job ranks memory_mib minutes array done\n", 40), 0);
        size_t n = 0;
        for (line = strchr(line, '\n') + 1; *line != '\0'; line = strchr(line, '\n') + 1) {
            const char *end = strchr(line, '\n');
            assert_true(n < sizeof done - 1);
            done[n++] = strncmp(end - 4, " yes", 4) == 0 ? 'y' : 'n';
            done[n] = '\0';
        }
        assert_string_equal(done, expected);
    }
    om_text_destroy(&text);
    barrier();
}

static char *own_workdir(const char *name) {
    char *path = om_format("%s/%s", folder, name);
    assert_non_null(path);
    return path;
}

static void test_what_is_done(void **state) {
    (void)state;
    char *workdir = own_workdir("done");
    om_job *job = make_job(workdir, data_text, NULL);
    check_done(job, "nnnnn");
    assert_null(is_root() ? opendir(workdir) : NULL);
    barrier();
    assert_int_equal(run_stages(ctx, job, "i"), OM_OK);
    check_done(job, "ynnnn");
    assert_int_equal(run_stages(ctx, job, "st"), OM_OK);
    check_done(job, "ynnnn");
    assert_int_equal(run_stages(ctx, job, "y"), OM_OK);
    check_done(job, "yynnn");
    om_job_destroy(&job);

    static const char *const changes[][2] = {{"score.max_rank=40", "ynnnn"},
                                             {"threshold.bins=100", "ynnnn"},
                                             {"qc.min_genes=6", "ynnnn"},
                                             {"synthetic.cells_per_sample=5", "ynnnn"},
                                             {"store.compression=deflate", "nnnnn"},
                                             {"seed=43", "ynnnn"},
                                             {"train.epochs=3", "yynnn"}};
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        job = make_job(workdir, data_text, changes[i][0]);
        check_done(job, changes[i][1]);
        om_job_destroy(&job);
    }
    /* Without its last data set. */
    char *fewer = om_strdup(data_text);
    *strstr(fewer, "  - {path: Data_D2023_Skin") = '\0';
    job = make_job(workdir, fewer, NULL);
    check_done(job, "ynnnn");
    om_job_destroy(&job);
    om_free(fewer);
    om_free(workdir);
}

static void test_sizes(void **state) {
    (void)state;
    char *workdir = own_workdir("sizes");
    om_job *job = make_job(workdir, data_text, NULL);
    om_text *text = NULL;
    assert_int_equal(make_plan(&text, job, true), OM_OK);
    if (is_root()) {
        assert_non_null(strstr(om_text_get(text), "job: 4 data sets, 360 cells, "));
        assert_non_null(strstr(om_text_get(text), "measured now on the first 90 cells of "));
        assert_non_null(strstr(om_text_get(text), "memory_limit: "));
    }
    om_text_destroy(&text);
    om_job_destroy(&job);
    om_free(workdir);
}

/* All ranks get the failure of rank 0, in the words of the stages. */
static void check_fails(const char *data, const char *setting, const char *message) {
    char *workdir = own_workdir("fails");
    om_job *job = make_job(workdir, data, setting);
    om_text *text = NULL;
    assert_int_equal(make_plan(&text, job, true), OM_INPUT);
    assert_message_has(message);
    om_text_destroy(&text);
    om_job_destroy(&job);
    om_free(workdir);
    barrier();
}

static void test_missing_inputs(void **state) {
    (void)state;
    check_fails("  - {path: Data_A2020_Lung}\n  - {path: Data_Z2099_Lung}\n", NULL,
                "Data_Z2099_Lung: found no such folder or file (data set Z2099_Lung at ");
    check_fails(data_text, "gene_sets=nowhere.gmt", "nowhere.gmt");
    check_fails(data_text, "alias_table=nowhere.tsv", "nowhere.tsv");
}

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_done),
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_missing_inputs),
    };
    MPI_Init(&argc, &argv);
    test_context_create(&ctx);
    share_corpus();
    int failed = cmocka_run_group_tests_name("plan", tests, NULL, NULL);
    test_folder_unshare(ctx, folder);
    test_context_destroy(&ctx);
    MPI_Finalize();
    return failed;
}
