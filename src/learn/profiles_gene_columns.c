/* Tables with a profile in each row. */
#include "oncomark/memory.h"
#include "oncomark/number.h"
#include "profile_rows.h"
#include "profiles.h"

#include <limits.h>
#include <math.h>
#include <string.h>
#include <strings.h>

/* What ranks tell each other of a round. */
typedef struct round_head {
    int64_t n_rows;
    int64_t n_bytes; /* of their names, each with its NUL */
    int64_t n_genes; /* names that are genes of the model */
} round_head;

enum { HEAD_NUMBERS = 3 };

typedef struct gene_columns {
    om_predictions *predictions;
    om_profile_block *block;
    const om_profile_source *source;
    om_profile_rows rows;
    om_string_map *seen;  /* names of profiles */
    int64_t class_column; /* -1: none */
    int64_t *column;      /* [n_found] fields that are features; others are not looked at */
    int64_t *feature;     /* [n_found] */
    double *values;       /* [n_features] of a profile */
    round_head *heads;    /* [ranks] */
    int *counts;          /* [ranks] */
    int *starts;          /* [ranks] */
    int64_t in_rows;
} gene_columns;

static om_status find_class_column(gene_columns *columns) {
    const char *wanted = columns->source->class_column;
    const om_strings *names = columns->source->layout->names;
    columns->class_column = -1;
    for (int64_t c = 1; c < om_strings_count(names) && wanted != NULL; c++) {
        if (strcasecmp(om_strings_get(names, c), wanted) == 0) {
            columns->class_column = c;
            return OM_OK;
        }
    }
    return wanted == NULL ? OM_OK
                          : om_fail(OM_INPUT,
                                    "%s: found no column '%s' in the header, expected one with the "
                                    "profiles' classes",
                                    columns->source->path, wanted);
}

/* The first column of each feature. */
static om_status find_columns(gene_columns *columns) {
    const om_strings *names = columns->source->layout->names;
    bool *seen = om_calloc(columns->source->layout->n_features, sizeof *seen);
    om_status status = seen != NULL ? OM_OK : OM_MEMORY;
    for (int64_t c = 1; c < om_strings_count(names) && status == OM_OK; c++) {
        int64_t feature = -1;
        status = om_profile_genes_find(columns->source->genes, om_strings_get(names, c), &feature);
        feature = c == columns->class_column ? -1 : feature;
        if (status == OM_OK && feature >= 0 && !seen[feature]) {
            seen[feature] = true;
            columns->column[columns->predictions->n_found] = c;
            columns->feature[columns->predictions->n_found++] = feature;
        }
    }
    om_free(seen);
    return status;
}

static om_status prepare(gene_columns *columns) {
    int64_t n_features = columns->source->layout->n_features;
    int size = om_context_size(columns->source->ctx);
    columns->column = om_calloc(n_features, sizeof *columns->column);
    columns->feature = om_calloc(n_features, sizeof *columns->feature);
    columns->values = om_calloc(n_features, sizeof *columns->values);
    columns->heads = om_calloc(size, sizeof *columns->heads);
    columns->counts = om_calloc(size, sizeof *columns->counts);
    columns->starts = om_calloc(size, sizeof *columns->starts);
    if (columns->column == NULL || columns->feature == NULL || columns->values == NULL ||
        columns->heads == NULL || columns->counts == NULL || columns->starts == NULL) {
        return OM_MEMORY;
    }
    OM_TRY(om_string_map_create(&columns->seen));
    OM_TRY(find_class_column(columns));
    return find_columns(columns);
}

static void release(gene_columns *columns) {
    om_string_map_destroy(&columns->seen);
    om_free(columns->column);
    om_free(columns->feature);
    om_free(columns->values);
    om_free(columns->heads);
    om_free(columns->counts);
    om_free(columns->starts);
}

/* The names of the rows of this rank's piece, each with its class behind it where there are any. */
static om_status read_names(gene_columns *columns, om_strings *names, round_head *head) {
    bool more = false;
    bool with_class = columns->class_column >= 0;
    int64_t n_fields = with_class ? columns->class_column + 1 : 1;
    OM_TRY(om_profile_rows_next(&columns->rows, n_fields, &more));
    while (more) {
        const char *name = NULL;
        int64_t feature = -1;
        OM_TRY(om_profile_rows_text(&columns->rows, 0, &name));
        OM_TRY(om_profile_genes_find(columns->source->genes, name, &feature));
        OM_TRY(om_strings_add(names, name));
        if (with_class) {
            OM_TRY(om_profile_rows_text(&columns->rows, columns->class_column, &name));
            OM_TRY(om_strings_add(names, name));
        }
        head->n_rows++;
        head->n_genes += feature >= 0;
        OM_TRY(om_profile_rows_next(&columns->rows, n_fields, &more));
    }
    om_strings_bytes(names, &head->n_bytes);
    return OM_OK;
}

