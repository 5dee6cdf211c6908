#include "row_reader.h"

#include "oncomark/h5ad.h"
#include "oncomark/memory.h"
#include "oncomark/partition.h"

#include <inttypes.h>

/* Non-zeros of a piece, unless one row has more: 48 MB. */
enum { PIECE_NONZEROS = 1 << 22 };

struct om_row_reader {
    om_h5 *file;
    int64_t *indptr;
    int64_t n_genes;
    int64_t next; /* row */
    int64_t end;
    om_counts *piece;
};

om_status om_row_reader_open(om_row_reader **out, const om_ctx *ctx, const char *path,
                             int64_t n_samples) {
    om_row_reader *reader = om_calloc(1, sizeof *reader);
    *out = reader;
    if (reader == NULL) {
        return OM_MEMORY;
    }
    int64_t n_rows = 0, n_nonzeros = 0, count = 0;
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
        status = om_h5ad_read_indptr(reader->file, "X", &reader->indptr);
    }
    if (status != OM_OK) {
        om_row_reader_close(out);
        return status;
    }
    om_range_by_weight(reader->indptr, n_rows, om_context_size(ctx), om_context_rank(ctx),
                       &reader->next, &count);
    reader->end = reader->next + count;
    return OM_OK;
}

void om_row_reader_close(om_row_reader **reader) {
    if (*reader == NULL) {
        return;
    }
    om_counts_destroy(&(*reader)->piece);
    om_free((*reader)->indptr);
    om_h5_close(&(*reader)->file);
    om_free(*reader);
    *reader = NULL;
}

int64_t om_row_reader_genes(const om_row_reader *reader) {
    return reader->n_genes;
}

om_status om_row_reader_next(om_row_reader *reader, const om_counts **piece) {
    *piece = NULL;
    om_counts_destroy(&reader->piece);
    if (reader->next == reader->end) {
        return OM_OK;
    }
    int64_t first = reader->next;
    int64_t end = first + 1;
    while (end < reader->end && reader->indptr[end + 1] - reader->indptr[first] <= PIECE_NONZEROS) {
        end++;
    }
    OM_TRY(om_h5ad_read_counts(&reader->piece, reader->file, "X", first, end - first));
    if (!reader->piece->integer) {
        return om_fail(OM_INPUT,
                       "%s: X: rows %" PRId64 " to %" PRId64
                       " have values that are no whole numbers, expected sums of counts",
                       om_h5_path(reader->file), first, end - 1);
    }
    reader->next = end;
    *piece = reader->piece;
    return OM_OK;
}
