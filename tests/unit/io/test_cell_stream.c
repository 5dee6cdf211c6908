#include "oncomark/cell_stream.h"
#include "oncomark/csr_writer.h"
#include "oncomark/h5ad.h"
#include "oncomark/log.h"
#include "oncomark/memory.h"
#include "oncomark/partition.h"
#include "unit_test.h"

#include "io/csr_deflate.h"
#include "io/h5_extent.h"
#include "text_files.h"

#include <fcntl.h>
#include <hdf5.h>
#include <mpi.h>

static om_ctx *ctx;

enum { N_CELLS = 400, N_GENES = 500, CHUNK = 256 };

/* Cells of 0 to 60 entries, and one of 450. */
static int64_t cell_length(int64_t cell) {
    return cell % 13 == 4 ? 0 : cell == 200 ? 450 : cell * 29 % 61;
}

static om_counts *make_cells(bool whole) {
    int64_t n = 0;
    for (int64_t cell = 0; cell < N_CELLS; cell++) {
        n += cell_length(cell);
    }
    om_counts *cells = NULL;
    assert_int_equal(om_counts_create(&cells, N_CELLS, n), OM_OK);
    cells->n_genes = N_GENES;
    cells->n_cells_total = N_CELLS;
    int64_t at = 0;
    for (int64_t cell = 0; cell < N_CELLS; cell++) {
        for (int64_t i = 0; i < cell_length(cell); i++) {
            cells->indices[at] = (int32_t)(i + cell % 50);
            cells->values[at] = (double)(at * at % 251 + 1) / (whole ? 1 : 4);
            at++;
        }
        cells->indptr[cell + 1] = at;
    }
    return cells;
}

/* A file of these cells as the program makes it. */
static const char *write_store(const om_counts *cells, om_type type, om_compression compression) {
    const char *path = test_path(test_folder, "store.h5ad");
    om_csr_layout layout = {.type = type,
                            .n_rows = cells->n_cells,
                            .n_columns = cells->n_genes,
                            .n_nonzeros = cells->indptr[cells->n_cells],
                            .compression = compression};
    om_h5 *file = NULL;
    om_csr_writer *writer = NULL;
    om_digest digest;
    assert_int_equal(om_h5_create(&file, path), OM_OK);
    assert_int_equal(compression == OM_COMPRESSION_NONE
                         ? om_csr_writer_reserve(file, "X", &layout)
                         : om_csr_deflate_reserve(file, "X", &layout, CHUNK),
                     OM_OK);
    assert_int_equal(om_h5_close(&file), OM_OK);
    assert_int_equal(om_csr_writer_open(&writer, ctx, path, "X", &layout), OM_OK);
    assert_int_equal(om_csr_writer_add(writer, cells), OM_OK);
    assert_int_equal(om_csr_writer_finish(&writer, &digest), OM_OK);
    return path;
}

static om_h5 *open_file(const char *path) {
    om_h5 *file = NULL;
    assert_int_equal(om_h5_open(&file, path), OM_OK);
    return file;
}

static void assert_batch(const om_counts *batch, const om_counts *cells) {
    int64_t start = cells->indptr[batch->first_cell];
    assert_int_equal(batch->n_genes, N_GENES);
    assert_int_equal(batch->n_cells_total, cells->n_cells);
    for (int64_t cell = 0; cell <= batch->n_cells; cell++) {
        assert_int_equal(batch->indptr[cell], cells->indptr[batch->first_cell + cell] - start);
    }
    size_t n = (size_t)batch->indptr[batch->n_cells];
    assert_memory_equal(batch->indices, cells->indices + start, n * sizeof(int32_t));
    assert_memory_equal(batch->values, cells->values + start, n * sizeof(double));
}

/* Reads first .. first + n - 1 and returns the number of batches. */
static int64_t read_all(const om_h5 *file, const om_counts *cells, int64_t first, int64_t n,
                        int64_t memory, bool whole) {
    om_cell_stream *stream = NULL;
    const om_counts *batch = NULL;
    int64_t next = first;
    int64_t n_batches = 0;
    assert_int_equal(om_cell_stream_open(&stream, file, "X", first, n, memory), OM_OK);
    for (;;) {
        assert_int_equal(om_cell_stream_next(stream, &batch), OM_OK);
        if (batch == NULL) {
            break;
        }
        assert_int_equal(batch->first_cell, next);
        assert_true(batch->n_cells > 0);
        if (whole) {
            assert_true(batch->integer);
        }
        assert_batch(batch, cells);
        next += batch->n_cells;
        n_batches++;
    }
    assert_int_equal(next, first + n);
    assert_int_equal(om_cell_stream_next(stream, &batch), OM_OK); /* stays at the end */
    assert_null(batch);
    om_cell_stream_close(&stream);
    assert_null(stream);
    return n_batches;
}

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

