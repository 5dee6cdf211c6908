/* Tables with a gene in each row. */
#include "exact_sums.h"
#include "oncomark/memory.h"
#include "oncomark/number.h"
#include "profile_matrix.h"
#include "profile_rows.h"
#include "profiles.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Enough of a field for a message. */
enum { EXCERPT = 40 };

/* What a column has been found to hold. */
enum { HAS_NUMBERS = 1, HAS_TEXT = 2, DESCRIBES = 4 };

/* A column's first field of this rank that is no number. */
typedef struct text_field {
    int64_t line; /* 0: none */
    char text[EXCERPT + 1];
} text_field;

/* "Places" are those of the columns that may be profiles. */
typedef struct gene_rows {
    om_predictions *predictions;
    const om_profile_source *source;
    om_profile_rows rows;
    om_profile_matrix *matrix;
    int64_t first_column;
    int64_t n_places;
    uint8_t *kinds;    /* [n_places] of all ranks' rows, since the last round was settled */
    text_field *texts; /* [n_places] */
    int32_t *features; /* [n] of the piece's rows that are the model's */
    double *values;    /* [n x n_places], and one row more */
    int64_t n;
    int64_t capacity;     /* rows */
    int64_t n_rows;       /* that this rank has read */
    const char *numbered; /* the line whose number is known */
    int64_t number;
} gene_rows;

/* Columns that describe a gene: cBioPortal puts its Entrez id next to the symbol; bedtools,
 * featureCounts and edgeR give its place and length. */
static const char *const describing[] = {
    "entrez",     "entrezid", "entrezgene", "entrezgeneid", "geneid", "width", "length",
    "genelength", "chr",      "start",      "end",          "strand", NULL};

static const char *name_of(const gene_rows *genes, int64_t place) {
    return om_strings_get(genes->source->layout->names, genes->first_column + place);
}

static om_status prepare(gene_rows *genes) {
    const om_profile_layout *layout = genes->source->layout;
    genes->first_column = layout->header.first_value;
    genes->n_places = om_strings_count(layout->names) - genes->first_column;
    genes->kinds = om_calloc(genes->n_places, sizeof *genes->kinds);
    genes->texts = om_calloc(genes->n_places, sizeof *genes->texts);
    if (genes->kinds == NULL || genes->texts == NULL) {
        return OM_MEMORY;
    }
    for (int64_t place = 0; place < genes->n_places && !layout->header.is_gct; place++) {
        bool describes = om_profile_header_is_one_of(name_of(genes, place), describing);
        genes->kinds[place] = describes ? DESCRIBES : 0;
    }
    return OM_OK;
}

static void release(gene_rows *genes) {
    om_profile_matrix_destroy(&genes->matrix);
    om_free(genes->kinds);
    om_free(genes->texts);
    om_free(genes->features);
    om_free(genes->values);
}

/* Room for one row more, which may not be the model's. */
static om_status reserve(gene_rows *genes) {
    if (genes->n < genes->capacity) {
        return OM_OK;
    }
    int64_t capacity = genes->capacity + genes->capacity / 2 + 8;
    int32_t *features = om_realloc(genes->features, capacity, sizeof *features);
    if (features == NULL) {
        return OM_MEMORY;
    }
    genes->features = features;
    double *values = om_realloc(genes->values, capacity * genes->n_places, sizeof *values);
    if (values == NULL) {
        return OM_MEMORY;
    }
    genes->values = values;
    genes->capacity = capacity;
    return OM_OK;
}

static om_status note_text(gene_rows *genes, int64_t place, om_field field) {
    text_field *text = &genes->texts[place];
    genes->kinds[place] |= HAS_TEXT;
    if (text->line == 0) {
        if (genes->numbered != genes->rows.line.at) {
            OM_TRY(om_profile_rows_number(&genes->rows, &genes->number));
            genes->numbered = genes->rows.line.at;
        }
        size_t length = field.length < EXCERPT ? (size_t)field.length : EXCERPT;
        text->line = genes->number;
        memcpy(text->text, field.at, length);
        text->text[length] = '\0';
    }
    return OM_OK;
}

static om_status parse_values(gene_rows *genes, double *values) {
    const om_field_index *index = &genes->rows.index;
    for (int64_t place = 0; place < genes->n_places; place++) {
        om_field field = om_field_get(index, genes->first_column + place);
        double value = 0;
        if ((genes->kinds[place] & DESCRIBES) != 0) {
            value = 0;
        } else if (!om_number_parse(field.at, field.length, &value)) {
            value = 0;
            OM_TRY(note_text(genes, place, field));
        } else if (!(value >= 0) || !isfinite(value)) {
            return om_profile_rows_fail_value(&genes->rows, genes->first_column + place);
        } else {
            genes->kinds[place] |= HAS_NUMBERS;
        }
        values[place] = value;
    }
    return OM_OK;
}

static om_status parse_piece(gene_rows *genes) {
    bool more = false;
    genes->n = 0;
    genes->numbered = NULL;
    OM_TRY(om_profile_rows_next(&genes->rows, INT64_MAX, &more));
    while (more) {
        const char *name = NULL;
        int64_t feature = -1;
        OM_TRY(reserve(genes));
        OM_TRY(om_profile_rows_text(&genes->rows, genes->source->layout->id_column, &name));
        OM_TRY(om_profile_genes_find(genes->source->genes, name, &feature));
        OM_TRY(parse_values(genes, genes->values + genes->n * genes->n_places));
        genes->n_rows++;
        if (feature >= 0) {
            genes->features[genes->n++] = (int32_t)feature;
        }
        OM_TRY(om_profile_rows_next(&genes->rows, INT64_MAX, &more));
    }
    return OM_OK;
}

