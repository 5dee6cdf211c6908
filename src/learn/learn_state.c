#include "oncomark/learn_state.h"

#include "baseline_artefacts.h"
#include "baseline_comparison.h"
#include "crossval_plan.h"
#include "learn_size.h"
#include "oncomark/fold_result.h"
#include "oncomark/h5ad.h"
#include "oncomark/hallmark.h"
#include "oncomark/memory.h"
#include "oncomark/past.h"
#include "oncomark/transform.h"
#include "pca_artefacts.h"
#include "train_artefacts.h"

#include <mpi.h>

static int64_t smaller(int64_t a, int64_t b) {
    return a < b ? a : b;
}

om_training_size om_training_size_of(const om_feature_parameters *features,
                                     const om_train_parameters *train, int64_t n_genes) {
    om_training_size size = {.epochs = train->epochs, .n_blocks = train->batch / train->block};
    size.n_features = smaller(smaller(features->most_variable, n_genes), OM_MAX_FEATURES);
    size.n_weights =
        size.n_features * train->hidden + OM_N_HALLMARKS * train->head * (train->hidden + 1);
    return size;
}

static om_status read_shape(om_learn_state *state, const om_workdir *workdir) {
    om_h5 *file = NULL;
    char *path = om_workdir_path(workdir, "synthetic.h5ad");
    om_status status = path != NULL ? om_h5_open(&file, path) : OM_MEMORY;
    if (status == OM_OK) {
        status =
            om_h5ad_csr_shape(file, "X", &state->n_samples, &state->n_genes, &state->n_nonzeros);
    }
    om_h5_close(&file);
    om_free(path);
    return status;
}

/* The model's own split. */
static om_status read_model(om_learn_state *state, const om_sample_table *table, const om_job *job,
                            om_workdir *workdir) {
    om_train_key key = {.inputs = NULL};
    uint8_t *parts = om_calloc(table->n_samples, sizeof *parts);
    om_status status = parts != NULL ? OM_OK : OM_MEMORY;
    status = status == OM_OK ? om_split_assign(parts, table, &job->train, job->seed) : status;
    for (int64_t i = 0; i < table->n_samples && status == OM_OK; i++) {
        state->model.counts[parts[i]]++;
    }
    status = status == OM_OK ? om_train_key_make(&key, workdir, job) : status;
    state->model.is_done = status == OM_OK && om_train_is_current(&key, job);
    om_text_destroy(&key.inputs);
    om_free(parts);
    return status;
}

static bool settings_agree(const om_crossval_plan *plan) {
    for (int64_t i = 1; i < plan->n_settings; i++) {
        if (plan->settings[i].features.most_variable != plan->settings[0].features.most_variable) {
            return false;
        }
    }
    return true;
}

/* Whether the tables are those of the tasks as they are. */
static om_status read_collected(om_learn_state *state, const om_crossval_plan *plan,
                                const om_workdir *workdir) {
    static const char *const sections[] = {"features", "train", "crossval"};
    static const char *const tables[] = {"folds", "summary", "cross_hallmark", "calibration",
                                         "sweep"};
    om_text *lines = NULL;
    OM_TRY(om_text_create(&lines));
    om_status status = OM_OK;
    state->is_collected = true;
    for (int i = 0; i < 3 && status == OM_OK; i++) {
        status = om_job_describe(plan->job, sections[i], lines);
    }
    for (int64_t i = 0; i < plan->n_tasks && status == OM_OK && state->is_collected; i++) {
        char hex[OM_DIGEST_HEX];
        const char *artefact = plan->tasks[i].artefact;
        state->is_collected =
            plan->tasks[i].done && om_workdir_digest(workdir, artefact, hex) == OM_OK;
        status = state->is_collected ? om_text_add(lines, "%s: %s\n", artefact, hex) : OM_OK;
    }
    for (int i = 0; i < 5 && status == OM_OK && state->is_collected; i++) {
        char *name = om_format("crossval/%s.csv", tables[i]);
        status = name != NULL ? OM_OK : OM_MEMORY;
        state->is_collected = name != NULL && om_past_made_from(workdir, name, lines);
        om_free(name);
    }
    om_text_destroy(&lines);
    return status;
}

