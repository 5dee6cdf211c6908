/* A stream of cells: batches, skipping, whole numbers, and what it refuses. */
#include "oncomark/cell_stream.h"

#include "oncomark/memory.h"
#include "unit_test.h"

#include "store_files.h"

#include "io/h5_extent.h"

static const om_type types[] = {OM_U16, OM_U32, OM_F32, OM_F64};
enum { N_TYPES = 4 };

static void test_batches_of_any_size_have_the_cells(void **state) {
    (void)state;
    for (int i = 0; i < 2 * N_TYPES; i++) {
        om_type type = types[i / 2];
        bool whole = type == OM_U16 || type == OM_U32;
        om_counts *cells = make_cells(whole);
        om_h5 *file = open_file(write_store(cells, type, (om_compression)(i % 2)));
        int64_t n_batches = read_all(file, cells, 0, N_CELLS, 0, whole);
        assert_true(i % 2 == 0 ? n_batches == N_CELLS : n_batches > 40); /* cells, chunks */
        assert_true(read_all(file, cells, 0, N_CELLS, 40000, whole) > 5);
        assert_true(read_all(file, cells, 0, N_CELLS, 200000, whole) > 1);
        assert_true(read_all(file, cells, 0, N_CELLS, (int64_t)1 << 30, whole) == 1);
        read_all(file, cells, 17, 250, 30000, whole);
        read_all(file, cells, 200, 1, 30000, whole);
        read_all(file, cells, 4, 1, 30000, whole); /* a cell without genes */
        assert_int_equal(read_all(file, cells, N_CELLS, 0, 30000, whole), 0);
        assert_int_equal(om_h5_close(&file), OM_OK);
        om_counts_destroy(&cells);
    }
}

static void test_chunks_are_found_without_hdf5(void **state) {
    (void)state;
    om_counts *cells = make_cells(true);
    om_h5 *file = open_file(write_store(cells, OM_U16, OM_COMPRESSION_DEFLATE));
    om_h5_extent extent;
    bool found = false;
    assert_int_equal(om_h5_extent_find(&extent, file, "X/data", &found), OM_OK);
    assert_true(found);
    assert_int_equal(extent.chunk_elements, CHUNK);
    assert_int_equal(extent.n_chunks, (cells->indptr[N_CELLS] + CHUNK - 1) / CHUNK);
    hid_t data_set;
    assert_int_equal(om_h5_open_data_set(file, "X/data", &data_set), OM_OK);
    for (int64_t i = 0; i < extent.n_chunks; i++) {
        hsize_t first = (hsize_t)(i * CHUNK);
        unsigned mask = 1;
        haddr_t address = 0;
        hsize_t size = 0;
        assert_true(H5Dget_chunk_info_by_coord(data_set, &first, &mask, &address, &size) >= 0);
        assert_int_equal(extent.chunks[i].address, address);
        assert_int_equal(extent.chunks[i].n_bytes, size);
    }
    om_h5_release(data_set);
    om_h5_extent_clear(&extent);
    assert_int_equal(om_h5_extent_find(&extent, file, "X/indptr", &found), OM_OK);
    assert_true(found);
    assert_int_equal(extent.chunk_elements, 0);
    assert_int_equal(om_h5_close(&file), OM_OK);
    om_counts_destroy(&cells);
}

