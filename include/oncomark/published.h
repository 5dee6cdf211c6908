/* The layout of the published tables of synthetic samples (Dryad, doi 10.5061/dryad.zw3r228jc):
 * what its files and rows are called. */
#ifndef ONCOMARK_PUBLISHED_H
#define ONCOMARK_PUBLISHED_H

#include "oncomark/strings.h"

#include <stdbool.h>
#include <stdint.h>

/* Data set and study of rows that do not tell theirs. */
#define OM_PUBLISHED_UNKNOWN "published"

/* "data_pos_sep_hallmark.csv", ...: `kind` is "data" or "meta", `label` 1 positive, 0 negative.
 * Owned; NULL when out of memory. */
char *om_published_file_name(const char *kind, int label);

/* Appends the name of a row, "<sample>&<hallmark>_UCell&<number>". The sample is put as
 * "<data set>|<sample>" unless the data set is OM_PUBLISHED_UNKNOWN. Local. */
om_status om_published_name_add(om_text *text, const char *data_set, const char *sample,
                                int hallmark, int64_t number);

/* What the name of a row says. Pieces of the name, not ended by NUL; data_set NULL: not told. */
typedef struct om_published_name {
    const char *data_set;
    size_t data_set_length;
    const char *sample;
    size_t sample_length;
    size_t group_length; /* of the name up to the hallmark */
    int hallmark;
} om_published_name;

/* Takes a name apart: from its end, since a sample may contain '&'. Behind the hallmark may stand
 * any number or text, or nothing. False where there is no hallmark behind an '&', or nothing before
 * it. Local. */
bool om_published_name_parse(om_published_name *out, const char *name);

/* The hallmark that a text means: its code (AIM), its score (AIM_UCell) or its name; case, blanks
 * and marks are ignored. -1: none. Local. */
int om_published_hallmark(const char *text, size_t length);

#endif
