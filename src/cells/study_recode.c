/* Columns of categories from others. */
#include "cells/study_column.h"
#include "oncomark/memory.h"
#include "oncomark/string_map.h"

#include <math.h>

/* New codes for old categories, given out as cells ask for them. */
typedef struct recoder {
    const om_strings *old;
    bool na_is_a_name;
    int32_t *codes;         /* [old] new code, -1: missing, UNKNOWN: not asked for yet */
    om_strings *categories; /* the new ones */
    om_string_map *map;     /* of the new ones; shared by recoders of one column */
} recoder;

enum { MISSING = -1, UNKNOWN = -2 };

static om_status begin(recoder *recoding) {
    int64_t n = om_strings_count(recoding->old);
    recoding->codes = om_malloc(n, sizeof *recoding->codes);
    if (recoding->codes == NULL) {
        return OM_MEMORY;
    }
    for (int64_t i = 0; i < n; i++) {
        recoding->codes[i] = UNKNOWN;
    }
    return OM_OK;
}

static om_status give_code(recoder *recoding, int32_t old, om_text *scratch) {
    const char *text = NULL;
    OM_TRY(om_study_clean(scratch, om_strings_get(recoding->old, old), &text));
    bool missing = recoding->na_is_a_name ? text[0] == '\0' : om_study_is_missing(text);
    if (missing) {
        recoding->codes[old] = MISSING;
        return OM_OK;
    }
    bool inserted = false;
    OM_TRY(
        om_string_map_add(recoding->map, text, om_strings_count(recoding->categories), &inserted));
    if (inserted) {
        OM_TRY(om_strings_add(recoding->categories, text));
    }
    recoding->codes[old] = (int32_t)om_string_map_get(recoding->map, text, MISSING);
    return OM_OK;
}

static om_status recode(recoder *recoding, int32_t *code, om_text *scratch) {
    if (*code < 0) {
        return OM_OK;
    }
    if (recoding->codes[*code] == UNKNOWN) {
        OM_TRY(give_code(recoding, *code, scratch));
    }
    *code = recoding->codes[*code];
    return OM_OK;
}

/* `otherwise` may be NULL. */
static om_status recode_cells(om_study_column *column, recoder *own, recoder *other,
                              const om_study_column *otherwise, int64_t n_cells,
                              int64_t *n_filled) {
    om_text *scratch = NULL;
    om_status status = om_text_create(&scratch);
    for (int64_t cell = 0; status == OM_OK && cell < n_cells; cell++) {
        int32_t code = column->codes[cell];
        status = recode(own, &code, scratch);
        if (code < 0 && otherwise != NULL && status == OM_OK) {
            code = otherwise->codes[cell];
            status = recode(other, &code, scratch);
            ++*n_filled;
        }
        column->codes[cell] = code;
    }
    om_text_destroy(&scratch);
    return status;
}

static om_status recode_column(om_study_column *column, const om_study_column *otherwise,
                               bool na_is_a_name, int64_t n_cells, int64_t *n_filled) {
    om_strings *categories = NULL;
    om_string_map *map = NULL;
    om_status status = om_strings_create(&categories);
    if (status == OM_OK) {
        status = om_string_map_create(&map);
    }
    recoder own = {column->categories, na_is_a_name, NULL, categories, map};
    recoder other = {otherwise == NULL ? NULL : otherwise->categories, true, NULL, categories, map};
    if (status == OM_OK) {
        status = begin(&own);
    }
    if (status == OM_OK && otherwise != NULL) {
        status = begin(&other);
    }
    if (status == OM_OK) {
        status = recode_cells(column, &own, &other, otherwise, n_cells, n_filled);
    }
    om_free(own.codes);
    om_free(other.codes);
    om_string_map_destroy(&map);
    if (status != OM_OK) {
        om_strings_destroy(&categories);
        return status;
    }
    om_strings_destroy(&column->categories);
    column->categories = categories;
    return OM_OK;
}

om_status om_study_column_tidy(om_study_column *column, bool na_is_a_name, int64_t n_cells) {
    return recode_column(column, NULL, na_is_a_name, n_cells, NULL);
}

om_status om_study_column_fill(om_study_column *column, const om_study_column *otherwise,
                               int64_t n_cells, int64_t *n_filled) {
    *n_filled = 0;
    return recode_column(column, otherwise, true, n_cells, n_filled);
}

om_status om_study_column_drop_empty(om_study_column *column, int64_t n_cells) {
    for (int64_t cell = 0; cell < n_cells; cell++) {
        if (!isnan(column->numbers[cell])) {
            return OM_OK;
        }
    }
    OM_TRY(om_strings_create(&column->categories));
    column->codes = om_malloc(n_cells, sizeof *column->codes);
    if (column->codes == NULL) {
        return OM_MEMORY;
    }
    for (int64_t cell = 0; cell < n_cells; cell++) {
        column->codes[cell] = MISSING;
    }
    om_free(column->numbers);
    column->numbers = NULL;
    return OM_OK;
}

om_status om_study_column_spread(om_study_column *column, const int32_t *groups, int64_t n_cells) {
    double *numbers = NULL;
    int32_t *codes = NULL;
    if (column->numbers != NULL) {
        numbers = om_malloc(n_cells, sizeof *numbers);
    } else {
        codes = om_malloc(n_cells, sizeof *codes);
    }
    if (numbers == NULL && codes == NULL) {
        return OM_MEMORY;
    }
    for (int64_t cell = 0; cell < n_cells; cell++) {
        if (numbers != NULL) {
            numbers[cell] = column->numbers[groups[cell]];
        } else {
            codes[cell] = column->codes[groups[cell]];
        }
    }
    om_free(column->numbers);
    om_free(column->codes);
    column->numbers = numbers;
    column->codes = codes;
    return OM_OK;
}
