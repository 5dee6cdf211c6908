#include "synthetic_catalog.h"

#include "samples.h"
#include "tissues.h"

#include "oncomark/h5ad.h"
#include "oncomark/memory.h"

const om_synthetic_use om_synthetic_training = {"synthesize", "synthetic.h5ad", OM_ROLE_TRAIN,
                                                false};
const om_synthetic_use om_synthetic_validation = {"pool", "validate/pooled.h5ad", OM_ROLE_VALIDATE,
                                                  true};

bool om_synthetic_uses(const om_synthetic_use *use, const om_data_set *data_set) {
    return data_set->role == use->role && data_set->values != OM_VALUES_LOG;
}

static om_status allocate(om_synthetic_catalog **out, const om_job *job,
                          const om_synthetic_use *use) {
    om_synthetic_catalog *catalog = om_calloc(1, sizeof *catalog);
    *out = catalog;
    if (catalog == NULL) {
        return OM_MEMORY;
    }
    catalog->use = use;
    catalog->data = om_calloc(job->n_data, sizeof *catalog->data);
    if (catalog->data == NULL) {
        return OM_MEMORY;
    }
    for (int64_t d = 0; d < job->n_data; d++) {
        if (om_synthetic_uses(use, &job->data[d])) {
            catalog->data[catalog->n_data++] =
                (om_synthetic_data){.data_set = &job->data[d], .job_index = d};
        }
    }
    return OM_OK;
}

void om_synthetic_catalog_destroy(om_synthetic_catalog **catalog) {
    if (*catalog == NULL) {
        return;
    }
    for (int64_t i = 0; i < (*catalog)->n_data; i++) {
        om_synthetic_data *data = &(*catalog)->data[i];
        om_strings_destroy(&data->samples);
        om_strings_destroy(&data->patients);
        om_free(data->group_cells);
        om_free(data->group_blocks);
    }
    om_free((*catalog)->data);
    om_gene_union_destroy(&(*catalog)->genes);
    om_free(*catalog);
    *catalog = NULL;
}

static om_status read_data_set(om_synthetic_catalog *catalog, om_synthetic_data *data,
                               const om_workdir *workdir) {
    om_h5 *store = NULL;
    om_samples *samples = NULL;
    om_strings *symbols = NULL;
    om_status status = om_tissues_open(&store, workdir, "store", data->data_set);
    if (status == OM_OK) {
        status = om_samples_read(&samples, store);
    }
    if (status == OM_OK) {
        data->samples = samples->names;
        data->patients = samples->patients;
        samples->names = NULL;
        samples->patients = NULL;
        status = om_h5ad_read_index(store, "var", &symbols);
    }
    if (status == OM_OK) {
        status = om_gene_union_add(catalog->genes, symbols);
    }
    om_strings_destroy(&symbols);
    om_samples_destroy(&samples);
    om_h5_close(&store);
    return status;
}

/* On the root. */
static om_status read_all(om_synthetic_catalog *catalog, const om_workdir *workdir) {
    OM_TRY(om_gene_union_create(&catalog->genes));
    for (int64_t i = 0; i < catalog->n_data; i++) {
        OM_TRY(read_data_set(catalog, &catalog->data[i], workdir));
    }
    return OM_OK;
}

static om_status share(om_synthetic_catalog *catalog, om_ctx *ctx) {
    OM_TRY(om_gene_union_share(ctx, 0, &catalog->genes));
    om_status status = OM_OK;
    for (int64_t i = 0; i < catalog->n_data; i++) {
        om_synthetic_data *data = &catalog->data[i];
        OM_TRY(om_broadcast_strings(ctx, 0, &data->samples));
        OM_TRY(om_broadcast_strings(ctx, 0, &data->patients));
        int64_t n_groups = om_strings_count(data->samples) * OM_SYNTHETIC_GROUPS;
        data->group_cells = om_calloc(n_groups, sizeof *data->group_cells);
        data->group_blocks = om_calloc(n_groups, sizeof *data->group_blocks);
        if (data->group_cells == NULL || data->group_blocks == NULL) {
            status = OM_MEMORY;
        }
    }
    return om_agree(ctx, status);
}

om_status om_synthetic_catalog_create(om_synthetic_catalog **out, om_ctx *ctx, const om_job *job,
                                      const om_workdir *workdir, const om_synthetic_use *use) {
    om_status status = allocate(out, job, use);
    if (status == OM_OK && om_context_is_root(ctx)) {
        status = read_all(*out, workdir);
    }
    status = om_agree(ctx, status);
    if (status == OM_OK) {
        status = share(*out, ctx);
    }
    if (status != OM_OK) {
        om_synthetic_catalog_destroy(out);
    }
    return status;
}

om_status om_synthetic_catalog_count(om_synthetic_catalog *catalog, om_ctx *ctx) {
    catalog->n_rows = 0;
    for (int64_t i = 0; i < catalog->n_data; i++) {
        om_synthetic_data *data = &catalog->data[i];
        int64_t n_groups = om_strings_count(data->samples) * OM_SYNTHETIC_GROUPS;
        OM_TRY(om_sum_i64(ctx, data->group_cells, n_groups));
        OM_TRY(om_sum_i64(ctx, data->group_blocks, n_groups));
        data->n_rows = 0;
        for (int64_t g = 0; g < n_groups; g++) {
            data->n_rows += data->group_blocks[g];
        }
        data->first_row = catalog->n_rows;
        catalog->n_rows += data->n_rows;
    }
    return OM_OK;
}
