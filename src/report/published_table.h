/* A published table of expression as it is written by all ranks. */
#ifndef ONCOMARK_REPORT_PUBLISHED_TABLE_H
#define ONCOMARK_REPORT_PUBLISHED_TABLE_H

#include "number_text.h"

#include "oncomark/context.h"

#include <stdint.h>

typedef struct om_published_table om_published_table;

/* `place_of` [n_genes] (borrowed): the value behind a row's name that a gene becomes, -1: left out.
 * `header`: the first line, on rank 0. Creates the file at `path` anew. Collective on ctx. */
om_status om_published_table_create(om_published_table **out, om_ctx *ctx, const char *path,
                                    const om_text *header, const int32_t *place_of,
                                    int64_t n_places);
void om_published_table_destroy(om_published_table **table); /* local */

/* Bytes of text that a row takes at most, without its name. */
int64_t om_published_table_row_bytes(const om_published_table *table);

/* Puts a row behind those of this rank that are not written yet: its name, quoted as needed, and
 * `n` values of the genes `genes`. Local. */
om_status om_published_table_add(om_published_table *table, const om_number_text *numbers,
                                 const char *name, const int32_t *genes, const double *values,
                                 int64_t n);

/* Writes what ranks have put, in the order of ranks. Collective on ctx. */
om_status om_published_table_write(om_published_table *table);

/* Flushes to disk and closes. *bytes: of the whole file. Collective on ctx. */
om_status om_published_table_finish(om_published_table *table, int64_t *bytes);

#endif