/* --- files of others -----------------------------------------------------------------------------
 */

typedef struct foreign {
    hid_t type;
    hid_t index_type;
    int deflate; /* -1: contiguous; else chunks, compressed from 1 on */
    bool shuffle;
    bool checksum;
} foreign;

static void write_data_set(hid_t group, const char *name, hid_t type, hid_t memory_type,
                           const foreign *form, int64_t n, const void *values) {
    hsize_t length = (hsize_t)n;
    hsize_t chunk = 100;
    hid_t space = H5Screate_simple(1, &length, NULL);
    hid_t list = H5Pcreate(H5P_DATASET_CREATE);
    if (form->deflate >= 0) {
        H5Pset_chunk(list, 1, &chunk);
    }
    if (form->shuffle) {
        H5Pset_shuffle(list);
    }
    if (form->deflate > 0) {
        H5Pset_deflate(list, (unsigned)form->deflate);
    }
    if (form->checksum) {
        H5Pset_fletcher32(list);
    }
    hid_t data_set = H5Dcreate2(group, name, type, space, H5P_DEFAULT, list, H5P_DEFAULT);
    assert_true(data_set >= 0);
    assert_true(H5Dwrite(data_set, memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0);
    H5Dclose(data_set);
    H5Pclose(list);
    H5Sclose(space);
}

static const char *write_foreign(const om_counts *cells, const foreign *form) {
    static const foreign plain = {.deflate = -1};
    const char *path = test_path(test_folder, "foreign.h5ad");
    const int64_t shape[2] = {N_CELLS, N_GENES};
    om_h5 *file = NULL;
    assert_int_equal(om_h5_create(&file, path), OM_OK);
    assert_int_equal(om_h5_write_attribute_string(file, "", "encoding-type", "anndata"), OM_OK);
    assert_int_equal(om_h5_write_group(file, "X"), OM_OK);
    assert_int_equal(om_h5_write_attribute_string(file, "X", "encoding-type", "csr_matrix"), OM_OK);
    assert_int_equal(om_h5_write_attribute_i64(file, "X", "shape", 2, shape), OM_OK);
    assert_int_equal(om_h5_close(&file), OM_OK);
    hid_t raw = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);
    hid_t group = H5Gopen2(raw, "X", H5P_DEFAULT);
    int64_t n = cells->indptr[N_CELLS];
    write_data_set(group, "data", form->type, H5T_NATIVE_DOUBLE, form, n, cells->values);
    write_data_set(group, "indices", form->index_type, H5T_NATIVE_INT32, form, n, cells->indices);
    write_data_set(group, "indptr", H5T_STD_I32LE, H5T_NATIVE_INT64, &plain, N_CELLS + 1,
                   cells->indptr);
    H5Gclose(group);
    H5Fclose(raw);
    return path;
}

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

/* --- damage --------------------------------------------------------------------------------------
 */

static om_status read_to_end(const char *path, int64_t memory) {
    om_h5 *file = NULL;
    om_cell_stream *stream = NULL;
    const om_counts *batch = NULL;
    OM_TRY(om_h5_open(&file, path));
    om_status status = om_cell_stream_open(&stream, file, "X", 0, N_CELLS, memory);
    while (status == OM_OK) {
        status = om_cell_stream_next(stream, &batch);
        if (status == OM_OK && batch == NULL) {
            break;
        }
    }
    om_cell_stream_close(&stream);
    assert_int_equal(om_h5_close(&file), OM_OK);
    return status;
}

static void assert_refused(const char *path, const char *message) {
    for (int64_t memory = 0; memory <= 1 << 20; memory += 1 << 18) {
        assert_int_equal(read_to_end(path, memory), OM_INPUT);
        assert_message_has(message);
        assert_message_has(path);
    }
}

