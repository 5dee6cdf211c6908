/* A stream of cells from files that other programs wrote. */
#include "oncomark/cell_stream.h"

#include "unit_test.h"

#include "store_files.h"

static void test_files_of_others_are_read(void **state) {
    (void)state;
    const foreign forms[] = {
        {H5T_IEEE_F64LE, H5T_STD_I64LE, -1, false, false},
        {H5T_IEEE_F32LE, H5T_STD_I64LE, 4, true, false},
        {H5T_STD_U32LE, H5T_STD_I32LE, 9, true, false},
        {H5T_STD_U16LE, H5T_STD_I64LE, 1, false, false},
        {H5T_IEEE_F64BE, H5T_STD_I32BE, -1, false, false},
        {H5T_STD_I64LE, H5T_STD_U16LE, 0, false, false},
        {H5T_STD_U8LE, H5T_STD_I32LE, 1, true, true},
        {H5T_STD_I32LE, H5T_STD_U32LE, 1, true, false},
    };
    om_counts *cells = make_cells(true);
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        om_h5 *file = open_file(write_foreign(cells, &forms[i]));
        read_all(file, cells, 0, N_CELLS, 60000, true);
        read_all(file, cells, 100, 150, 1 << 20, true);
        assert_int_equal(om_h5_close(&file), OM_OK);
    }
    om_counts_destroy(&cells);
}

static void test_untidy_rows_are_tidied(void **state) {
    (void)state;
    const foreign forms[] = {{H5T_STD_U32LE, H5T_STD_I32LE, -1, false, false},
                             {H5T_STD_U32LE, H5T_STD_I32LE, 1, true, false}};
    for (int i = 0; i < 2; i++) {
        om_counts *cells = make_cells(true);
        int64_t start = cells->indptr[200];
        cells->indices[start] = 9; /* was 0 and comes before 1, 2, ...; 9 is there a second time */
        cells->values[start + 20] = 0;
        double sum = cells->values[start] + cells->values[start + 9];
        om_h5 *file = open_file(write_foreign(cells, &forms[i]));
        om_cell_stream *stream = NULL;
        const om_counts *batch = NULL;
        assert_int_equal(om_cell_stream_open(&stream, file, "X", 199, 3, 1 << 20), OM_OK);
        assert_int_equal(om_cell_stream_next(stream, &batch), OM_OK);
        assert_int_equal(batch->n_cells, 3);
        int64_t at = batch->indptr[1];
        assert_int_equal(batch->indptr[2] - at, 448);
        assert_int_equal(batch->indices[at], 1);
        assert_int_equal(batch->indices[at + 8], 9);
        assert_true(batch->values[at + 8] == sum);
        assert_int_equal(batch->indices[at + 19], 21);
        assert_int_equal(batch->indptr[3] - batch->indptr[2], cell_length(201));
        om_cell_stream_close(&stream);
        assert_int_equal(om_h5_close(&file), OM_OK);
        om_counts_destroy(&cells);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        test_in_folder(test_files_of_others_are_read),
        test_in_folder(test_untidy_rows_are_tidied),
    };
    return cmocka_run_group_tests_name("cell_stream_foreign", tests, store_set_up, store_tear_down);
}
