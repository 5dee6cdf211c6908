/* Writing synthetic samples as the published tables (see published.h). */
#ifndef ONCOMARK_PUBLISHED_EXPORT_H
#define ONCOMARK_PUBLISHED_EXPORT_H

#include "oncomark/context.h"

#include <stdbool.h>
#include <stdint.h>

/* From synthetic.h5ad at `path` to four tables in `folder`, which is made, or is empty, or
 * `replace` is true: data_pos_sep_hallmark.csv and data_neg_sep_hallmark.csv have a row a sample,
 * in the file's order, and a column for each of the `most_variable` most variable genes of that
 * label's samples, in the file's order; meta_pos_... and meta_neg_... the columns Cancer and
 * Hallmark. Rows of one sample and hallmark are numbered from 1, as R counts. Every table appears
 * whole or not at all. OM_USAGE where the folder has other files; OM_INPUT where a label has no
 * samples. A rank holds some 150 MiB, and a few bytes a gene and a sample. Collective on ctx. */
om_status om_published_export(om_ctx *ctx, const char *path, const char *folder,
                              int64_t most_variable, bool replace);

#endif
