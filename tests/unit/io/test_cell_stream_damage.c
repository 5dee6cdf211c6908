/* A stream of cells from files with wrong elements and damaged bytes. */
#include "oncomark/cell_stream.h"

#include "unit_test.h"

#include "store_files.h"

#include "io/h5_extent.h"

#include <fcntl.h>

static void assert_refused(const char *path, const char *message) {
    for (int64_t memory = 0; memory <= 1 << 20; memory += 1 << 18) {
        assert_int_equal(read_to_end(path, memory), OM_INPUT);
        assert_message_has(message);
        assert_message_has(path);
    }
}

static void test_wrong_elements_are_input_errors(void **state) {
    (void)state;
    om_counts *cells = make_cells(true);
    int64_t start = cells->indptr[200];
    static const double nothing = -1, infinite = 1e300 * 1e300, no_number = 0.0 / 0.0;
    const int32_t beyond = N_GENES, before = -2;
    const int64_t back = 3, far = (int64_t)1 << 40;
    for (int compression = 0; compression < 2; compression++) {
        om_compression kind = (om_compression)compression;
        hsize_t at = (hsize_t)start + 449; /* the last one of its cell: found by the fast look */
        const char *path = write_store(cells, OM_F64, kind);
        set_element(path, "X/data", H5T_NATIVE_DOUBLE, at, &nothing);
        assert_refused(path, "object 'X': row 200, column 449: found -1, expected a finite value");
        path = write_store(cells, OM_F64, kind);
        set_element(path, "X/data", H5T_NATIVE_DOUBLE, at, &infinite);
        assert_refused(path, "row 200, column 449: found inf, expected a finite value");
        path = write_store(cells, OM_F64, kind);
        set_element(path, "X/data", H5T_NATIVE_DOUBLE, 0, &no_number);
        assert_refused(path, "nan, expected a finite value");
        path = write_store(cells, OM_U16, kind);
        set_element(path, "X/indices", H5T_NATIVE_INT32, at, &beyond);
        assert_refused(path, "object 'X': row 200: found column 500, expected 0 to 499");
        path = write_store(cells, OM_U16, kind);
        set_element(path, "X/indices", H5T_NATIVE_INT32, (hsize_t)start + 100, &before);
        assert_refused(path, "object 'X': row 200: found column -2, expected 0 to 499");
        path = write_store(cells, OM_U16, kind);
        set_element(path, "X/indptr", H5T_NATIVE_INT64, 201, &back);
        assert_refused(path, "object 'X/indptr': row 201: found offset 3, expected");
    }
    const foreign wide = {H5T_STD_U32LE, H5T_STD_I64LE, 1, true, false};
    const char *path = write_foreign(cells, &wide);
    set_element(path, "X/indices", H5T_NATIVE_INT64, (hsize_t)start, &far);
    assert_refused(path, "object 'X/indices': found a value that int32 cannot hold");
    om_counts_destroy(&cells);
}

static void change_bytes(const char *path, int64_t at, int64_t n, unsigned char flip) {
    unsigned char bytes[64];
    int descriptor = open(path, O_RDWR);
    assert_int_equal(pread(descriptor, bytes, (size_t)n, at), n);
    for (int64_t i = 0; i < n; i++) {
        bytes[i] ^= flip;
    }
    assert_int_equal(pwrite(descriptor, bytes, (size_t)n, at), n);
    close(descriptor);
}

static om_h5_extent find_extent(const char *path, const char *object) {
    om_h5_extent extent;
    bool found = false;
    om_h5 *file = open_file(path);
    assert_int_equal(om_h5_extent_find(&extent, file, object, &found), OM_OK);
    assert_true(found);
    assert_int_equal(om_h5_close(&file), OM_OK);
    return extent;
}

/* A change of any byte of a chunk is found, unless it means nothing: the level in the stream's
 * header, padding. */
