/* Runs of elements written by all ranks, some of which have none. */
#include "oncomark/h5_runs.h"
#include "unit_test.h"

#include "test_ranks.h"

enum { N = 1000 };

static om_ctx *ctx;
static char path[2 * TEST_PATH];

/* Elements whose tens digit is odd belong to the last rank, the others to the rank of their
 * hundreds. */
static int owner_of(int64_t element) {
    int n_ranks = om_context_size(ctx);
    return element / 10 % 2 == 1 ? n_ranks - 1 : (int)(element / 100) % n_ranks;
}

static uint32_t value_of(int64_t element) {
    return (uint32_t)(element * 7919 + 3);
}

static void reserve(om_type type) {
    const int64_t length = N;
    om_h5 *file = NULL;
    if (om_context_is_root(ctx)) {
        assert_int_equal(om_h5_create(&file, path), OM_OK);
        assert_int_equal(om_h5_reserve(file, "X/data", type, 1, &length), OM_OK);
        assert_int_equal(om_h5_close(&file), OM_OK);
    }
    MPI_Barrier(om_context_comm(ctx));
    assert_int_equal(om_h5_open_parallel(&file, ctx, path), OM_OK);
    assert_int_equal(om_h5_close(&file), OM_OK);
}

static om_digest digest_of_file(void) {
    om_digest digest = {{0, 0}};
    assert_int_equal(om_h5_digest_file(path, &digest), OM_OK);
    return digest;
}

static void scattered_runs_arrive(void **state) {
    (void)state;
    om_h5 *file = NULL;
    om_h5_run runs[N];
    uint32_t values[N];
    int64_t n_runs = 0;
    int64_t n_values = 0;
    reserve(OM_U32);
    for (int64_t i = 0; i < N; i++) {
        if (owner_of(i) == om_context_rank(ctx)) {
            om_h5_run *last = n_runs > 0 ? &runs[n_runs - 1] : NULL;
            if (last != NULL && last->first + last->count == i) {
                last->count++;
            } else {
                runs[n_runs++] = (om_h5_run){.first = i, .count = 1};
            }
            values[n_values++] = value_of(i);
        }
    }
    assert_int_equal(om_h5_open_parallel(&file, ctx, path), OM_OK);
    assert_int_equal(om_h5_write_runs(file, "X/data", OM_U32, 0, NULL, NULL), OM_OK);
    assert_int_equal(om_h5_write_runs(file, "X/data", OM_U32, n_runs, runs, values), OM_OK);
    om_digest digest = om_h5_digest(file);
    assert_int_equal(om_h5_close(&file), OM_OK);
    assert_int_equal(om_sum_digest(ctx, &digest), OM_OK);
    assert_int_equal(om_h5_open(&file, path), OM_OK);
    uint32_t found[N];
    assert_int_equal(om_h5_read_rows(file, "X/data", OM_U32, 0, N, found), OM_OK);
    for (int64_t i = 0; i < N; i++) {
        assert_int_equal(found[i], value_of(i));
    }
    assert_int_equal(om_h5_close(&file), OM_OK);
    /* With what making the file adds, this is the file's digest. */
    om_digest whole = digest_of_file();
    MPI_Barrier(om_context_comm(ctx));
    if (om_context_is_root(ctx)) {
        const int64_t length = N;
        assert_int_equal(om_h5_create(&file, path), OM_OK);
        assert_int_equal(om_h5_reserve(file, "X/data", OM_U32, 1, &length), OM_OK);
        om_digest made = om_h5_digest(file);
        assert_int_equal(om_h5_close(&file), OM_OK);
        om_digest_add(&digest, &made);
        assert_memory_equal(&digest, &whole, sizeof whole);
    }
    MPI_Barrier(om_context_comm(ctx));
}

/* On one rank; all say so. */
static void faults_are_bugs(void **state) {
    (void)state;
    om_h5 *file = NULL;
    const uint32_t values[2] = {1, 2};
    bool is_last = om_context_rank(ctx) == om_context_size(ctx) - 1;
    const om_h5_run run = {.first = is_last ? N - 1 : 3, .count = is_last ? 2 : 1};
    reserve(OM_U32);
    assert_int_equal(om_h5_open_parallel(&file, ctx, path), OM_OK);
    assert_int_equal(om_h5_write_runs(file, "X/data", OM_U32, 1, &run, values), OM_BUG);
    assert_message_has("elements 999 to 1001 written, it has 1000");
    assert_int_equal(om_h5_write_runs(file, "X/data", OM_I64, 0, NULL, NULL), OM_BUG);
    assert_message_has("object 'X/data': runs of int64 written");
    assert_int_equal(om_h5_write_runs(file, "X/none", OM_U32, 0, NULL, NULL), OM_INPUT);
    assert_int_equal(om_h5_close(&file), OM_OK);
}

int main(int argc, char **argv) {
    char folder[TEST_PATH];
    MPI_Init(&argc, &argv);
    test_context_create(&ctx);
    test_folder_share(ctx, folder);
    strcpy(path, test_path(folder, "runs.h5"));
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scattered_runs_arrive),
        cmocka_unit_test(faults_are_bugs),
    };
    int failed = cmocka_run_group_tests_name("h5_runs", tests, NULL, NULL);
    test_folder_unshare(ctx, folder);
    test_context_destroy(&ctx);
    MPI_Finalize();
    return failed;
}
