#include "profiles.h"

#include "oncomark/memory.h"
#include "profiles_parse.h"

static om_status create(om_profiles **out, const om_profile_layout *layout, int64_t n_features,
                        int rank, int n_ranks) {
    om_profiles *profiles = om_calloc(1, sizeof *profiles);
    *out = profiles;
    if (profiles == NULL) {
        return OM_MEMORY;
    }
    profiles->layout = layout;
    profiles->rank = rank;
    profiles->n_ranks = n_ranks;
    profiles->n_features = n_features;
    return om_strings_create(&profiles->names);
}

void om_profiles_destroy(om_profiles **profiles) {
    if (*profiles == NULL) {
        return;
    }
    om_strings_destroy(&(*profiles)->names);
    om_free((*profiles)->left_out);
    om_free((*profiles)->own);
    om_free((*profiles)->ranks);
    om_free(*profiles);
    *profiles = NULL;
}

static om_status parse(om_profiles *profiles, const char *path, om_profile_genes *genes) {
    om_records *records = NULL;
    char **fields = NULL;
    int64_t n_fields = 0;
    OM_TRY(om_records_open(&records, path, 0));
    om_status status = om_records_next(records, &fields, &n_fields);
    if (status == OM_OK) {
        status = profiles->layout->genes_in_rows
                     ? om_profiles_parse_gene_rows(profiles, records, genes)
                     : om_profiles_parse_gene_columns(profiles, records, genes);
    }
    om_records_close(&records);
    return status;
}

om_status om_profiles_read(om_profiles **out, const char *path, const om_profile_layout *layout,
                           om_profile_genes *genes, int rank, int n_ranks) {
    om_status status = create(out, layout, om_profile_genes_count(genes), rank, n_ranks);
    if (status == OM_OK) {
        status = parse(*out, path, genes);
    }
    if (status != OM_OK && *out != NULL) {
        om_profiles_destroy(out);
    }
    return status;
}
