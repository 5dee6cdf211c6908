#include "profiles_parse.h"

#include "oncomark/memory.h"
#include "oncomark/transform.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* Enough of a field for a message. */
enum { EXCERPT = 40 };

/* What a column of this rank has been found to hold. */
typedef struct column_state {
    bool has_numbers;
    int64_t bad_line; /* of the first field that is no number; 0: none */
    char bad_text[EXCERPT + 1];
} column_state;

typedef struct gene_rows {
    om_profiles *profiles;
    bool *seen;            /* [n_features] */
    double *values;        /* [n_own x n_features] */
    column_state *columns; /* [n_own] */
} gene_rows;

/* Numbers that describe a gene: cBioPortal puts its Entrez id next to the symbol; bedtools,
 * featureCounts and edgeR give its length. Case and punctuation do not matter. */
static bool describes_genes(const char *name) {
    static const char *const known[] = {"entrez", "entrezid", "entrezgene", "entrezgeneid",
                                        "geneid", "width",    "length",     "genelength"};
    char bare[16] = "";
    size_t n = 0;
    for (const char *c = name; *c != '\0'; c++) {
        if (isalnum((unsigned char)*c) && n < sizeof bare - 1) {
            bare[n++] = *c;
        }
    }
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strcasecmp(bare, known[i]) == 0) {
            return true;
        }
    }
    return false;
}

static om_status list_places(om_profiles *profiles) {
    const om_strings *header = profiles->layout->header;
    int64_t n_places = om_strings_count(header) - 1;
    profiles->left_out = om_calloc(n_places, sizeof *profiles->left_out);
    if (profiles->left_out == NULL) {
        return OM_MEMORY;
    }
    for (int64_t place = 0; place < n_places; place++) {
        const char *name = om_strings_get(header, place + 1);
        OM_TRY(om_strings_add(profiles->names, name));
        if (describes_genes(name)) {
            profiles->left_out[place] = true;
        } else if (om_profiles_is_own(profiles, place)) {
            OM_TRY(om_profiles_add_own(profiles, place));
        }
    }
    return OM_OK;
}

static om_status parse_field(gene_rows *rows, const om_records *records, int64_t i, int64_t feature,
                             char **fields) {
    om_profiles *profiles = rows->profiles;
    column_state *column = &rows->columns[i];
    int64_t field = profiles->own[i] + 1;
    double value = 0;
    if (!om_parse_f64(fields[field], &value)) {
        if (column->bad_line == 0) {
            column->bad_line = om_records_line(records);
            snprintf(column->bad_text, sizeof column->bad_text, "%s", fields[field]);
        }
        return OM_OK;
    }
    column->has_numbers = true;
    OM_TRY(om_profiles_check_number(profiles, records, field, fields[field], value));
    if (feature >= 0) {
        rows->values[i * profiles->n_features + feature] = value;
    }
    return OM_OK;
}

static om_status parse_rows(gene_rows *rows, om_records *records, om_profile_genes *genes) {
    om_profiles *profiles = rows->profiles;
    char **fields = NULL;
    int64_t n_fields = 0;
    OM_TRY(om_profiles_next_row(profiles, records, &fields, &n_fields));
    while (n_fields > 0) {
        int64_t feature = -1;
        OM_TRY(om_profile_genes_find(genes, fields[0], &feature));
        if (feature >= 0 && rows->seen[feature]) {
            feature = -1; /* the first of duplicates counts */
        } else if (feature >= 0) {
            rows->seen[feature] = true;
            profiles->n_found++;
        }
        for (int64_t i = 0; i < profiles->n_own; i++) {
            OM_TRY(parse_field(rows, records, i, feature, fields));
        }
        OM_TRY(om_profiles_next_row(profiles, records, &fields, &n_fields));
    }
    return OM_OK;
}

/* Columns of text are left out; one that has numbers too is an error. */
static om_status judge_columns(gene_rows *rows, const om_records *records) {
    om_profiles *profiles = rows->profiles;
    for (int64_t i = 0; i < profiles->n_own; i++) {
        const column_state *column = &rows->columns[i];
        int64_t place = profiles->own[i];
        if (column->has_numbers && column->bad_line > 0) {
            return om_fail(OM_INPUT, "%s:%" PRId64 ": column '%s': found '%s', expected a number",
                           om_records_path(records), column->bad_line,
                           om_strings_get(profiles->names, place), column->bad_text);
        }
        profiles->left_out[place] = !column->has_numbers;
    }
    return OM_OK;
}

/* Ranks what is a profile and closes the gaps between. */
static om_status rank_own(gene_rows *rows) {
    om_profiles *profiles = rows->profiles;
    int64_t n_features = profiles->n_features;
    om_ranker *ranker = NULL;
    OM_TRY(om_ranker_create(&ranker, n_features));
    int64_t n_kept = 0;
    for (int64_t i = 0; i < profiles->n_own; i++) {
        if (!profiles->left_out[profiles->own[i]]) {
            profiles->own[n_kept] = profiles->own[i];
            om_ranker_rank(ranker, rows->values + i * n_features,
                           profiles->ranks + n_kept * n_features);
            n_kept++;
        }
    }
    profiles->n_own = n_kept;
    om_ranker_destroy(&ranker);
    return OM_OK;
}

om_status om_profiles_parse_gene_rows(om_profiles *profiles, om_records *records,
                                      om_profile_genes *genes) {
    OM_TRY(list_places(profiles));
    gene_rows rows = {.profiles = profiles};
    rows.seen = om_calloc(profiles->n_features, sizeof *rows.seen);
    rows.values = om_calloc(profiles->n_own * profiles->n_features, sizeof *rows.values);
    rows.columns = om_calloc(profiles->n_own, sizeof *rows.columns);
    bool complete = rows.seen != NULL && rows.values != NULL && rows.columns != NULL;
    om_status status = complete ? parse_rows(&rows, records, genes) : OM_MEMORY;
    status = status == OM_OK ? judge_columns(&rows, records) : status;
    status = status == OM_OK ? rank_own(&rows) : status;
    om_free(rows.seen);
    om_free(rows.values);
    om_free(rows.columns);
    return status;
}