static void test_cells_are_skipped(void **state) {
    (void)state;
    static const int64_t targets[] = {1, 30, 31, 200, 201, 390, 1000};
    om_counts *cells = make_cells(true);
    for (int compression = 0; compression < 2; compression++) {
        om_h5 *file = open_file(write_store(cells, OM_U16, (om_compression)compression));
        om_cell_stream *stream = NULL;
        const om_counts *batch = NULL;
        assert_int_equal(om_cell_stream_open(&stream, file, "X", 0, N_CELLS, 20000), OM_OK);
        assert_int_equal(om_cell_stream_next(stream, &batch), OM_OK);
        int64_t next = batch->n_cells;
        for (int i = 0; i < 7; i++) {
            if (targets[i] < next) {
                assert_int_equal(om_cell_stream_skip_to(stream, targets[i]), OM_BUG);
                continue;
            }
            assert_int_equal(om_cell_stream_skip_to(stream, targets[i]), OM_OK);
            assert_int_equal(om_cell_stream_next(stream, &batch), OM_OK);
            if (targets[i] >= N_CELLS) {
                assert_null(batch);
                break;
            }
            assert_int_equal(batch->first_cell, targets[i]);
            assert_batch(batch, cells);
            next = batch->first_cell + batch->n_cells;
        }
        om_cell_stream_close(&stream);
        /* Before the first batch, and over what is being read. */
        assert_int_equal(om_cell_stream_open(&stream, file, "X", 50, 300, 20000), OM_OK);
        assert_int_equal(om_cell_stream_skip_to(stream, 100), OM_OK);
        assert_int_equal(om_cell_stream_next(stream, &batch), OM_OK);
        assert_int_equal(batch->first_cell, 100);
        assert_int_equal(om_cell_stream_skip_to(stream, 100 + batch->n_cells + 2), OM_OK);
        int64_t expected = 100 + batch->n_cells + 2;
        assert_int_equal(om_cell_stream_next(stream, &batch), OM_OK);
        assert_int_equal(batch->first_cell, expected);
        assert_batch(batch, cells);
        om_cell_stream_close(&stream);
        assert_int_equal(om_h5_close(&file), OM_OK);
    }
    om_counts_destroy(&cells);
}

static void test_whole_numbers_are_told_by_batch(void **state) {
    (void)state;
    om_counts *cells = make_cells(true);
    cells->values[cells->indptr[N_CELLS] - 1] = 0.5;
    om_h5 *file = open_file(write_store(cells, OM_F64, OM_COMPRESSION_NONE));
    om_cell_stream *stream = NULL;
    const om_counts *batch = NULL;
    assert_int_equal(om_cell_stream_open(&stream, file, "X", 0, N_CELLS, 100000), OM_OK);
    for (int64_t next = 0; next < N_CELLS; next += batch->n_cells) {
        assert_int_equal(om_cell_stream_next(stream, &batch), OM_OK);
        assert_int_equal(batch->integer, next + batch->n_cells < N_CELLS);
    }
    om_cell_stream_close(&stream);
    assert_int_equal(om_h5_close(&file), OM_OK);
    om_counts_destroy(&cells);
}

static void test_rows_outside_are_input_errors(void **state) {
    (void)state;
    om_counts *cells = make_cells(true);
    om_h5 *file = open_file(write_store(cells, OM_U16, OM_COMPRESSION_NONE));
    om_cell_stream *stream = NULL;
    assert_int_equal(om_cell_stream_open(&stream, file, "X", 390, 11, 1 << 20), OM_INPUT);
    assert_message_has("object 'X': found 400 rows, expected rows 390 to 401");
    assert_null(stream);
    assert_int_equal(om_cell_stream_open(&stream, file, "Y", 0, 1, 1 << 20), OM_INPUT);
    assert_message_has("object 'Y': not found");
    assert_int_equal(om_h5_close(&file), OM_OK);
    om_counts_destroy(&cells);
}

static void test_failed_allocations_are_reported(void **state) {
    (void)state;
    om_counts *cells = make_cells(true);
    om_h5 *file = open_file(write_store(cells, OM_U16, OM_COMPRESSION_DEFLATE));
    om_status status = OM_MEMORY;
    int64_t successes = 0;
    for (; status != OM_OK; successes++) {
        om_cell_stream *stream = NULL;
        om_memory_fail_after(successes);
        status = om_cell_stream_open(&stream, file, "X", 0, N_CELLS, 50000);
        om_memory_fail_after(-1);
        if (status != OM_OK) {
            assert_null(stream);
        }
        om_cell_stream_close(&stream);
        assert_true(successes < 1000);
    }
    assert_true(successes > 10);
    assert_int_equal(om_h5_close(&file), OM_OK);
    om_counts_destroy(&cells);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        test_in_folder(test_batches_of_any_size_have_the_cells),
        test_in_folder(test_chunks_are_found_without_hdf5),
        test_in_folder(test_cells_are_skipped),
        test_in_folder(test_whole_numbers_are_told_by_batch),
        test_in_folder(test_rows_outside_are_input_errors),
        test_in_folder(test_failed_allocations_are_reported),
    };
    return cmocka_run_group_tests_name("cell_stream", tests, store_set_up, store_tear_down);
}
