#include "tissues.h"

#include "oncomark/h5ad.h"
#include "oncomark/memory.h"

static om_status fill(om_tissues *tissues, const om_job *job) {
    for (int64_t d = 0; d < job->n_data; d++) {
        const om_data_set *data_set = &job->data[d];
        int64_t tissue = om_strings_find(tissues->names, data_set->tissue);
        if (tissue < 0) {
            tissue = om_strings_count(tissues->names);
            OM_TRY(om_strings_add(tissues->names, data_set->tissue));
        }
        tissues->of_data[d] = tissue;
        if (data_set->role == OM_ROLE_TRAIN) {
            tissues->has_training[tissue] = 1;
        }
    }
    return OM_OK;
}

om_status om_tissues_create(om_tissues **out, const om_job *job) {
    om_tissues *tissues = om_calloc(1, sizeof *tissues);
    *out = tissues;
    if (tissues == NULL) {
        return OM_MEMORY;
    }
    tissues->of_data = om_calloc(job->n_data, sizeof *tissues->of_data);
    tissues->has_training = om_calloc(job->n_data, sizeof *tissues->has_training);
    om_status status = OM_MEMORY;
    if (tissues->of_data != NULL && tissues->has_training != NULL) {
        status = om_strings_create(&tissues->names);
    }
    if (status == OM_OK) {
        status = fill(tissues, job);
    }
    if (status != OM_OK) {
        om_tissues_destroy(out);
    }
    return status;
}

void om_tissues_destroy(om_tissues **tissues) {
    if (*tissues == NULL) {
        return;
    }
    om_strings_destroy(&(*tissues)->names);
    om_free((*tissues)->of_data);
    om_free((*tissues)->has_training);
    om_free(*tissues);
    *tissues = NULL;
}

om_status om_tissues_open(om_h5 **out, const om_workdir *workdir, const char *folder,
                          const om_data_set *data_set) {
    *out = NULL;
    om_status status = OM_MEMORY;
    char hex[OM_DIGEST_HEX];
    char *path = NULL;
    char *artefact = om_format("%s/%s.h5ad", folder, data_set->id);
    if (artefact != NULL) {
        status = om_workdir_digest(workdir, artefact, hex);
    }
    if (status == OM_OK) {
        path = om_workdir_path(workdir, artefact);
        status = path != NULL ? om_h5_open(out, path) : OM_MEMORY;
    }
    om_free(path);
    om_free(artefact);
    return status;
}

/* On one rank. */
static om_status read_weights(const om_job *job, const om_workdir *workdir, const om_role *role,
                              int64_t *weights) {
    for (int64_t d = 0; d < job->n_data; d++) {
        if (role != NULL && job->data[d].role != *role) {
            continue;
        }
        om_h5 *store = NULL;
        int64_t n_rows = 0;
        int64_t n_columns = 0;
        OM_TRY(om_tissues_open(&store, workdir, "store", &job->data[d]));
        om_status status = om_h5ad_csr_shape(store, "X", &n_rows, &n_columns, &weights[d]);
        om_h5_close(&store);
        OM_TRY(status);
    }
    return OM_OK;
}

om_status om_tissues_partition(om_partition **out, const om_tissues *tissues, om_ctx *ctx,
                               const om_job *job, const om_workdir *workdir, const om_role *role,
                               int64_t *weights) {
    *out = NULL;
    int64_t n_tissues = om_strings_count(tissues->names);
    for (int64_t d = 0; d < job->n_data; d++) {
        weights[d] = 0;
    }
    int64_t *sums = om_calloc(n_tissues, sizeof *sums);
    om_status status = sums != NULL ? OM_OK : OM_MEMORY;
    if (status == OM_OK && om_context_is_root(ctx)) {
        status = read_weights(job, workdir, role, weights);
    }
    status = om_agree(ctx, status);
    if (status == OM_OK) {
        status = om_broadcast(ctx, 0, weights, job->n_data * (int64_t)sizeof *weights);
    }
    for (int64_t d = 0; d < job->n_data && status == OM_OK; d++) {
        sums[tissues->of_data[d]] += weights[d];
    }
    if (status == OM_OK) {
        status = om_partition_create(out, ctx, n_tissues, sums);
    }
    om_free(sums);
    return status;
}

static om_status describe_samples(om_text *text, const char *what, const om_strings *samples) {
    int64_t n = samples != NULL ? om_strings_count(samples) : 0;
    for (int64_t i = 0; i < n; i++) {
        OM_TRY(om_text_add(text, "%s\"%s\"", i == 0 ? what : ", ", om_strings_get(samples, i)));
    }
    return OM_OK;
}

om_status om_tissues_describe(const om_job *job, om_role role, om_text *text) {
    for (int64_t d = 0; d < job->n_data; d++) {
        const om_data_set *data_set = &job->data[d];
        if (data_set->role != role) {
            continue;
        }
        OM_TRY(om_text_add(text, "%s data %s: of \"%s\", study \"%s\"",
                           role == OM_ROLE_TRAIN ? "training" : "validation", data_set->id,
                           data_set->tissue, data_set->study));
        if (role == OM_ROLE_VALIDATE && data_set->threshold_tissue != NULL) {
            OM_TRY(om_text_add(text, ", thresholds of \"%s\"", data_set->threshold_tissue));
        }
        OM_TRY(describe_samples(text, ", only ", data_set->include_samples));
        OM_TRY(describe_samples(text, ", without ", data_set->exclude_samples));
        OM_TRY(om_text_add(text, "\n"));
    }
    return om_job_describe(job, "exclude_where", text);
}
