/* A published table of expression, read by all ranks. */
#ifndef ONCOMARK_CELLS_PUBLISHED_SCAN_H
#define ONCOMARK_CELLS_PUBLISHED_SCAN_H

#include "published_files.h"
#include "published_rows.h"

#include "oncomark/context.h"
#include "oncomark/h5.h"
#include "oncomark/progress.h"
#include "oncomark/spill.h"

typedef struct om_published_scan om_published_scan;

/* What a table is read by; all borrowed, the same on all ranks. */
typedef struct om_published_source {
    const char *path;
    const om_published_header *header;
    const om_published_layout *layout;
    int64_t piece_bytes; /* text that a rank takes at a time */
} om_published_source;

/* Reads and checks all rows, and puts those of this rank aside in `spill`, which is borrowed and
 * has to outlive the scan. Beside that a rank holds a piece of text, its rows (up to six times
 * as much) and the names of all its rows. Errors are OM_INPUT with file, line, gene, what was found
 * and expected. Collective on ctx. */
om_status om_published_scan_create(om_published_scan **out, om_ctx *ctx,
                                   const om_published_source *source, om_spill *spill,
                                   om_progress *progress);
void om_published_scan_destroy(om_published_scan **scan); /* local */

int64_t om_published_scan_rows(const om_published_scan *scan);       /* of all ranks */
int64_t om_published_scan_values(const om_published_scan *scan);     /* non-zeros, of all ranks */
int64_t om_published_scan_own_values(const om_published_scan *scan); /* non-zeros of this rank */
int64_t om_published_scan_own_bytes(const om_published_scan *scan);  /* text that it parsed */

/* The names of all rows, in order; on rank 0, NULL on others. Collective on ctx. */
om_status om_published_scan_names(const om_published_scan *scan, om_strings **names);

/* Writes the rows to X, which has `total_rows` rows, from row `first_row` and value `first_value`
 * on. Collective on ctx. */
om_status om_published_scan_write(om_published_scan *scan, om_h5 *file, int64_t total_rows,
                                  int64_t first_row, int64_t first_value, om_progress *progress);

#endif
