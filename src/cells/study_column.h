/* A column of facts about cells. */
#ifndef ONCOMARK_CELLS_STUDY_COLUMN_H
#define ONCOMARK_CELLS_STUDY_COLUMN_H

#include "oncomark/status.h"
#include "oncomark/strings.h"
#include "oncomark/table.h"

/* Either numbers or codes, the other is NULL. */
typedef struct om_study_column {
    char *name;
    double *numbers;        /* [n_cells], NaN: missing */
    int32_t *codes;         /* [n_cells], -1: missing */
    om_strings *categories; /* by first appearance */
} om_study_column;

/* Where the text of a cell's field stands. */
typedef struct om_study_source {
    const om_table *table;
    int64_t column;
    const int64_t *rows; /* [n_cells] row of each cell, -1: none; NULL: row i is cell i */
} om_study_source;

/* The trimmed text of a field as UTF-8 ("" where there is none; bytes that are no UTF-8 are taken
 * as Latin-1). Borrowed from `scratch`, replaced by the next call with it. */
om_status om_study_field(om_text *scratch, const om_study_source *source, int64_t cell,
                         const char **text);
om_status om_study_clean(om_text *scratch, const char *raw, const char **text);

/* True for "" and R's NA. */
bool om_study_is_missing(const char *text);

/* Numbers where all fields that are not missing are numbers and there is one, else categories. */
om_status om_study_column_read(om_study_column *column, const char *name,
                               const om_study_source *source, int64_t n_cells);

/* Categories, whatever the fields look like. `na_is_a_name`: NA is one, only "" is missing. */
om_status om_study_column_read_names(om_study_column *column, const char *name,
                                     const om_study_source *source, bool na_is_a_name,
                                     int64_t n_cells);

/* Brings categories from elsewhere into this form: clean, by first appearance, "" (and NA, unless
 * it is a name) missing. */
om_status om_study_column_tidy(om_study_column *column, bool na_is_a_name, int64_t n_cells);

/* Gives cells whose category is missing the one of `otherwise`. *n_filled: how many. */
om_status om_study_column_fill(om_study_column *column, const om_study_column *otherwise,
                               int64_t n_cells, int64_t *n_filled);

/* Numbers of which all are missing become categories of which all are: a table's form of that. */
om_status om_study_column_drop_empty(om_study_column *column, int64_t n_cells);

/* A column about groups of cells as one about cells: `groups` tells each cell's. */
om_status om_study_column_spread(om_study_column *column, const int32_t *groups, int64_t n_cells);

void om_study_column_release(om_study_column *column);

#endif
