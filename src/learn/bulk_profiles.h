/* Bulk profiles with their classes and probabilities. */
#ifndef ONCOMARK_LEARN_BULK_PROFILES_H
#define ONCOMARK_LEARN_BULK_PROFILES_H

#include "oncomark/hallmark.h"
#include "oncomark/job.h"

#include <stdint.h>

/* Of one bulk set. Plain data, all owned but `source`. */
typedef struct om_bulk_profiles {
    const char *source; /* name of the set, borrowed */
    bool is_published;  /* probabilities were read as they are; else they are the model's */
    int64_t n;
    om_strings *names;
    om_strings *told;      /* what their own column of classes says; NULL: none */
    double *probabilities; /* [n x 10] */
    uint8_t *classes;      /* [n] om_bulk_class; OM_BULK_MIXED: left out of everything */
} om_bulk_profiles;

void om_bulk_profiles_release(om_bulk_profiles *profiles);

/* *answer: whether the file's header names at least half of the hallmarks, as a table of
 * predictions does. Local. */
om_status om_bulk_table_is_one(const char *path, bool *answer);

/* Reads a table of predictions, plain or gzip: a first column of names, a column a hallmark (its
 * code) in any order, and `class_column` (NULL: none). Fills names, told and probabilities. All
 * else is OM_INPUT with file, line and column: other columns, names given twice, what is no number
 * in 0 .. 1. Local. */
om_status om_bulk_table_read(om_bulk_profiles *profiles, const char *path,
                             const char *class_column);

#endif
