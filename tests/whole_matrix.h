/* A Matrix Market file as one om_counts, for tests on one rank. Needs unit_test.h before it. */
#ifndef ONCOMARK_TESTS_WHOLE_MATRIX_H
#define ONCOMARK_TESTS_WHOLE_MATRIX_H

#include "io/mtx_stream.h"
#include "oncomark/matrix_market.h"
#include "oncomark/memory.h"

#include <string.h>

static inline void test_append_cells(om_counts *counts, const om_counts *batch) {
    int64_t n = counts->indptr[batch->first_cell];
    int64_t n_values = batch->indptr[batch->n_cells];
    for (int64_t cell = 1; cell <= batch->n_cells; cell++) {
        counts->indptr[batch->first_cell + cell] = n + batch->indptr[cell];
    }
    if (n_values > 0) {
        memcpy(counts->indices + n, batch->indices, (size_t)n_values * sizeof *counts->indices);
        memcpy(counts->values + n, batch->values, (size_t)n_values * sizeof *counts->values);
    }
    counts->integer = counts->integer && batch->integer;
}

/* Owned by the caller. */
static inline om_counts *test_read_matrix(om_ctx *ctx, const char *path) {
    om_mtx_header header;
    om_mtx_stream *stream = NULL;
    om_counts *counts = NULL;
    om_feed_event event = OM_FEED_ROUND;
    assert_int_equal(om_context_size(ctx), 1);
    assert_int_equal(om_mtx_header_read(path, &header), OM_OK);
    assert_int_equal(om_counts_create(&counts, header.columns, header.entries), OM_OK);
    counts->n_genes = header.rows;
    counts->n_cells_total = header.columns;
    counts->integer = true;
    assert_int_equal(om_mtx_stream_open(&stream, ctx, path, false, 1 << 26), OM_OK);
    while (event != OM_FEED_END) {
        const om_counts *batch = NULL;
        assert_int_equal(om_mtx_stream_next(stream, &batch, &event), OM_OK);
        if (event == OM_FEED_ROUND) {
            test_append_cells(counts, batch);
        }
    }
    om_mtx_stream_close(&stream);
    return counts;
}

#endif