/* A column of numbers with a text: its first one. Collective. */
static om_status fail_text(const gene_rows *genes, int64_t place) {
    const text_field *text = &genes->texts[place];
    int64_t before = text->line > 0 ? -text->line : INT64_MIN; /* the largest is the first line */
    OM_TRY(om_max_i64(genes->source->ctx, &before, 1));
    om_status status = OM_OK;
    if (text->line == -before) {
        status = om_fail(OM_INPUT, "%s:%" PRId64 ": column '%s': found '%s', expected a number",
                         genes->source->path, text->line, name_of(genes, place), text->text);
    }
    return om_agree(genes->source->ctx, status);
}

/* Tells all ranks what columns hold: bytes are joined bit by bit. Collective. */
static om_status settle_kinds(gene_rows *genes) {
    OM_TRY(om_join_bytes(genes->source->ctx, genes->kinds, genes->n_places));
    for (int64_t place = 0; place < genes->n_places; place++) {
        if (genes->kinds[place] == (HAS_NUMBERS | HAS_TEXT)) {
            return fail_text(genes, place);
        }
    }
    return OM_OK;
}

static om_status read_rounds(gene_rows *genes) {
    om_ctx *ctx = genes->source->ctx;
    for (;;) {
        bool more = false;
        OM_TRY(om_profile_rows_round(&genes->rows, &more));
        if (!more) {
            break;
        }
        OM_TRY(om_agree(ctx, parse_piece(genes)));
        OM_TRY(settle_kinds(genes));
        OM_TRY(om_profile_matrix_add(genes->matrix, genes->n, genes->features, genes->values));
    }
    int64_t expected = genes->source->layout->header.n_rows;
    int64_t n_rows = genes->n_rows;
    OM_TRY(om_sum_i64(ctx, &n_rows, 1));
    return expected < 0 || n_rows == expected
               ? OM_OK
               : om_fail(OM_INPUT,
                         "%s: found %" PRId64 " rows, expected %" PRId64 " as the second line says",
                         genes->source->path, n_rows, expected);
}

static bool is_profile(const gene_rows *genes, int64_t place) {
    return genes->kinds[place] == HAS_NUMBERS;
}

/* Names of profiles and of what is left out. */
static om_status name_profiles(const gene_rows *genes) {
    om_predictions *predictions = genes->predictions;
    om_string_map *seen = NULL;
    OM_TRY(om_string_map_create(&seen));
    om_status status = OM_OK;
    for (int64_t place = 0; place < genes->n_places && status == OM_OK; place++) {
        const char *name = name_of(genes, place);
        status = is_profile(genes, place)
                     ? om_profiles_add_name(predictions, seen, genes->source->path, name, place)
                     : om_strings_add(predictions->left_out, name);
    }
    om_string_map_destroy(&seen);
    return status == OM_OK ? om_profiles_grow(predictions, om_strings_count(predictions->profiles))
                           : status;
}

static om_status predict_own(const gene_rows *genes, om_profile_block *block) {
    const om_profile_matrix *matrix = genes->matrix;
    int64_t end = matrix->first + matrix->count;
    int64_t number = 0;
    double *values = om_malloc(OM_PROFILE_BLOCK * matrix->n_features, sizeof *values);
    if (values == NULL) {
        return OM_MEMORY;
    }
    for (int64_t place = 0; place < matrix->first; place++) {
        number += is_profile(genes, place);
    }
    for (int64_t place = matrix->first; place < end; place += OM_PROFILE_BLOCK) {
        int64_t n = end - place < OM_PROFILE_BLOCK ? end - place : OM_PROFILE_BLOCK;
        om_profile_matrix_get(matrix, place, n, values);
        for (int64_t i = 0; i < n; i++) {
            if (is_profile(genes, place + i)) {
                om_profile_block_add(block, number++, values + i * matrix->n_features);
            }
        }
    }
    om_profile_block_finish(block);
    om_free(values);
    return OM_OK;
}

static om_status read_table(gene_rows *genes, om_profile_block *block) {
    om_ctx *ctx = genes->source->ctx;
    OM_TRY(om_agree(ctx, prepare(genes)));
    OM_TRY(om_profile_matrix_create(&genes->matrix, ctx, genes->source->layout->n_features,
                                    genes->n_places, OM_PROFILE_BLOCK));
    om_status status = om_profile_rows_open(&genes->rows, genes->source);
    status = status == OM_OK ? read_rounds(genes) : status;
    om_profile_rows_close(&genes->rows);
    OM_TRY(status);
    genes->predictions->n_found = genes->matrix->n_found;
    OM_TRY(om_agree(ctx, name_profiles(genes)));
    return om_agree(ctx, predict_own(genes, block));
}

om_status om_profiles_read_gene_rows(om_predictions *predictions, om_profile_block *block,
                                     const om_profile_source *source) {
    gene_rows genes = {.predictions = predictions, .source = source};
    if (source->class_column != NULL) {
        return om_fail(OM_INPUT,
                       "%s: found genes in rows, expected profiles in rows with a column '%s' of "
                       "their classes; of genes in rows a table of its own tells the classes",
                       source->path, source->class_column);
    }
    om_status status = read_table(&genes, block);
    release(&genes);
    return status;
}
