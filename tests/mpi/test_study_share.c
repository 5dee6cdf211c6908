/* The place of a matrix on its way from the root to all ranks. */
#include "cells/study.h"

#include "oncomark/memory.h"
#include "unit_test.h"

#include "test_ranks.h"

static om_ctx *ctx;

/* On the root only, as it is after loading. */
static om_study study_of(om_matrix_place *matrix) {
    return (om_study){.matrix = om_context_is_root(ctx) ? matrix : NULL};
}

static void test_matrix_of_hdf5(void **state) {
    (void)state;
    char texts[4][20] = {"a file.h5", "m/data", "m/indices", "m/indptr"};
    const int32_t gene_of[] = {0, -1, 1, 2};
    om_matrix_place matrix = {.layout = OM_MATRIX_GENES,
                              .file = texts[0],
                              .data = texts[1],
                              .indices = texts[2],
                              .indptr = texts[3],
                              .n_genes = 4,
                              .n_cells = 5000000000,
                              .n_nonzeros = 6000000000000,
                              .gene_of = gene_of,
                              .n_kept = 3};
    om_study study = study_of(&matrix);
    om_matrix_place *shared = NULL;
    assert_int_equal(om_study_share_matrix(&shared, ctx, &study), OM_OK);
    assert_ptr_not_equal(shared, &matrix);
    assert_int_equal(shared->layout, OM_MATRIX_GENES);
    assert_string_equal(shared->file, texts[0]);
    assert_string_equal(shared->data, texts[1]);
    assert_string_equal(shared->indices, texts[2]);
    assert_string_equal(shared->indptr, texts[3]);
    assert_true(shared->n_genes == 4 && shared->n_cells == 5000000000 &&
                shared->n_nonzeros == 6000000000000 && shared->n_kept == 3);
    assert_memory_equal(shared->gene_of, gene_of, sizeof gene_of);
    om_study_matrix_destroy(&shared);
    assert_null(shared);
}

static void test_matrix_of_text(void **state) {
    (void)state;
    char file[] = "counts.mtx";
    om_matrix_place matrix = {
        .layout = OM_MATRIX_MTX, .file = file, .n_genes = 2, .n_cells = 3, .n_kept = 2};
    om_study study = study_of(&matrix);
    om_matrix_place *shared = NULL;
    assert_int_equal(om_study_share_matrix(&shared, ctx, &study), OM_OK);
    assert_int_equal(shared->layout, OM_MATRIX_MTX);
    assert_null(shared->data);
    assert_null(shared->gene_of);
    om_study_matrix_destroy(&shared);
}

/* All ranks leave with the failure of one, which need not be the root. */
static void test_memory_that_fails(void **state) {
    (void)state;
    char file[] = "counts.mtx";
    const int32_t gene_of[] = {0, -1};
    om_matrix_place matrix = {
        .layout = OM_MATRIX_MTX, .file = file, .n_genes = 2, .n_cells = 3, .gene_of = gene_of};
    om_study study = study_of(&matrix);
    for (int64_t successes = 0; successes < 3; successes++) {
        om_matrix_place *shared = NULL;
        if (om_context_rank(ctx) == om_context_size(ctx) - 1) {
            om_memory_fail_after(successes);
        }
        assert_int_equal(om_study_share_matrix(&shared, ctx, &study), OM_MEMORY);
        om_memory_fail_after(-1);
        assert_null(shared);
    }
}

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_matrix_of_hdf5),
        cmocka_unit_test(test_matrix_of_text),
        cmocka_unit_test(test_memory_that_fails),
    };
    MPI_Init(&argc, &argv);
    test_context_create(&ctx);
    int failed = cmocka_run_group_tests_name("place of a matrix", tests, NULL, NULL);
    test_context_destroy(&ctx);
    MPI_Finalize();
    return failed != 0;
}
