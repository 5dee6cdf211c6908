#include "oncomark/memory.h"
#include "oncomark/strings.h"
#include "oncomark/table.h"
#include "oncomark/threshold.h"

#include <inttypes.h>
#include <string.h>

enum { TISSUE, HALLMARK, LOW, HIGH, N_CELLS, N_POSITIVE, N_NEGATIVE, N_COLUMNS };

struct om_threshold_table {
    om_strings *tissues;
    om_threshold *thresholds; /* [tissues x OM_N_HALLMARKS] */
};

static const char *column_name(int column) {
    static const char *const names[N_COLUMNS] = {"tissue",  "hallmark", "low",  "high",
                                                 "n_cells", "n_pos",    "n_neg"};
    return names[column];
}

om_status om_threshold_table_create(om_threshold_table **out, const om_strings *tissues) {
    om_threshold_table *table = om_calloc(1, sizeof *table);
    *out = table;
    if (table == NULL) {
        return OM_MEMORY;
    }
    om_status status = om_strings_copy(&table->tissues, tissues);
    if (status == OM_OK) {
        table->thresholds =
            om_calloc(om_strings_count(tissues) * OM_N_HALLMARKS, sizeof *table->thresholds);
        status = table->thresholds != NULL ? OM_OK : OM_MEMORY;
    }
    if (status != OM_OK) {
        om_threshold_table_destroy(out);
    }
    return status;
}

void om_threshold_table_destroy(om_threshold_table **table) {
    if (*table == NULL) {
        return;
    }
    om_strings_destroy(&(*table)->tissues);
    om_free((*table)->thresholds);
    om_free(*table);
    *table = NULL;
}

int64_t om_threshold_table_n_tissues(const om_threshold_table *table) {
    return om_strings_count(table->tissues);
}

const char *om_threshold_table_tissue(const om_threshold_table *table, int64_t index) {
    return om_strings_get(table->tissues, index);
}

int64_t om_threshold_table_find(const om_threshold_table *table, const char *tissue) {
    return om_strings_find(table->tissues, tissue);
}

om_threshold *om_threshold_table_row(om_threshold_table *table, int64_t index) {
    return table->thresholds + index * OM_N_HALLMARKS;
}

static om_status write_value(om_text *csv, bool has, double value) {
    return has ? om_text_add(csv, ",%.17g", value) : om_text_add(csv, ",");
}

static om_status write_row(om_text *csv, const char *tissue, int hallmark,
                           const om_threshold *threshold) {
    OM_TRY(om_csv_field(csv, tissue));
    OM_TRY(om_text_add(csv, ",%s", om_hallmark_code(hallmark)));
    OM_TRY(write_value(csv, threshold->has_low, threshold->low));
    OM_TRY(write_value(csv, threshold->has_high, threshold->high));
    return om_text_add(csv, ",%" PRId64 ",%" PRId64 ",%" PRId64 "\n", threshold->n_cells,
                       threshold->n_positive, threshold->n_negative);
}

om_status om_threshold_table_write(const om_threshold_table *table, om_text *csv) {
    for (int c = 0; c < N_COLUMNS; c++) {
        OM_TRY(om_text_add(csv, "%s%s", c > 0 ? "," : "", column_name(c)));
    }
    OM_TRY(om_text_add(csv, "\n"));
    for (int64_t t = 0; t < om_threshold_table_n_tissues(table); t++) {
        for (int h = 0; h < OM_N_HALLMARKS; h++) {
            OM_TRY(write_row(csv, om_strings_get(table->tissues, t), h,
                             &table->thresholds[t * OM_N_HALLMARKS + h]));
        }
    }
    return OM_OK;
}

/* An empty field is no value. */
static om_status read_value(const om_table *file, int64_t row, int64_t column, bool *has,
                            double *value) {
    const char *text = om_table_cell(file, row, column);
    *has = *text != '\0';
    if (*has && !om_parse_f64(text, value)) {
        return om_fail(OM_INPUT, "%s:%" PRId64 ": found \"%.80s\", expected a number or nothing",
                       om_table_path(file), om_table_line(file, row), text);
    }
    return OM_OK;
}