static om_status learn_from_done(om_learn_state *state, const om_crossval_plan *plan,
                                 const om_workdir *workdir) {
    double epochs = 0, n_done = 0;
    for (int64_t i = 0; i < plan->n_tasks; i++) {
        if (!plan->tasks[i].done) {
            continue;
        }
        om_fold_result *result = NULL;
        char *path = om_workdir_path(workdir, plan->tasks[i].artefact);
        om_status status = path != NULL ? om_fold_result_read(&result, path) : OM_MEMORY;
        om_free(path);
        OM_TRY(status);
        epochs += (double)result->n_epochs;
        n_done++;
        om_fold_result_destroy(&result);
    }
    state->mean_epochs = n_done > 0 ? epochs / n_done : 0;
    return OM_OK;
}

static om_status take_plan(om_learn_state *state, const om_crossval_plan *plan,
                           const om_workdir *workdir) {
    state->n_tasks = plan->n_tasks;
    state->tasks = om_calloc(plan->n_tasks, sizeof *state->tasks);
    if (state->tasks == NULL) {
        return OM_MEMORY;
    }
    for (int64_t i = 0; i < plan->n_tasks; i++) {
        const om_crossval_setting *setting = &plan->settings[i / plan->n_folds];
        const om_crossval_fold *fold = &plan->folds[i % plan->n_folds];
        state->tasks[i] = om_training_size_of(&setting->features, &setting->train, state->n_genes);
        state->tasks[i].is_done = plan->tasks[i].done;
        for (int part = 0; part < OM_N_PARTS; part++) {
            state->tasks[i].counts[part] = fold->counts[part];
        }
    }
    state->has_one_matrix = plan->job->crossval.group == OM_GROUP_NONE && settings_agree(plan);
    OM_TRY(learn_from_done(state, plan, workdir));
    return read_collected(state, plan, workdir);
}

/* Of what the job asks for. */
static om_status read_linear(om_learn_state *state, const om_crossval_plan *plan,
                             om_workdir *workdir) {
    const om_job *job = plan->job;
    OM_TRY(job->pca.run ? om_pca_is_done(&state->is_pca_done, job, workdir) : OM_OK);
    if (job->baseline.run) {
        OM_TRY(om_baseline_is_fitted(&state->is_baseline_done, job, workdir));
    }
    return state->is_baseline_done
               ? om_baseline_is_compared(&state->is_baseline_done, workdir, plan)
               : OM_OK;
}

static om_status read_all(om_learn_state *state, om_ctx *ctx, const om_job *job,
                          om_workdir *workdir) {
    om_crossval_plan *plan = NULL;
    om_sample_table *table = NULL;
    OM_TRY(read_shape(state, workdir));
    state->model = om_training_size_of(&job->features, &job->train, state->n_genes);
    om_status status = om_crossval_plan_create(&plan, ctx, job, workdir);
    /* Its own table may have permuted labels. */
    status = status == OM_OK ? om_sample_table_read(&table, ctx, plan->path) : status;
    status = status == OM_OK ? read_model(state, table, job, workdir) : status;
    status = status == OM_OK ? take_plan(state, plan, workdir) : status;
    status = status == OM_OK ? read_linear(state, plan, workdir) : status;
    om_sample_table_destroy(&table);
    om_crossval_plan_destroy(&plan);
    return status;
}

om_status om_learn_state_read(om_learn_state **out, const om_job *job, om_workdir *workdir) {
    om_ctx *ctx = NULL;
    om_log *quiet = om_log_create(false);
    om_learn_state *state = om_calloc(1, sizeof *state);
    *out = state;
    om_status status = state != NULL && quiet != NULL ? OM_OK : OM_MEMORY;
    status = status == OM_OK ? om_context_create(&ctx, MPI_COMM_SELF, quiet) : status;
    status = status == OM_OK ? read_all(state, ctx, job, workdir) : status;
    om_context_destroy(&ctx);
    om_log_destroy(&quiet);
    if (status != OM_OK) {
        om_learn_state_destroy(out);
    }
    return status;
}

void om_learn_state_destroy(om_learn_state **state) {
    if (*state != NULL) {
        om_free((*state)->tasks);
    }
    om_free(*state);
    *state = NULL;
}
