/* Data sets in 3CA layout -> store/<id>.h5ad. */
#include "cells/artefact.h"
#include "cells/store_write.h"
#include "cells/study_folder.h"
#include "oncomark/matrix_market.h"
#include "oncomark/memory.h"
#include "oncomark/partition.h"
#include "oncomark/stages.h"

#include <inttypes.h>
#include <string.h>

static const char stage_name[] = "ingest";

/* One data set on its way into the store. */
typedef struct ingestion {
    const om_data_set *data_set;
    om_artefact artefact;
    om_study_files *files; /* from here on: on the group's root only */
    om_study *study;
} ingestion;

/* Says which entry of the job file a fault of its folder belongs to. */
static om_status find_files(const om_job *job, const om_data_set *data_set,
                            om_study_files **files) {
    om_status status = om_study_files_find(files, data_set->path);
    if (status != OM_INPUT) {
        return status;
    }
    char *cause = om_strdup(om_error_message());
    if (cause != NULL) {
        status = om_fail(OM_INPUT, "%s (data set %s at %s:%ld)", cause, data_set->id, job->path,
                         data_set->line);
        om_free(cause);
    }
    return status;
}

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
    om_study_files_destroy(&item->files);
    om_study_destroy(&item->study);
}

/* Finds the files and describes them as the inputs of the artefact. */
static om_status fill_inputs(ingestion *item, const om_job *job) {
    const om_data_set *data_set = item->data_set;
    om_text *inputs = item->artefact.inputs;
    OM_TRY(find_files(job, data_set, &item->files));
    OM_TRY(om_text_add(inputs, "id: %s\nstudy: %s\ntissue: %s\nvalues: %s\n", data_set->id,
                       data_set->study, data_set->tissue, om_store_values_name(data_set->values)));
    return om_study_files_describe(item->files, inputs);
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
    om_mtx_header header = {0};
    om_status status = ingestion_begin(&item, data_set);
    if (status == OM_OK) {
        status = fill_inputs(&item, job);
    }
    if (status == OM_OK && !is_current(&item, workdir)) {
        *wanted = 1;
        status = om_mtx_header_read(item.files->matrix, &header);
        if (status == OM_OK) {
            status = om_study_load(&item.study, item.files, NULL);
        }
        if (status == OM_OK) {
            status = om_study_compare(item.study, item.files, &header);
        }
        *entries = header.entries;
    }
    ingestion_end(&item);
    return status;
}

/* On the group's root: the tables, and the matrix's path, which all ranks need. */
static om_status prepare(ingestion *item, om_ctx *group, const om_job *job, om_strings *path) {
    OM_TRY(fill_inputs(item, job));
    OM_TRY(om_study_load(&item->study, item->files, om_context_log(group)));
    return om_strings_add(path, item->files->matrix);
}

static om_status share_path(ingestion *item, om_ctx *group, const om_job *job,
                            const om_workdir *workdir, om_strings **path) {
    om_status status = OM_OK;
    if (om_context_is_root(group)) {
        status = om_strings_create(path);
        if (status == OM_OK) {
            status = prepare(item, group, job, *path);
        }
    }
    OM_TRY(om_artefact_check(&item->artefact, group, workdir, status));
    return om_broadcast_strings(group, 0, path);
}

/* The matrix, and whether it is still what was checked. */
static om_status read_counts(om_counts **counts, const ingestion *item, om_ctx *group,
                             const char *path, om_workdir *workdir) {
    int64_t parsed_bytes = 0;
    om_status status = item->data_set->values == OM_VALUES_COUNTS
                           ? om_mtx_read_integers(counts, group, path, &parsed_bytes)
                           : om_mtx_read(counts, group, path, &parsed_bytes);
    om_workdir_count(workdir, OM_COUNT_PARSED_BYTES, parsed_bytes);
    OM_TRY(status);
    if (om_context_is_root(group)) {
        om_mtx_header header = {.rows = (*counts)->n_genes, .columns = (*counts)->n_cells_total};
        status = om_study_compare(item->study, item->files, &header);
    }
    return om_agree(group, status);
}

static om_status write_store(const ingestion *item, om_ctx *group, const om_counts *counts,
                             om_workdir *workdir) {
    om_digest digest = {0};
    int64_t n_nonzeros = counts->indptr[counts->n_cells];
    om_workdir_count(workdir, OM_COUNT_NONZEROS, n_nonzeros);
    OM_TRY(om_sum_i64(group, &n_nonzeros, 1));
    OM_TRY(om_store_write(group, item->artefact.temporary, item->data_set, item->study, counts,
                          n_nonzeros, &digest));
    OM_TRY(om_artefact_commit(&item->artefact, group, workdir, digest));
    if (om_context_is_root(group)) {
        om_log_note(om_context_log(group),
                    "ingested %s: %" PRId64 " cells x %" PRId64 " genes, %" PRId64 " non-zeros",
                    item->data_set->id, counts->n_cells_total, counts->n_genes, n_nonzeros);
    }
    return OM_OK;
}

static om_status ingest(om_ctx *group, const om_job *job, const om_data_set *data_set,
                        om_workdir *workdir) {
    ingestion item;
    om_strings *path = NULL;
    om_counts *counts = NULL;
    om_status status = om_agree(group, ingestion_begin(&item, data_set));
    if (status == OM_OK) {
        status = share_path(&item, group, job, workdir, &path);
    }
    if (status == OM_OK && !item.artefact.current) {
        status = read_counts(&counts, &item, group, om_strings_get(path, 0), workdir);
        if (status == OM_OK) {
            status = write_store(&item, group, counts, workdir);
        }
    }
    om_counts_destroy(&counts);
    om_strings_destroy(&path);
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
        status = check(job, &job->data[i], workdir, &plan->entries[i], &plan->wanted[i]);
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
            status = ingest(om_partition_group(partition), job, &job->data[i], workdir);
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
