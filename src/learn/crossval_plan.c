#include "crossval_plan.h"

#include "crossval_key.h"
#include "oncomark/folds.h"
#include "oncomark/h5ad.h"
#include "oncomark/memory.h"
#include "oncomark/sweep.h"
#include "oncomark/transform.h"

#include <string.h>

void om_crossval_plan_destroy(om_crossval_plan **plan) {
    if (*plan == NULL) {
        return;
    }
    for (int64_t i = 0; (*plan)->settings != NULL && i < (*plan)->n_settings; i++) {
        om_free((*plan)->settings[i].name);
        om_free((*plan)->settings[i].inputs);
    }
    for (int64_t i = 0; (*plan)->folds != NULL && i < (*plan)->n_folds; i++) {
        om_free((*plan)->folds[i].name);
    }
    for (int64_t i = 0; (*plan)->tasks != NULL && i < (*plan)->n_tasks; i++) {
        om_free((*plan)->tasks[i].artefact);
    }
    om_free((*plan)->settings);
    om_free((*plan)->folds);
    om_free((*plan)->tasks);
    om_free((*plan)->path);
    om_sample_table_destroy(&(*plan)->table);
    om_free(*plan);
    *plan = NULL;
}

om_status om_crossval_parts(uint8_t *parts, const om_crossval_plan *plan, int64_t fold) {
    return om_folds_assign(parts, plan->table, &plan->job->crossval,
                           plan->job->train.split_validation, fold, plan->job->seed);
}

uint64_t om_crossval_seed(const om_crossval_plan *plan, int64_t fold) {
    om_digest digest = {{0, 0}};
    const int64_t identity[2] = {(int64_t)plan->job->seed, fold};
    om_digest_elements(&digest, "crossval", OM_I64, 0, identity, 2);
    return digest.lane[0];
}

om_crossval_selection om_crossval_selection_of(const om_crossval_plan *plan, int64_t task) {
    bool by_all = plan->job->crossval.group == OM_GROUP_NONE;
    return (om_crossval_selection){.fold = by_all ? -1 : task % plan->n_folds,
                                   .most_variable =
                                       plan->settings[task / plan->n_folds].features.most_variable};
}

int om_crossval_selection_compare(om_crossval_selection a, om_crossval_selection b) {
    if (a.fold != b.fold) {
        return a.fold < b.fold ? -1 : 1;
    }
    return (a.most_variable > b.most_variable) - (a.most_variable < b.most_variable);
}

int64_t om_crossval_most_features(const om_crossval_plan *plan, int64_t setting) {
    int64_t most = plan->settings[setting].features.most_variable;
    most = most < OM_MAX_FEATURES ? most : OM_MAX_FEATURES;
    return most < plan->n_genes ? most : plan->n_genes;
}

static om_status name_setting(om_crossval_setting *setting, const om_job *job, int64_t number) {
    om_text *text = NULL;
    OM_TRY(om_text_create(&text));
    om_status status = om_sweep_describe(job, number, text);
    if (status == OM_OK) {
        setting->name = om_strdup(om_text_get(text));
        status = setting->name != NULL ? OM_OK : OM_MEMORY;
    }
    if (status == OM_OK) {
        om_text_clear(text);
        status = om_crossval_key_setting(text, job, setting);
    }
    if (status == OM_OK) {
        setting->inputs = om_strdup(om_text_get(text));
        status = setting->inputs != NULL ? OM_OK : OM_MEMORY;
    }
    om_text_destroy(&text);
    return status;
}

static om_status plan_settings(om_crossval_plan *plan) {
    plan->n_settings = om_sweep_count(plan->job);
    plan->settings = om_calloc(plan->n_settings, sizeof *plan->settings);
    if (plan->settings == NULL) {
        return OM_MEMORY;
    }
    for (int64_t i = 0; i < plan->n_settings; i++) {
        om_crossval_setting *setting = &plan->settings[i];
        OM_TRY(om_sweep_setting(&setting->features, &setting->train, plan->job, i));
        OM_TRY(name_setting(setting, plan->job, i));
    }
    return OM_OK;
}

static om_status draw_fold(om_crossval_plan *plan, uint8_t *parts, int64_t fold) {
    om_crossval_fold *made = &plan->folds[fold];
    OM_TRY(om_folds_name(&made->name, plan->table, &plan->job->crossval, fold));
    OM_TRY(om_crossval_parts(parts, plan, fold));
    for (int64_t i = 0; i < plan->table->n_samples; i++) {
        made->counts[parts[i]]++;
    }
    return OM_OK;
}

static om_status plan_folds(om_crossval_plan *plan) {
    OM_TRY(om_folds_count(&plan->n_folds, plan->table, &plan->job->crossval));
    plan->folds = om_calloc(plan->n_folds, sizeof *plan->folds);
    uint8_t *parts = om_malloc(plan->table->n_samples, sizeof *parts);
    om_status status = plan->folds != NULL && parts != NULL ? OM_OK : OM_MEMORY;
    for (int64_t fold = 0; fold < plan->n_folds && status == OM_OK; fold++) {
        status = draw_fold(plan, parts, fold);
    }
    om_free(parts);
    return status;
}