static void set_element(const char *path, const char *object, hid_t type, hsize_t at,
                        const void *value) {
    hid_t file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);
    hid_t data_set = H5Dopen2(file, object, H5P_DEFAULT);
    hid_t space = H5Dget_space(data_set);
    hsize_t one = 1;
    hid_t memory = H5Screate_simple(1, &one, NULL);
    assert_true(H5Sselect_hyperslab(space, H5S_SELECT_SET, &at, NULL, &one, NULL) >= 0);
    assert_true(H5Dwrite(data_set, type, memory, space, H5P_DEFAULT, value) >= 0);
    H5Sclose(memory);
    H5Sclose(space);
    H5Dclose(data_set);
    H5Fclose(file);
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

/* --- ranges --------------------------------------------------------------------------------------
 */

static void assert_ranges(const om_counts *cells) {
    om_h5 *file = open_file(write_store(cells, OM_U16, OM_COMPRESSION_NONE));
    for (int parts = 1; parts <= 9; parts++) {
        for (int part = 0; part < parts; part++) {
            int64_t first, count, expected_first, expected_count;
            om_range_by_weight(cells->indptr, cells->n_cells, parts, part, &expected_first,
                               &expected_count);
            assert_int_equal(om_h5ad_range_by_weight(file, "X", parts, part, &first, &count),
                             OM_OK);
            assert_int_equal(first, expected_first);
            assert_int_equal(count, expected_count);
        }
    }
    assert_int_equal(om_h5_close(&file), OM_OK);
}

static void test_ranges_are_those_of_all_offsets(void **state) {
    (void)state;
    om_counts *cells = make_cells(true);
    assert_ranges(cells);
    om_counts_destroy(&cells);
    for (int64_t n = 0; n < 8; n += 7) { /* no cells; cells without genes */
        assert_int_equal(om_counts_create(&cells, n, 0), OM_OK);
        cells->n_genes = N_GENES;
        assert_ranges(cells);
        om_counts_destroy(&cells);
    }
}

static void test_wrong_offsets_are_found_on_the_way(void **state) {
    (void)state;
    om_counts *cells = make_cells(true);
    const char *path = write_store(cells, OM_U16, OM_COMPRESSION_NONE);
    const int64_t far = 1 << 30, one = 1;
    int64_t first, count;
    set_element(path, "X/indptr", H5T_NATIVE_INT64, 200, &far);
    om_h5 *file = open_file(path);
    assert_int_equal(om_h5ad_range_by_weight(file, "X", 2, 0, &first, &count), OM_INPUT);
    assert_message_has("object 'X/indptr': row 200: found offset 1073741824, expected 0 to");
    assert_int_equal(om_h5_close(&file), OM_OK);
    path = write_store(cells, OM_U16, OM_COMPRESSION_NONE);
    set_element(path, "X/indptr", H5T_NATIVE_INT64, 0, &one);
    file = open_file(path);
    assert_int_equal(om_h5ad_range_by_weight(file, "X", 2, 0, &first, &count), OM_INPUT);
    assert_message_has("object 'X/indptr': found offsets 1 to");
    assert_int_equal(om_h5_close(&file), OM_OK);
    om_counts_destroy(&cells);
}

int main(int argc, char **argv) {
    MPI_Init(&argc, &argv);
    om_log *log = om_log_create(false);
    if (log == NULL || om_context_create(&ctx, MPI_COMM_WORLD, log) != OM_OK) {
        MPI_Abort(MPI_COMM_WORLD, 1);
    }
    const struct CMUnitTest tests[] = {
        test_in_folder(test_batches_of_any_size_have_the_cells),
        test_in_folder(test_chunks_are_found_without_hdf5),
        test_in_folder(test_cells_are_skipped),
        test_in_folder(test_whole_numbers_are_told_by_batch),
        test_in_folder(test_files_of_others_are_read),
        test_in_folder(test_untidy_rows_are_tidied),
        test_in_folder(test_wrong_elements_are_input_errors),
        test_in_folder(test_damaged_chunks_are_input_errors),
        test_in_folder(test_a_damaged_index_is_an_input_error),
        test_in_folder(test_a_cut_file_is_an_input_error),
        test_in_folder(test_rows_outside_are_input_errors),
        test_in_folder(test_failed_allocations_are_reported),
        test_in_folder(test_ranges_are_those_of_all_offsets),
        test_in_folder(test_wrong_offsets_are_found_on_the_way),
    };
    int failures = cmocka_run_group_tests_name("cell_stream", tests, NULL, NULL);
    om_context_destroy(&ctx);
    om_log_destroy(&log);
    MPI_Finalize();
    return failures;
}