static om_status read_count(const om_table *file, int64_t row, int64_t column, int64_t *value) {
    const char *text = om_table_cell(file, row, column);
    if (!om_parse_i64(text, value) || *value < 0) {
        return om_fail(OM_INPUT, "%s:%" PRId64 ": found \"%.80s\", expected a number of cells",
                       om_table_path(file), om_table_line(file, row), text);
    }
    return OM_OK;
}

static om_status read_row(om_threshold *out, const om_table *file, int64_t row,
                          const int64_t *columns, const char *tissue, int hallmark) {
    const char *found_tissue = om_table_cell(file, row, columns[TISSUE]);
    const char *found_hallmark = om_table_cell(file, row, columns[HALLMARK]);
    if (strcmp(found_tissue, tissue) != 0 || om_hallmark_find(found_hallmark) != hallmark) {
        return om_fail(OM_INPUT, "%s:%" PRId64 ": found %.80s %.80s, expected %s %s",
                       om_table_path(file), om_table_line(file, row), found_tissue, found_hallmark,
                       tissue, om_hallmark_code(hallmark));
    }
    OM_TRY(read_value(file, row, columns[LOW], &out->has_low, &out->low));
    OM_TRY(read_value(file, row, columns[HIGH], &out->has_high, &out->high));
    OM_TRY(read_count(file, row, columns[N_CELLS], &out->n_cells));
    OM_TRY(read_count(file, row, columns[N_POSITIVE], &out->n_positive));
    return read_count(file, row, columns[N_NEGATIVE], &out->n_negative);
}

static om_status read_rows(om_threshold_table **out, const om_table *file, om_strings *tissues) {
    int64_t columns[N_COLUMNS];
    for (int c = 0; c < N_COLUMNS; c++) {
        columns[c] = om_table_find(file, column_name(c));
        if (columns[c] < 0) {
            return om_fail(OM_INPUT, "%s:1: found no column %s", om_table_path(file),
                           column_name(c));
        }
    }
    if (om_table_rows(file) % OM_N_HALLMARKS != 0) {
        return om_fail(OM_INPUT, "%s: found %" PRId64 " rows, expected ten a tissue",
                       om_table_path(file), om_table_rows(file));
    }
    for (int64_t row = 0; row < om_table_rows(file); row += OM_N_HALLMARKS) {
        OM_TRY(om_strings_add(tissues, om_table_cell(file, row, columns[TISSUE])));
    }
    OM_TRY(om_threshold_table_create(out, tissues));
    for (int64_t row = 0; row < om_table_rows(file); row++) {
        OM_TRY(read_row(&(*out)->thresholds[row], file, row, columns,
                        om_strings_get(tissues, row / OM_N_HALLMARKS),
                        (int)(row % OM_N_HALLMARKS)));
    }
    return OM_OK;
}

om_status om_threshold_table_read(om_threshold_table **out, const char *path) {
    *out = NULL;
    om_table *file = NULL;
    om_strings *tissues = NULL;
    om_status status = om_strings_create(&tissues);
    if (status == OM_OK) {
        status = om_table_read(&file, path);
    }
    if (status == OM_OK) {
        status = read_rows(out, file, tissues);
    }
    om_table_destroy(&file);
    om_strings_destroy(&tissues);
    if (status != OM_OK) {
        om_threshold_table_destroy(out);
    }
    return status;
}

om_status om_threshold_table_broadcast(om_ctx *ctx, int root, om_threshold_table **table) {
    bool is_root = om_context_rank(ctx) == root;
    om_strings *tissues = is_root ? (*table)->tissues : NULL;
    om_status status = om_broadcast_strings(ctx, root, &tissues);
    if (status == OM_OK && !is_root) {
        status = om_threshold_table_create(table, tissues);
    }
    if (!is_root) {
        om_strings_destroy(&tissues);
    }
    OM_TRY(om_agree(ctx, status));
    int64_t n = om_threshold_table_n_tissues(*table) * OM_N_HALLMARKS;
    return om_broadcast(ctx, root, (*table)->thresholds, n * (int64_t)sizeof *(*table)->thresholds);
}
