#include "curate_exclude.h"

#include "curate_symbol.h"
#include "gene_sets_private.h"

#include "oncomark/memory.h"
#include "oncomark/symbol.h"
#include "oncomark/table.h"

#include <inttypes.h>
#include <string.h>

enum { ALL_HALLMARKS = -1 };

struct om_curate_exclusions {
    om_table *table;
    om_strings *genes;   /* [rows] aliases resolved */
    om_strings *reasons; /* [rows] */
    int *hallmark;       /* [rows] */
    bool *applied;       /* [rows] */
};

void om_curate_exclusions_destroy(om_curate_exclusions **exclusions) {
    if (*exclusions == NULL) {
        return;
    }
    om_table_destroy(&(*exclusions)->table);
    om_strings_destroy(&(*exclusions)->genes);
    om_strings_destroy(&(*exclusions)->reasons);
    om_free((*exclusions)->hallmark);
    om_free((*exclusions)->applied);
    om_free(*exclusions);
    *exclusions = NULL;
}

static om_status find_hallmark(const om_curate_exclusions *exclusions, int64_t row, int64_t column,
                               int *hallmark) {
    size_t length = 0;
    const om_table *table = exclusions->table;
    const char *text = column >= 0 ? om_table_cell(table, row, column) : "";
    const char *start = om_symbol_trim(text, &length);
    *hallmark = ALL_HALLMARKS;
    if (length == 0 || (length == 1 && *start == '*')) {
        return OM_OK;
    }
    *hallmark = om_gene_sets_find_hallmark(text);
    if (*hallmark < 0) {
        return om_fail(OM_INPUT,
                       "%s:%" PRId64 ": found hallmark \"%.80s\", expected the code or name of a "
                       "hallmark (AIM, DCE, EGS, GIM, RCD, SPS, AID, IA, ERI, TPI), or * for all",
                       om_table_path(table), om_table_line(table, row), text);
    }
    return OM_OK;
}

/* Appends a cell that must not be empty, without the blanks around it. */
static om_status add_cell(om_strings *list, const om_table *table, int64_t row, int64_t column,
                          const char *expected) {
    size_t length = 0;
    const char *start = om_symbol_trim(om_table_cell(table, row, column), &length);
    if (length == 0) {
        return om_fail(OM_INPUT, "%s:%" PRId64 ": found no %s, expected %s", om_table_path(table),
                       om_table_line(table, row), om_table_header(table, column), expected);
    }
    return om_strings_add_n(list, start, length);
}

static om_status find_column(const om_table *table, const char *name, int64_t *column) {
    *column = om_table_find(table, name);
    if (*column >= 0) {
        return OM_OK;
    }
    return om_fail(OM_INPUT,
                   "%s: found no column \"%s\", expected a header with gene, reason and, if need "
                   "be, hallmark",
                   om_table_path(table), name);
}

static om_status read_rows(om_curate_exclusions *exclusions, om_strings *written,
                           const om_gene_aliases *aliases) {
    const om_table *table = exclusions->table;
    int64_t gene_column = 0;
    int64_t reason_column = 0;
    OM_TRY(find_column(table, "gene", &gene_column));
    OM_TRY(find_column(table, "reason", &reason_column));
    int64_t hallmark_column = om_table_find(table, "hallmark");
    int64_t n = om_table_rows(table);
    exclusions->hallmark = om_calloc(n, sizeof *exclusions->hallmark);
    exclusions->applied = om_calloc(n, sizeof *exclusions->applied);
    if (exclusions->hallmark == NULL || exclusions->applied == NULL) {
        return OM_MEMORY;
    }
    for (int64_t row = 0; row < n; row++) {
        OM_TRY(add_cell(written, table, row, gene_column, "the symbol of a gene"));
        OM_TRY(add_cell(exclusions->reasons, table, row, reason_column,
                        "why the gene is excluded: no exclusion goes without a reason"));
        OM_TRY(find_hallmark(exclusions, row, hallmark_column, &exclusions->hallmark[row]));
        const char *gene = om_curate_symbol(aliases, om_strings_get(written, row), NULL);
        OM_TRY(om_strings_add(exclusions->genes, gene));
    }
    return OM_OK;
}

om_status om_curate_exclusions_read(om_curate_exclusions **out, const char *path,
                                    const om_gene_aliases *aliases) {
    om_curate_exclusions *exclusions = om_calloc(1, sizeof *exclusions);
    om_strings *written = NULL;
    *out = exclusions;
    if (exclusions == NULL) {
        return OM_MEMORY;
    }
    om_status status = om_table_read(&exclusions->table, path);
    status = status == OM_OK ? om_strings_create(&written) : status;
    status = status == OM_OK ? om_strings_create(&exclusions->genes) : status;
    status = status == OM_OK ? om_strings_create(&exclusions->reasons) : status;
    status = status == OM_OK ? read_rows(exclusions, written, aliases) : status;
    om_strings_destroy(&written);
    if (status != OM_OK) {
        om_curate_exclusions_destroy(out);
    }
    return status;
}

const char *om_curate_exclusions_reason(om_curate_exclusions *exclusions, int hallmark,
                                        const char *gene) {
    const char *reason = NULL;
    for (int64_t row = 0; row < om_strings_count(exclusions->genes); row++) {
        bool concerns =
            exclusions->hallmark[row] == ALL_HALLMARKS || exclusions->hallmark[row] == hallmark;
        if (concerns && strcmp(om_strings_get(exclusions->genes, row), gene) == 0) {
            exclusions->applied[row] = true;
            reason = reason != NULL ? reason : om_strings_get(exclusions->reasons, row);
        }
    }
    return reason;
}

void om_curate_exclusions_warn(const om_curate_exclusions *exclusions, om_log *log) {
    const om_table *table = exclusions->table;
    for (int64_t row = 0; row < om_strings_count(exclusions->genes); row++) {
        int h = exclusions->hallmark[row];
        if (!exclusions->applied[row]) {
            om_log_warn(log,
                        "%s:%" PRId64 ": the exclusion of %s was never applied: no set of %s has "
                        "that gene",
                        om_table_path(table), om_table_line(table, row),
                        om_strings_get(exclusions->genes, row),
                        h == ALL_HALLMARKS ? "any hallmark" : om_hallmark_code(h));
        }
    }
}
