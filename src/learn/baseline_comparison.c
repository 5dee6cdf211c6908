#include "baseline_comparison.h"

#include "baseline_artefacts.h"
#include "baseline_available.h"
#include "baseline_folds.h"
#include "baseline_network.h"
#include "baseline_profiles.h"
#include "oncomark/memory.h"
#include "same_arithmetic.h"
#include "text_artefact.h"

#include <string.h>

static const char comparison_name[] = "baseline/comparison.csv";

static const char *const network_names[] = {
    [OM_LOSS_MASKED] = "network (masked)",
    [OM_LOSS_PUBLISHED] = "network (published)",
};

/* What the steps hand on. */
typedef struct comparison {
    om_ctx *ctx;
    om_workdir *workdir;
    const om_crossval_plan *plan;
    const om_job *job;
    om_text *inputs; /* on the root, as the table */
    om_text *csv;
    om_baseline_available has;
    om_ridge_model *ridge;
    om_model *model;
} comparison;

static void release(comparison *work) {
    om_text_destroy(&work->csv);
    om_text_destroy(&work->inputs);
    om_ridge_model_destroy(&work->ridge);
    om_model_destroy(&work->model);
}

/* On the root. */
static om_status look(comparison *work) {
    OM_TRY(om_text_create(&work->inputs));
    OM_TRY(om_text_create(&work->csv));
    return om_baseline_look(&work->has, work->inputs, work->workdir, work->plan);
}

static om_status read_models(comparison *work) {
    char *ridge = om_workdir_path(work->workdir, OM_BASELINE_MODEL_NAME);
    char *model = om_workdir_path(work->workdir, OM_BASELINE_NETWORK_NAME);
    om_status status = ridge != NULL && model != NULL ? OM_OK : OM_MEMORY;
    status = status == OM_OK ? om_ridge_model_read(&work->ridge, ridge) : status;
    if (status == OM_OK && work->has.model == 1) {
        status = om_model_read(&work->model, model);
    }
    om_free(model);
    om_free(ridge);
    return status;
}

static om_baseline_methods methods_of(const comparison *work) {
    return (om_baseline_methods){.ridge = work->ridge, .network = work->model};
}

/* A model of earlier samples has the parameters of this job, but not its scaling. */
static void drop_stale_model(comparison *work) {
    om_baseline_methods methods = methods_of(work);
    if (work->has.model == 1 && !om_baseline_methods_agree(&methods)) {
        work->has.model = 0;
        work->has.test = 0;
    }
}

static om_status add_methods(comparison *work, const char *data, const om_compared_method *methods,
                             int n_methods) {
    return om_comparison_add(work->csv, om_context_log(work->ctx), data, methods, n_methods);
}

static om_status read_test(om_baseline_figures out[OM_N_HALLMARKS], const comparison *work) {
    char *path = om_workdir_path(work->workdir, OM_BASELINE_TEST_NAME);
    om_status status = path != NULL ? om_baseline_network_test(out, path) : OM_MEMORY;
    om_free(path);
    return status;
}

/* Root, as what follows. */
static om_status add_test(comparison *work) {
    const om_ridge_model *ridge = work->ridge;
    om_compared_method methods[] = {{.name = "ridge"},
                                    {.name = network_names[work->job->train.loss]}};
    if (ridge->n_test == 0) {
        return OM_OK;
    }
    OM_TRY(om_baseline_figures_decide(methods[0].figures, ridge->test_decision, ridge->test_task,
                                      ridge->test_label, ridge->n_test));
    if (work->has.test == 1) {
        OM_TRY(read_test(methods[1].figures, work));
    }
    return add_methods(work, "test", methods, work->has.test == 1 ? 2 : 1);
}

/* Of up to three methods on the folds. */
typedef struct fold_figures {
    const char *names[OM_MOST_COMPARED];
    om_baseline_figures *all[OM_MOST_COMPARED]; /* each [n_folds x 10] */
    int n_methods;
} fold_figures;

static om_baseline_figures *begin_method(fold_figures *folds, const char *name, int64_t n_folds) {
    om_baseline_figures *all = om_calloc(n_folds * OM_N_HALLMARKS, sizeof *all);
    if (all != NULL) {
        folds->names[folds->n_methods] = name;
        folds->all[folds->n_methods++] = all;
    }
    return all;
}

static om_status read_folds(fold_figures *folds, const comparison *work) {
    const om_crossval_plan *plan = work->plan;
    om_baseline_figures *all = begin_method(folds, "ridge", plan->n_folds);
    char *path = om_workdir_path(work->workdir, OM_BASELINE_FOLDS_NAME);
    om_status status =
        all != NULL && path != NULL ? om_baseline_folds_read(all, path, plan->n_folds) : OM_MEMORY;
    om_free(path);
    for (int i = 0; i < OM_BASELINE_LOSSES && status == OM_OK; i++) {
        int64_t setting = work->has.settings[i];
        if (setting >= 0) {
            all = begin_method(folds, network_names[om_baseline_losses[i]], plan->n_folds);
            status = all != NULL ? om_baseline_network_folds(all, plan, work->workdir, setting)
                                 : OM_MEMORY;
        }
    }
    return status;
}