static void test_damaged_chunks_are_input_errors(void **state) {
    (void)state;
    om_counts *cells = make_cells(true);
    const char *path = write_store(cells, OM_U16, OM_COMPRESSION_DEFLATE);
    om_h5_extent extent = find_extent(path, "X/indices");
    om_h5_chunk chunk = extent.chunks[3];
    int n_harmless = 0;
    for (int64_t i = 0; i < chunk.n_bytes; i++) {
        change_bytes(path, chunk.address + i, 1, 0x10);
        om_status status = read_to_end(path, 1 << 20);
        if (status == OM_OK) {
            om_h5 *file = open_file(path);
            read_all(file, cells, 0, N_CELLS, 1 << 20, true);
            assert_int_equal(om_h5_close(&file), OM_OK);
            n_harmless++;
        } else {
            assert_int_equal(status, OM_INPUT);
            assert_message_has("object 'X/indices': elements from 768 on: found");
        }
        change_bytes(path, chunk.address + i, 1, 0x10);
    }
    assert_true(n_harmless <= 4);
    assert_int_equal(read_to_end(path, 1 << 20), OM_OK);
    change_bytes(path, extent.chunks[0].address + extent.chunks[0].n_bytes / 2, 1, 0xFF);
    assert_refused(path, "object 'X/indices': elements from 0 on: found");
    om_h5_extent_clear(&extent);
    om_counts_destroy(&cells);
}

/* Finds the entry of a chunk in the B-tree by its address. */
static int64_t find_entry(const char *path, om_h5_chunk chunk) {
    unsigned char bytes[8];
    int descriptor = open(path, O_RDONLY);
    for (int64_t at = 0; pread(descriptor, bytes, sizeof bytes, at) == sizeof bytes; at++) {
        if (memcmp(bytes, &chunk.address, sizeof bytes) == 0) {
            close(descriptor);
            return at - 24;
        }
    }
    fail_msg("no entry");
    return 0;
}

static void test_a_damaged_index_is_an_input_error(void **state) {
    (void)state;
    om_counts *cells = make_cells(true);
    const char *path = write_store(cells, OM_U16, OM_COMPRESSION_DEFLATE);
    om_h5_extent extent = find_extent(path, "X/data");
    int64_t entry = find_entry(path, extent.chunks[2]);
    om_h5_extent_clear(&extent);
    change_bytes(path, entry + 24 + 6, 1, 0x01); /* address: far beyond the end */
    assert_refused(path, "object 'X/data': found the end of the file, expected");
    change_bytes(path, entry + 24 + 6, 1, 0x01);
    change_bytes(path, entry + 2, 1, 0x40); /* length: megabytes */
    assert_refused(path, "object 'X/data': found a chunk of");
    change_bytes(path, entry + 2, 1, 0x40);
    assert_int_equal(read_to_end(path, 1 << 20), OM_OK);
    for (int64_t i = 0; i < 32; i++) { /* anything else: HDF5's word, or read as it was */
        change_bytes(path, entry + i, 1, 0x55);
        om_status status = read_to_end(path, 1 << 20);
        assert_true(status == OM_OK || status == OM_INPUT);
        change_bytes(path, entry + i, 1, 0x55);
    }
    om_counts_destroy(&cells);
}

static void test_a_cut_file_is_an_input_error(void **state) {
    (void)state;
    om_counts *cells = make_cells(true);
    for (int compression = 0; compression < 2; compression++) {
        const char *path = write_store(cells, OM_U16, (om_compression)compression);
        om_h5 *file = open_file(path);
        om_cell_stream *stream = NULL;
        const om_counts *batch = NULL;
        assert_int_equal(om_cell_stream_open(&stream, file, "X", 0, N_CELLS, 1 << 20), OM_OK);
        test_cut(path, 3000); /* while it is open */
        assert_int_equal(om_cell_stream_next(stream, &batch), OM_INPUT);
        assert_message_has("found the end of the file, expected");
        om_cell_stream_close(&stream);
        om_h5_close(&file);
        assert_int_equal(read_to_end(path, 1 << 20), OM_INPUT);
    }
    om_counts_destroy(&cells);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        test_in_folder(test_wrong_elements_are_input_errors),
        test_in_folder(test_damaged_chunks_are_input_errors),
        test_in_folder(test_a_damaged_index_is_an_input_error),
        test_in_folder(test_a_cut_file_is_an_input_error),
    };
    return cmocka_run_group_tests_name("cell_stream_damage", tests, store_set_up, store_tear_down);
}
