/* Data sets in whatever format -> store/<id>.h5ad. */
#include "cells/artefact.h"
#include "cells/store_fill.h"
#include "cells/store_write.h"
#include "cells/study.h"
#include "oncomark/memory.h"
#include "oncomark/partition.h"
#include "oncomark/stages.h"
#include "oncomark/stop.h"

#include <inttypes.h>
#include <string.h>

static const char stage_name[] = "ingest";

/* One data set on its way into the store. */
typedef struct ingestion {
    const om_data_set *data_set;
    om_artefact artefact;
    om_study_place *place; /* this and `study` on the group's root only */
    om_study *study;
    om_matrix_place *matrix;
} ingestion;

static om_status ingestion_begin(ingestion *item, const om_data_set *data_set) {
    *item = (ingestion){.data_set = data_set};
    char *name = om_format("store/%s.h5ad", data_set->id);
    om_status status =
        name == NULL ? OM_MEMORY : om_artefact_begin(&item->artefact, stage_name, name);
    om_free(name);
    return status;
}

static void ingestion_end(ingestion *item) {
    om_artefact_end(&item->artefact);
    om_study_place_destroy(&item->place);
    om_study_destroy(&item->study);
    om_study_matrix_destroy(&item->matrix);
}

/* Finds the files and describes them as the inputs of the artefact. */
static om_status fill_inputs(ingestion *item, const om_job *job) {
    const om_data_set *data_set = item->data_set;
    om_text *inputs = item->artefact.inputs;
    OM_TRY(om_study_find_of_job(&item->place, job, data_set));
    OM_TRY(om_text_add(inputs, "id: %s\nstudy: %s\ntissue: %s\nvalues: %s\n", data_set->id,
                       data_set->study, data_set->tissue, om_store_values_name(data_set->values)));
    OM_TRY(om_job_describe(job, "store", inputs));
    return om_study_describe(item->place, inputs);
}

static bool is_current(const ingestion *item, const om_workdir *workdir) {
    char key[OM_DIGEST_HEX];
    const om_text *inputs = item->artefact.inputs;
    om_digest_text(om_text_get(inputs), (int64_t)om_text_length(inputs), key);
    return om_workdir_is_current(workdir, item->artefact.name, key);
}

/* Headers and sizes; *entries: 0 where the store is current. Local. */
static om_status check(const om_job *job, const om_data_set *data_set, const om_workdir *workdir,
                       int64_t *entries, int64_t *wanted) {
    ingestion item;
    om_status status = ingestion_begin(&item, data_set);
    if (status == OM_OK) {
        status = fill_inputs(&item, job);
    }
    if (status == OM_OK && !is_current(&item, workdir)) {
        *wanted = 1;
        status = om_study_load(&item.study, item.place, NULL);
        *entries = status == OM_OK ? item.study->matrix->n_nonzeros : 0;
    }
    ingestion_end(&item);
    return status;
}

static om_status make_store(ingestion *item, om_ctx *group, const om_job *job,
                            om_workdir *workdir) {
    om_store_result made;
    bool is_root = om_context_is_root(group);
    om_status loaded =
        is_root ? om_study_load(&item->study, item->place, om_context_log(group)) : OM_OK;
    OM_TRY(om_agree(group, loaded));
    OM_TRY(om_study_share_matrix(&item->matrix, group, item->study));
    const om_store_source source = {.data_set = item->data_set,
                                    .study = item->study,
                                    .place = item->matrix,
                                    .compression = job->store.compression,
                                    .memory = job->memory_limit / 2};
    om_status status = om_store_fill(&made, group, item->artefact.temporary, &source);
    om_workdir_count(workdir, OM_COUNT_PARSED_BYTES, made.parsed_bytes);
    om_workdir_count(workdir, OM_COUNT_NONZEROS, made.n_nonzeros);
    OM_TRY(status);
    OM_TRY(om_artefact_commit(&item->artefact, group, workdir, made.digest));
    OM_TRY(om_sum_i64(group, &made.n_nonzeros, 1));
    if (is_root) {
        om_log_note(om_context_log(group),
                    "ingested %s: %" PRId64 " cells x %" PRId64 " genes, %" PRId64 " non-zeros",
                    item->data_set->id, item->matrix->n_cells, item->matrix->n_kept,
                    made.n_nonzeros);
    }
    return OM_OK;
}

