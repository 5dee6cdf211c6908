#include "profiles_parse.h"

#include "oncomark/memory.h"
#include "oncomark/transform.h"

#include <inttypes.h>
#include <string.h>

typedef struct gene_columns {
    om_profiles *profiles;
    int64_t *column;  /* [n_found] fields that are features; others are not looked at */
    int64_t *feature; /* [n_found] */
    double *values;   /* [n_features] of a profile */
    om_ranker *ranker;
} gene_columns;

/* The first column of each feature. */
static om_status find_columns(gene_columns *columns, om_profile_genes *genes) {
    om_profiles *profiles = columns->profiles;
    const om_strings *header = profiles->layout->header;
    bool *seen = om_calloc(profiles->n_features, sizeof *seen);
    om_status status = seen != NULL ? OM_OK : OM_MEMORY;
    for (int64_t c = 1; c < om_strings_count(header) && status == OM_OK; c++) {
        int64_t feature = -1;
        status = om_profile_genes_find(genes, om_strings_get(header, c), &feature);
        if (status == OM_OK && feature >= 0 && !seen[feature]) {
            seen[feature] = true;
            columns->column[profiles->n_found] = c;
            columns->feature[profiles->n_found++] = feature;
        }
    }
    om_free(seen);
    return status;
}

static om_status parse_profile(gene_columns *columns, const om_records *records, char **fields) {
    om_profiles *profiles = columns->profiles;
    memset(columns->values, 0, (size_t)profiles->n_features * sizeof *columns->values);
    for (int64_t i = 0; i < profiles->n_found; i++) {
        int64_t c = columns->column[i];
        double value = 0;
        if (!om_parse_f64(fields[c], &value)) {
            return om_fail(OM_INPUT,
                           "%s:%" PRId64 ": column '%s': found '%.40s', expected a number",
                           om_records_path(records), om_records_line(records),
                           om_strings_get(profiles->layout->header, c), fields[c]);
        }
        OM_TRY(om_profiles_check_number(profiles, records, c, fields[c], value));
        columns->values[columns->feature[i]] = value;
    }
    om_ranker_rank(columns->ranker, columns->values,
                   profiles->ranks + (profiles->n_own - 1) * profiles->n_features);
    return OM_OK;
}

static om_status parse_rows(gene_columns *columns, om_records *records) {
    om_profiles *profiles = columns->profiles;
    char **fields = NULL;
    int64_t n_fields = 0;
    OM_TRY(om_profiles_next_row(profiles, records, &fields, &n_fields));
    while (n_fields > 0) {
        int64_t place = om_strings_count(profiles->names);
        OM_TRY(om_strings_add(profiles->names, fields[0]));
        if (om_profiles_is_own(profiles, place)) {
            OM_TRY(om_profiles_add_own(profiles, place));
            OM_TRY(parse_profile(columns, records, fields));
        }
        OM_TRY(om_profiles_next_row(profiles, records, &fields, &n_fields));
    }
    int64_t n_places = om_strings_count(profiles->names);
    profiles->left_out = om_calloc(n_places, sizeof *profiles->left_out);
    return profiles->left_out != NULL ? OM_OK : OM_MEMORY;
}

om_status om_profiles_parse_gene_columns(om_profiles *profiles, om_records *records,
                                         om_profile_genes *genes) {
    gene_columns columns = {.profiles = profiles};
    columns.column = om_calloc(profiles->n_features, sizeof *columns.column);
    columns.feature = om_calloc(profiles->n_features, sizeof *columns.feature);
    columns.values = om_calloc(profiles->n_features, sizeof *columns.values);
    bool complete = columns.column != NULL && columns.feature != NULL && columns.values != NULL;
    om_status status = complete ? OM_OK : OM_MEMORY;
    status = status == OM_OK ? om_ranker_create(&columns.ranker, profiles->n_features) : status;
    status = status == OM_OK ? find_columns(&columns, genes) : status;
    status = status == OM_OK ? parse_rows(&columns, records) : status;
    om_ranker_destroy(&columns.ranker);
    om_free(columns.column);
    om_free(columns.feature);
    om_free(columns.values);
    return status;
}
