/* One rank fails before any one agreement, or at any one allocation, of the stages from ingest to
 * synthesize: all ranks get the failure, none crashes or waits, and the next run finds nothing
 * that it could not go on from. om_agree is wrapped by the linker. */
#include "unit_test.h"

#include "test_ranks.h"

#include "tiny_corpus.h"

/* Of failing agreements, spread evenly over those of a whole run: one rank takes them all. */
enum { MOST_TRIES = 1000 };

static int64_t n_agreements;      /* of this rank, in this run */
static int64_t fails_before = -1; /* this one of them; -1: none */

om_status __real_om_agree(om_ctx *ranks, om_status status);
om_status __wrap_om_agree(om_ctx *ranks, om_status status);

om_status __wrap_om_agree(om_ctx *ranks, om_status status) {
    n_agreements++;
    if (n_agreements == fails_before && status == OM_OK) {
        status = om_fail(OM_SYSTEM, "made to fail");
    }
    return __real_om_agree(ranks, status);
}

/* Runs the job with the n-th agreement (from 1), or the allocation after n ones (from 0), of this
 * rank failing; -1: none. */
static om_status run_with(int64_t failing_agreement, int64_t good_allocations) {
    om_job *job = make_job("work", data_text, NULL);
    n_agreements = 0;
    fails_before = failing_agreement;
    om_memory_fail_after(good_allocations);
    om_status status = run_stages(ctx, job, "isty");
    om_memory_fail_after(-1);
    fails_before = -1;
    om_job_destroy(&job);
    return status;
}

static bool is_victim(void) {
    return om_context_rank(ctx) == om_context_size(ctx) - 1;
}

static void forget_workdir(void) {
    barrier();
    if (is_root()) {
        test_folder_remove(test_path(folder, "work"));
    }
    barrier();
}

/* Now and then all is forgotten; else the next run goes on from what a failed one left. */
static void forget_now_and_then(int64_t tries) {
    if (tries % 7 == 6) {
        forget_workdir();
    }
}

static void assert_same_everywhere(om_status status) {
    om_status of_root = status;
    assert_int_equal(om_broadcast(ctx, 0, &of_root, sizeof of_root), OM_OK);
    assert_int_equal(status, of_root);
}

static void assert_runs_well(void) {
    if (run_with(-1, -1) != OM_OK) {
        fail_msg("%s", om_error_message());
    }
}

static void any_agreement_may_fail(void **state) {
    (void)state;
    assert_runs_well();
    int64_t n = n_agreements;
    assert_int_equal(om_broadcast(ctx, om_context_size(ctx) - 1, &n, sizeof n), OM_OK);
    assert_in_range(n, 1, MOST_TRIES - 1);
    forget_workdir();
    int64_t step = 1 + n * om_context_size(ctx) / MOST_TRIES;
    for (int64_t i = 1; i <= n; i += step) {
        om_status status = run_with(is_victim() ? i : -1, -1);
        assert_same_everywhere(status);
        if (status != OM_OK) { /* fewer agreements are left where a run goes on */
            assert_int_equal(status, OM_SYSTEM);
            assert_message_has("made to fail");
        }
        forget_now_and_then(i / step);
    }
    assert_runs_well();
    forget_workdir();
}

static void any_allocation_may_fail(void **state) {
    (void)state;
    int64_t tries = 0;
    om_status status = OM_MEMORY;
    for (int64_t good = 0; status != OM_OK || tries % 7 != 0; good += 1 + good / 8) {
        forget_now_and_then(tries++);
        status = run_with(-1, is_victim() ? good : -1);
        assert_same_everywhere(status);
        if (status != OM_OK) {
            if (status != OM_MEMORY || strncmp(om_error_message(), "out of memory", 13) != 0) {
                fail_msg("status %d, \"%s\"", (int)status, om_error_message());
            }
        }
    }
    assert_runs_well();
    forget_workdir();
}

int main(int argc, char **argv) {
    MPI_Init(&argc, &argv);
    test_context_create(&ctx);
    share_corpus();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_agreement_may_fail),
        cmocka_unit_test(any_allocation_may_fail),
    };
    int failed = cmocka_run_group_tests_name("any_failure", tests, NULL, NULL);
    test_folder_unshare(ctx, folder);
    test_context_destroy(&ctx);
    MPI_Finalize();
    return failed;
}