/* *all: the names of all ranks, one after another, owned by the caller. */
static om_status gather_names(gene_columns *columns, const om_strings *names,
                              const round_head *head, char **all) {
    om_ctx *ctx = columns->source->ctx;
    int64_t own_bytes = 0;
    int64_t n_bytes = 0;
    const char *bytes = om_strings_bytes(names, &own_bytes);
    MPI_Allgather(head, HEAD_NUMBERS, MPI_INT64_T, columns->heads, HEAD_NUMBERS, MPI_INT64_T,
                  om_context_comm(ctx));
    for (int r = 0; r < om_context_size(ctx); r++) {
        columns->counts[r] = (int)columns->heads[r].n_bytes; /* below the longest piece */
        columns->starts[r] = (int)n_bytes;
        columns->in_rows += columns->heads[r].n_genes;
        n_bytes += columns->heads[r].n_bytes;
        n_bytes = n_bytes < INT_MAX ? n_bytes : INT_MAX;
    }
    *all = om_malloc(n_bytes, 1);
    om_status status = *all != NULL ? OM_OK : OM_MEMORY;
    if (status == OM_OK && n_bytes == INT_MAX) {
        status = om_fail(OM_INPUT, "%s: found 2 GiB of names of rows, expected shorter ones",
                         columns->source->path);
    }
    OM_TRY(om_agree(ctx, status));
    MPI_Allgatherv(bytes, (int)own_bytes, MPI_CHAR, *all, columns->counts, columns->starts,
                   MPI_CHAR, om_context_comm(ctx));
    return OM_OK;
}

/* Numbers the profiles of the round; *first: of this rank. */
static om_status add_names(gene_columns *columns, const char *name, int64_t *first) {
    om_predictions *predictions = columns->predictions;
    int64_t number = predictions->n_profiles;
    for (int r = 0; r < om_context_size(columns->source->ctx); r++) {
        *first = r == om_context_rank(columns->source->ctx) ? number : *first;
        for (int64_t i = 0; i < columns->heads[r].n_rows; i++) {
            OM_TRY(om_profiles_add_name(predictions, columns->seen, columns->source->path, name,
                                        number++));
            name += strlen(name) + 1;
            if (columns->class_column >= 0) {
                OM_TRY(om_strings_add(predictions->classes, name));
                name += strlen(name) + 1;
            }
        }
    }
    return om_profiles_grow(predictions, number);
}

/* *first: number of this rank's first profile of the round. */
static om_status number_profiles(gene_columns *columns, int64_t *first) {
    round_head head = {0};
    om_strings *names = NULL;
    char *all = NULL;
    om_status status = om_strings_create(&names);
    status = status == OM_OK ? read_names(columns, names, &head) : status;
    status = om_agree(columns->source->ctx, status);
    status = status == OM_OK ? gather_names(columns, names, &head, &all) : status;
    if (status == OM_OK) {
        status = om_agree(columns->source->ctx, add_names(columns, all, first));
    }
    om_free(all);
    om_strings_destroy(&names);
    return status;
}

static om_status predict_rows(gene_columns *columns, int64_t number) {
    om_profile_rows *rows = &columns->rows;
    bool more = false;
    om_profile_rows_rewind(rows);
    OM_TRY(om_profile_rows_next(rows, INT64_MAX, &more));
    for (; more; number++) {
        for (int64_t i = 0; i < columns->predictions->n_found; i++) {
            om_field field = om_field_get(&rows->index, columns->column[i]);
            double *value = &columns->values[columns->feature[i]];
            if (!om_number_parse(field.at, field.length, value) || !(*value >= 0) ||
                !isfinite(*value)) {
                return om_profile_rows_fail_value(rows, columns->column[i]);
            }
        }
        om_profile_block_add(columns->block, number, columns->values);
        OM_TRY(om_profile_rows_next(rows, INT64_MAX, &more));
    }
    return OM_OK;
}

static om_status read_rounds(gene_columns *columns) {
    for (;;) {
        bool more = false;
        int64_t first = 0;
        OM_TRY(om_profile_rows_round(&columns->rows, &more));
        if (!more) {
            om_profile_block_finish(columns->block);
            return OM_OK;
        }
        OM_TRY(number_profiles(columns, &first));
        OM_TRY(om_agree(columns->source->ctx, predict_rows(columns, first)));
    }
}

om_status om_profiles_read_gene_columns(om_predictions *predictions, om_profile_block *block,
                                        const om_profile_source *source, int64_t *in_rows) {
    gene_columns columns = {.predictions = predictions, .block = block, .source = source};
    om_status status = om_agree(source->ctx, prepare(&columns));
    if (status == OM_OK) {
        status = om_profile_rows_open(&columns.rows, source);
        status = status == OM_OK ? read_rounds(&columns) : status;
        om_profile_rows_close(&columns.rows);
    }
    *in_rows = columns.in_rows;
    release(&columns);
    return status;
}