static om_status plan_task(om_crossval_plan *plan, int64_t number) {
    om_crossval_task *task = &plan->tasks[number];
    om_text *text = NULL;
    OM_TRY(om_text_create(&text));
    om_status status = om_crossval_inputs(text, plan, number);
    if (status == OM_OK) {
        om_digest_text(om_text_get(text), (int64_t)om_text_length(text), task->key);
        status = om_crossval_key_artefact(&task->artefact, plan, number);
    }
    om_text_destroy(&text);
    return status;
}

static om_status plan_tasks(om_crossval_plan *plan) {
    plan->n_tasks = plan->n_settings * plan->n_folds;
    plan->tasks = om_calloc(plan->n_tasks, sizeof *plan->tasks);
    if (plan->tasks == NULL) {
        return OM_MEMORY;
    }
    for (int64_t i = 0; i < plan->n_tasks; i++) {
        OM_TRY(plan_task(plan, i));
    }
    return OM_OK;
}

/* Rank 0 judges for all: what was just written may reach other nodes late, and no rank may skip
 * what the others do. */
static om_status look_what_is_done(om_crossval_plan *plan, om_ctx *ctx, const om_workdir *workdir) {
    uint8_t *done = om_calloc(plan->n_tasks, sizeof *done);
    om_status status = om_agree(ctx, done != NULL ? OM_OK : OM_MEMORY);
    if (status == OM_OK) {
        for (int64_t i = 0; i < plan->n_tasks && om_context_is_root(ctx); i++) {
            const om_crossval_task *task = &plan->tasks[i];
            done[i] = om_workdir_is_current(workdir, task->artefact, task->key) ? 1 : 0;
        }
        status = om_broadcast(ctx, 0, done, plan->n_tasks);
    }
    for (int64_t i = 0; i < plan->n_tasks && status == OM_OK; i++) {
        plan->tasks[i].done = done[i] != 0;
    }
    om_free(done);
    return status;
}

/* From here on everything sees the shuffled labels: folds and features, too. */
static om_status permute_labels(const om_crossval_plan *plan) {
    if (!plan->job->crossval.permute_labels) {
        return OM_OK;
    }
    uint8_t *permuted = om_malloc(plan->table->n_samples, sizeof *permuted);
    om_status status = permuted != NULL ? OM_OK : OM_MEMORY;
    if (status == OM_OK) {
        status = om_folds_permute_labels(permuted, plan->table, plan->job->seed);
    }
    if (status == OM_OK) {
        memcpy(plan->table->label, permuted, (size_t)plan->table->n_samples);
    }
    om_free(permuted);
    return status;
}

/* On rank 0. */
static om_status look_at_samples(om_crossval_plan *plan, const om_workdir *workdir) {
    om_h5 *file = NULL;
    int64_t n_rows = 0, n_nonzeros = 0;
    OM_TRY(om_workdir_check_made_for(workdir, "synthetic.h5ad", plan->job, "synthetic"));
    OM_TRY(om_workdir_check_made_for(workdir, "synthetic.h5ad", plan->job, "threshold"));
    OM_TRY(om_workdir_digest(workdir, "synthetic.h5ad", plan->digest));
    OM_TRY(om_h5_open(&file, plan->path));
    om_status status = om_h5ad_csr_shape(file, "X", &n_rows, &plan->n_genes, &n_nonzeros);
    om_h5_close(&file);
    return status;
}

/* All that depends on the samples is the same on all ranks: so are its failures. */
static om_status fill(om_crossval_plan *plan, om_ctx *ctx, const om_workdir *workdir) {
    plan->path = om_workdir_path(workdir, "synthetic.h5ad");
    om_status status = plan->path != NULL ? OM_OK : OM_MEMORY;
    if (status == OM_OK && om_context_is_root(ctx)) {
        status = look_at_samples(plan, workdir);
    }
    OM_TRY(om_agree(ctx, status));
    OM_TRY(om_broadcast(ctx, 0, plan->digest, sizeof plan->digest));
    OM_TRY(om_broadcast(ctx, 0, &plan->n_genes, sizeof plan->n_genes));
    OM_TRY(om_sample_table_read(&plan->table, ctx, plan->path));
    status = permute_labels(plan);
    status = status == OM_OK ? plan_settings(plan) : status;
    status = status == OM_OK ? plan_folds(plan) : status;
    status = status == OM_OK ? plan_tasks(plan) : status;
    OM_TRY(om_agree(ctx, status));
    return look_what_is_done(plan, ctx, workdir);
}

om_status om_crossval_plan_create(om_crossval_plan **out, om_ctx *ctx, const om_job *job,
                                  const om_workdir *workdir) {
    om_crossval_plan *plan = om_calloc(1, sizeof *plan);
    *out = plan;
    om_status status = om_agree(ctx, plan != NULL ? OM_OK : OM_MEMORY);
    if (status == OM_OK) {
        plan->job = job;
        status = fill(plan, ctx, workdir);
    }
    if (status != OM_OK) {
        om_crossval_plan_destroy(out);
    }
    return status;
}

om_status om_crossval_describe(om_text *text, const om_crossval_plan *plan, int64_t task) {
    const char *setting = plan->settings[task / plan->n_folds].name;
    return om_text_add(text, "%s%s%s", setting, setting[0] != '\0' ? ", " : "",
                       plan->folds[task % plan->n_folds].name);
}