static om_status ingest(om_ctx *group, const om_job *job, const om_data_set *data_set,
                        om_workdir *workdir) {
    ingestion item;
    om_status status = om_agree(group, ingestion_begin(&item, data_set));
    if (status == OM_OK) {
        status = om_context_is_root(group) ? fill_inputs(&item, job) : OM_OK;
        status = om_artefact_check(&item.artefact, group, workdir, status);
    }
    if (status == OM_OK && !item.artefact.current) {
        status = make_store(&item, group, job, workdir);
    }
    ingestion_end(&item);
    return status;
}

/* What there is to do. */
typedef struct ingest_plan {
    int64_t n_tissues;
    int64_t *tissue;  /* [n_data] index, by first appearance in the job */
    int64_t *weights; /* [n_tissues] entries to read */
    int64_t *entries; /* [n_data], 0 where the store is current */
    int64_t *wanted;  /* [n_data] 1 where the store has to be made */
} ingest_plan;

static void plan_release(ingest_plan *plan) {
    om_free(plan->tissue);
    om_free(plan->weights);
    om_free(plan->entries);
    om_free(plan->wanted);
}

static om_status plan_create(ingest_plan *plan, const om_job *job) {
    *plan = (ingest_plan){0};
    plan->tissue = om_calloc(job->n_data, sizeof *plan->tissue);
    plan->weights = om_calloc(job->n_data, sizeof *plan->weights);
    plan->entries = om_calloc(job->n_data, sizeof *plan->entries);
    plan->wanted = om_calloc(job->n_data, sizeof *plan->wanted);
    if (plan->tissue == NULL || plan->weights == NULL || plan->entries == NULL ||
        plan->wanted == NULL) {
        return OM_MEMORY;
    }
    for (int64_t i = 0; i < job->n_data; i++) {
        int64_t same = 0;
        while (strcmp(job->data[same].tissue, job->data[i].tissue) != 0) {
            same++;
        }
        plan->tissue[i] = same < i ? plan->tissue[same] : plan->n_tissues++;
    }
    return OM_OK;
}

/* Every rank checks some of the data sets; all know the outcome. */
static om_status check_all(ingest_plan *plan, om_ctx *ctx, const om_job *job,
                           const om_workdir *workdir) {
    om_status status = OM_OK;
    for (int64_t i = om_context_rank(ctx); status == OM_OK && i < job->n_data;
         i += om_context_size(ctx)) {
        status = om_stop_poll(ctx);
        if (status == OM_OK) {
            status = check(job, &job->data[i], workdir, &plan->entries[i], &plan->wanted[i]);
        }
    }
    OM_TRY(om_agree(ctx, status));
    OM_TRY(om_sum_i64(ctx, plan->entries, job->n_data));
    OM_TRY(om_sum_i64(ctx, plan->wanted, job->n_data));
    for (int64_t i = 0; i < job->n_data; i++) {
        plan->weights[plan->tissue[i]] += plan->entries[i];
    }
    return OM_OK;
}

static om_status ingest_all(const ingest_plan *plan, om_ctx *ctx, const om_job *job,
                            om_workdir *workdir) {
    om_partition *partition = NULL;
    OM_TRY(om_partition_create(&partition, ctx, plan->n_tissues, plan->weights));
    om_status status = OM_OK;
    for (int64_t i = 0; status == OM_OK && i < job->n_data; i++) {
        if (plan->wanted[i] > 0 && om_partition_has(partition, plan->tissue[i])) {
            om_ctx *group = om_partition_group(partition);
            status = om_stop_check(group);
            status = status == OM_OK ? ingest(group, job, &job->data[i], workdir) : status;
        }
    }
    status = om_agree(ctx, status);
    om_partition_destroy(&partition);
    return status;
}

om_status om_stage_ingest(om_ctx *ctx, const om_job *job, om_workdir *workdir) {
    ingest_plan plan = {0};
    int64_t n_wanted = 0;
    OM_TRY(om_workdir_stage_begin(workdir, stage_name));
    om_status status = om_agree(ctx, plan_create(&plan, job));
    if (status == OM_OK) {
        status = check_all(&plan, ctx, job, workdir);
    }
    for (int64_t i = 0; status == OM_OK && i < job->n_data; i++) {
        n_wanted += plan.wanted[i];
    }
    if (status == OM_OK && n_wanted > 0) {
        status = ingest_all(&plan, ctx, job, workdir);
    }
    plan_release(&plan);
    OM_TRY(status);
    return om_workdir_stage_end(workdir, n_wanted > 0);
}