/* Means over the folds in which all methods have the figure. */
static om_status add_fold_means(comparison *work, const fold_figures *folds) {
    om_compared_method methods[OM_MOST_COMPARED];
    for (int k = 0; k < OM_N_HALLMARKS; k++) {
        om_baseline_figures means[OM_MOST_COMPARED];
        const om_baseline_figures *of_hallmark[OM_MOST_COMPARED] = {NULL};
        for (int m = 0; m < folds->n_methods; m++) {
            of_hallmark[m] = folds->all[m] + k;
        }
        om_baseline_figures_means(means, of_hallmark, folds->n_methods, work->plan->n_folds,
                                  OM_N_HALLMARKS);
        for (int m = 0; m < folds->n_methods; m++) {
            methods[m].name = folds->names[m];
            methods[m].figures[k] = means[m];
        }
    }
    return add_methods(work, "folds", methods, folds->n_methods);
}

static om_status add_folds(comparison *work) {
    fold_figures folds = {.n_methods = 0};
    om_status status = read_folds(&folds, work);
    status = status == OM_OK ? add_fold_means(work, &folds) : status;
    for (int m = 0; m < folds.n_methods; m++) {
        om_free(folds.all[m]);
    }
    return status;
}

static om_status add_pair(comparison *work, const char *data, const om_baseline_pair *pair) {
    om_compared_method methods[] = {{.name = "ridge"},
                                    {.name = network_names[work->job->train.loss]}};
    memcpy(methods[0].figures, pair->ridge, sizeof pair->ridge);
    memcpy(methods[1].figures, pair->network, sizeof pair->network);
    return add_methods(work, data, methods, 2);
}

/* Collective, as what follows. */
static om_status add_external(comparison *work) {
    om_baseline_pair pair = {.ridge = {{0}}};
    om_baseline_methods methods = methods_of(work);
    char *path = om_workdir_path(work->workdir, OM_BASELINE_POOLED_NAME);
    om_status status = om_agree(work->ctx, path != NULL ? OM_OK : OM_MEMORY);
    status = status == OM_OK ? om_baseline_external(&pair, work->ctx, &methods, path) : status;
    om_free(path);
    OM_TRY(status);
    bool is_root = om_context_is_root(work->ctx);
    return om_agree(work->ctx, is_root ? add_pair(work, "external", &pair) : OM_OK);
}

static om_status add_bulk_profiles(comparison *work) {
    om_baseline_pair pair = {.ridge = {{0}}};
    om_baseline_methods methods = methods_of(work);
    OM_TRY(om_baseline_bulk(&pair, work->ctx, &methods, work->job));
    bool is_root = om_context_is_root(work->ctx);
    return om_agree(work->ctx, is_root ? add_pair(work, "bulk", &pair) : OM_OK);
}

static om_status add_other_data(comparison *work) {
    OM_TRY(om_check_same_arithmetic(work->ctx, om_baseline_stage));
    if (work->has.pooled == 1) {
        OM_TRY(add_external(work));
    }
    return work->has.bulk == 1 ? add_bulk_profiles(work) : OM_OK;
}

/* Root. */
static om_status add_samples(comparison *work) {
    OM_TRY(om_comparison_begin(work->csv));
    OM_TRY(add_test(work));
    return add_folds(work);
}

static om_status make_table(comparison *work, const om_text_origin *origin) {
    om_ctx *ctx = work->ctx;
    bool is_root = om_context_is_root(ctx);
    OM_TRY(om_agree(ctx, read_models(work)));
    drop_stale_model(work);
    OM_TRY(om_agree(ctx, is_root ? add_samples(work) : OM_OK));
    if (work->has.model == 1) {
        OM_TRY(add_other_data(work));
    }
    om_baseline_say_missing(om_context_log(ctx), &work->has, work->job, work->ridge->n_test > 0);
    return om_agree(ctx,
                    is_root ? om_text_artefact_commit(origin, comparison_name, work->csv) : OM_OK);
}

om_status om_baseline_compare(bool *did_work, om_ctx *ctx, om_workdir *workdir,
                              const om_crossval_plan *plan) {
    static const char *const artefacts[] = {comparison_name};
    comparison work = {.ctx = ctx, .workdir = workdir, .plan = plan, .job = plan->job};
    bool current = false;
    om_status status = om_agree(ctx, om_context_is_root(ctx) ? look(&work) : OM_OK);
    const om_text_origin origin = {
        .workdir = workdir, .stage = om_baseline_stage, .inputs = work.inputs};
    status =
        status == OM_OK ? om_artefacts_look(&current, ctx, &origin, OM_OK, artefacts, 1) : status;
    status = status == OM_OK ? om_broadcast(ctx, 0, &work.has, sizeof work.has) : status;
    if (status == OM_OK && !current) {
        status = make_table(&work, &origin);
    }
    *did_work = !current;
    release(&work);
    return status;
}

om_status om_baseline_is_compared(bool *done, om_workdir *workdir, const om_crossval_plan *plan) {
    comparison work = {.workdir = workdir, .plan = plan, .job = plan->job};
    om_status status = look(&work);
    if (status == OM_OK) {
        const om_text_origin origin = {
            .workdir = workdir, .stage = om_baseline_stage, .inputs = work.inputs};
        *done = om_text_artefact_is_current(&origin, comparison_name);
    }
    release(&work);
    return status;
}
