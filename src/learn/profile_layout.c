#include "profile_layout.h"

#include "oncomark/table.h"

#include <inttypes.h>

void om_profile_layout_free(om_profile_layout *layout) {
    om_strings_destroy(&layout->header);
}

static om_status copy_fields(om_strings **out, char **fields, int64_t n_fields, bool is_short) {
    OM_TRY(om_strings_create(out));
    if (is_short) {
        OM_TRY(om_strings_add(*out, ""));
    }
    for (int64_t i = 0; i < n_fields; i++) {
        OM_TRY(om_strings_add(*out, fields[i]));
    }
    return OM_OK;
}

/* Genes of the model among the header's fields but the first. */
static om_status count_in_header(const om_strings *header, om_profile_genes *genes,
                                 int64_t *count) {
    *count = 0;
    for (int64_t i = 1; i < om_strings_count(header); i++) {
        int64_t feature = -1;
        OM_TRY(om_profile_genes_find(genes, om_strings_get(header, i), &feature));
        *count += feature >= 0;
    }
    return OM_OK;
}

/* Header and first row: R leaves out the header's first field. */
static om_status read_header(om_profile_layout *layout, om_records *records, char ***row,
                             int64_t *n_fields) {
    char **fields = NULL;
    int64_t n_header = 0;
    om_strings *full = NULL;
    om_strings *shortened = NULL;
    OM_TRY(om_records_next(records, &fields, &n_header));
    om_status status = copy_fields(&full, fields, n_header, false);
    status = status == OM_OK ? copy_fields(&shortened, fields, n_header, true) : status;
    status = status == OM_OK ? om_records_next(records, row, n_fields) : status;
    if (status == OM_OK && *n_fields == 0) {
        status =
            om_fail(OM_INPUT, "%s: found %s, expected a header and rows of numbers",
                    om_records_path(records), n_header == 0 ? "nothing in it" : "a header only");
    }
    bool is_short = *n_fields == n_header + 1;
    if (status == OM_OK && *n_fields != n_header && !is_short) {
        status = om_fail(OM_INPUT,
                         "%s:%" PRId64 ": found %" PRId64 " fields, expected %" PRId64
                         " as in the header, or one more",
                         om_records_path(records), om_records_line(records), *n_fields, n_header);
    }
    if (status == OM_OK && *n_fields < 2) {
        status = om_fail(OM_INPUT,
                         "%s: found one column, expected names and at least one column of numbers, "
                         "separated by commas or tabs",
                         om_records_path(records));
    }
    om_strings **chosen = is_short ? &shortened : &full;
    layout->header = *chosen;
    *chosen = NULL;
    om_strings_destroy(&full);
    om_strings_destroy(&shortened);
    return status;
}

static om_status find_genes(om_profile_layout *layout, om_records *records, char **row,
                            int64_t n_fields, om_profile_genes *genes) {
    int64_t in_header = 0;
    int64_t in_rows = 0;
    OM_TRY(count_in_header(layout->header, genes, &in_header));
    while (n_fields > 0 && in_rows <= in_header) {
        int64_t feature = -1;
        OM_TRY(om_profile_genes_find(genes, row[0], &feature));
        in_rows += feature >= 0;
        OM_TRY(om_records_next(records, &row, &n_fields));
    }
    if (in_header == 0 && in_rows == 0) {
        return om_fail(OM_INPUT,
                       "%s: none of the model's %" PRId64
                       " genes is in the header or the first column, expected gene symbols there",
                       om_records_path(records), om_profile_genes_count(genes));
    }
    layout->genes_in_rows = in_rows > in_header;
    return OM_OK;
}

om_status om_profile_layout_read(om_profile_layout *layout, const char *path,
                                 om_profile_genes *genes) {
    *layout = (om_profile_layout){.header = NULL};
    om_records *records = NULL;
    OM_TRY(om_records_open(&records, path, 0));
    char **row = NULL;
    int64_t n_fields = 0;
    om_status status = read_header(layout, records, &row, &n_fields);
    if (status == OM_OK) {
        status = find_genes(layout, records, row, n_fields, genes);
    }
    om_records_close(&records);
    if (status != OM_OK) {
        om_profile_layout_free(layout);
    }
    return status;
}
