/* Cells in a file, as the program writes them and as others do, and reading them by a stream. Needs
 * unit_test.h before it. */
#ifndef ONCOMARK_TESTS_STORE_FILES_H
#define ONCOMARK_TESTS_STORE_FILES_H

#include "oncomark/cell_stream.h"
#include "oncomark/csr_writer.h"
#include "oncomark/h5ad.h"

#include "io/csr_deflate.h"
#include "test_ranks.h"

#include <hdf5.h>

static om_ctx *ctx;

/* For the group of tests: MPI and a context. */
static inline int store_set_up(void **state) {
    (void)state;
    MPI_Init(NULL, NULL);
    test_context_create(&ctx);
    return 0;
}

static inline int store_tear_down(void **state) {
    (void)state;
    test_context_destroy(&ctx);
    MPI_Finalize();
    return 0;
}

enum { N_CELLS = 400, N_GENES = 500, CHUNK = 256 };

/* Cells of 0 to 60 entries, and one of 450. */
static inline int64_t cell_length(int64_t cell) {
    return cell % 13 == 4 ? 0 : cell == 200 ? 450 : cell * 29 % 61;
}

static inline om_counts *make_cells(bool whole) {
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
static inline const char *write_store(const om_counts *cells, om_type type,
                                      om_compression compression) {
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

static inline om_h5 *open_file(const char *path) {
    om_h5 *file = NULL;
    assert_int_equal(om_h5_open(&file, path), OM_OK);
    return file;
}

static inline void assert_batch(const om_counts *batch, const om_counts *cells) {
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
static inline int64_t read_all(const om_h5 *file, const om_counts *cells, int64_t first, int64_t n,
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

/* How somebody else may have written a file. */
typedef struct foreign {
    hid_t type;
    hid_t index_type;
    int deflate; /* -1: contiguous; else chunks, compressed from 1 on */
    bool shuffle;
    bool checksum;
} foreign;

static inline void write_data_set(hid_t group, const char *name, hid_t type, hid_t memory_type,
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

static inline const char *write_foreign(const om_counts *cells, const foreign *form) {
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

/* Reads all cells and looks at none. */
static inline om_status read_to_end(const char *path, int64_t memory) {
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

/* Changes one element of a data set. */
static inline void set_element(const char *path, const char *object, hid_t type, hsize_t at,
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

#endif
