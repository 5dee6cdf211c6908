#include "row_reader.h"

#include "oncomark/cell_stream.h"
#include "oncomark/h5ad.h"
#include "oncomark/memory.h"
#include "oncomark/partition.h"
#include "oncomark/stop.h"

#include <inttypes.h>

/* Bytes of the pieces. */
static const int64_t memory = (int64_t)48 << 20;

struct om_row_reader {
    om_ctx *ctx; /* borrowed */
    om_h5 *file;
    om_cell_stream *rows;
    int64_t n_genes;
};

/* Of the rows *first .. *first + *count - 1, this rank's. */
static om_status cut_rows(const om_row_reader *reader, const om_ctx *ctx, int64_t *first,
                          int64_t *count) {
    int64_t *indptr = NULL;
    OM_TRY(om_h5ad_read_indptr(reader->file, "X", &indptr));
    int64_t *cumulative = indptr + *first;
    int64_t before = cumulative[0], own_first = 0, own_count = 0;
    for (int64_t i = 0; i <= *count; i++) {
        cumulative[i] -= before;
    }
    om_range_by_weight(cumulative, *count, om_context_size(ctx), om_context_rank(ctx), &own_first,
                       &own_count);
    *first += own_first;
    *count = own_count;
    om_free(indptr);
    return OM_OK;
}

om_status om_row_reader_open(om_row_reader **out, om_ctx *ctx, const char *path,
                             int64_t n_samples) {
    return om_row_reader_open_range(out, ctx, path, n_samples, 0, n_samples);
}

om_status om_row_reader_open_range(om_row_reader **out, om_ctx *ctx, const char *path,
                                   int64_t n_samples, int64_t first, int64_t count) {
    om_row_reader *reader = om_calloc(1, sizeof *reader);
    *out = reader;
    if (reader == NULL) {
        return OM_MEMORY;
    }
    reader->ctx = ctx;
    int64_t n_rows = 0, n_nonzeros = 0;
    om_status status = om_h5_open(&reader->file, path);
    if (status == OM_OK) {
        status = om_h5ad_csr_shape(reader->file, "X", &n_rows, &reader->n_genes, &n_nonzeros);
    }
    if (status == OM_OK && n_rows != n_samples) {
        status = om_fail(OM_INPUT,
                         "%s: X: found %" PRId64 " rows, expected %" PRId64 ", one for each of obs",
                         path, n_rows, n_samples);
    }
    if (status == OM_OK) {
        status = cut_rows(reader, ctx, &first, &count);
    }
    if (status == OM_OK) {
        status = om_cell_stream_open(&reader->rows, reader->file, "X", first, count, memory);
    }
    if (status != OM_OK) {
        om_row_reader_close(out);
    }
    return status;
}

void om_row_reader_close(om_row_reader **reader) {
    if (*reader == NULL) {
        return;
    }
    om_cell_stream_close(&(*reader)->rows);
    om_h5_close(&(*reader)->file);
    om_free(*reader);
    *reader = NULL;
}

int64_t om_row_reader_genes(const om_row_reader *reader) {
    return reader->n_genes;
}

om_status om_row_reader_next(om_row_reader *reader, const om_counts **piece) {
    *piece = NULL;
    OM_TRY(om_poll(reader->ctx));
    OM_TRY(om_stop_status());
    OM_TRY(om_cell_stream_next(reader->rows, piece));
    const om_counts *rows = *piece;
    if (rows != NULL && !rows->integer) {
        return om_fail(OM_INPUT,
                       "%s: X: rows %" PRId64 " to %" PRId64
                       " have values that are no whole numbers, expected sums of counts",
                       om_h5_path(reader->file), rows->first_cell,
                       rows->first_cell + rows->n_cells - 1);
    }
    return OM_OK;
}
