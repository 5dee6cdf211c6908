/* The first cells of a data set. */
#ifndef ONCOMARK_CELLS_EXCERPT_H
#define ONCOMARK_CELLS_EXCERPT_H

#include "oncomark/context.h"
#include "oncomark/counts.h"
#include "oncomark/job.h"

/* Plain data, zeroed before its first use. */
typedef struct om_excerpt {
    om_counts *cells;  /* NULL or without cells where the file has them in no order */
    om_strings *genes; /* of the data set */
    double load_seconds;
    int64_t n_loaded; /* cells whose tables were loaded; 0: a store was read */
    double read_seconds;
    int64_t n_read;         /* non-zeros that this was taken for */
    int64_t text_bytes;     /* and bytes of text, or of slabs */
    double inflate_seconds; /* that inflating alone took of it; 0: no gzip */
} om_excerpt;

/* Reads cells until there are `most` non-zeros or `seconds` have passed, from the store at `store`
 * or, where that is NULL, from the data set's files. `ctx` has one rank. */
om_status om_excerpt_read(om_excerpt *excerpt, om_ctx *ctx, const om_data_set *data_set,
                          const char *store, int64_t most, double seconds);
void om_excerpt_release(om_excerpt *excerpt);

#endif
