/* The published tables of metadata: each row's tumour type and hallmark. */
#ifndef ONCOMARK_CELLS_PUBLISHED_META_H
#define ONCOMARK_CELLS_PUBLISHED_META_H

#include "oncomark/status.h"

#include <stdint.h>

typedef struct om_published_meta om_published_meta;

/* Columns `Cancer` (or cancer_type, tissue) and `Hallmark`, in any order and case; the row names
 * are the first other column. OM_INPUT where one is missing. Local. */
om_status om_published_meta_read(om_published_meta **out, const char *path);
void om_published_meta_destroy(om_published_meta **meta);

/* The tissue (borrowed) and hallmark of the row `name`, which stands in place `place` of the table
 * of expression; other orders are fine. Each row is given once. OM_INPUT where there is no such
 * row, or it lacks a value, or its hallmark is none. Local. */
om_status om_published_meta_find(om_published_meta *meta, const char *name, int64_t place,
                                 const char **tissue, int *hallmark);

/* OM_INPUT where a row was not given. Local. */
om_status om_published_meta_check_all(const om_published_meta *meta, const char *data_path);

#endif
