/* A rank's rows of synthetic.h5ad, a piece at a time, so that memory stays bounded. */
#ifndef ONCOMARK_LEARN_ROW_READER_H
#define ONCOMARK_LEARN_ROW_READER_H

#include "oncomark/context.h"
#include "oncomark/counts.h"

typedef struct om_row_reader om_row_reader;

/* Opens this rank's contiguous range of rows of X: nearly equal non-zeros on each rank of ctx.
 * Local; `n_samples` rows are expected. */
om_status om_row_reader_open(om_row_reader **out, om_ctx *ctx, const char *path, int64_t n_samples);

/* The same of rows first .. first + count - 1 only. */
om_status om_row_reader_open_range(om_row_reader **out, om_ctx *ctx, const char *path,
                                   int64_t n_samples, int64_t first, int64_t count);
void om_row_reader_close(om_row_reader **reader);

int64_t om_row_reader_genes(const om_row_reader *reader);

/* The next piece, at least one row, *piece NULL at the end. Borrowed until the next call. Values
 * that are no whole numbers below 2^32 are OM_INPUT. OM_STOPPED where that was asked for, and the
 * failure of another part of the ranks (see om_poll). */
om_status om_row_reader_next(om_row_reader *reader, const om_counts **piece);

#endif
