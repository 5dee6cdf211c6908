#include "baseline_comparison.h"

#include "baseline_artefacts.h"
#include "baseline_folds.h"
#include "baseline_network.h"
#include "baseline_profiles.h"
#include "oncomark/choice_name.h"
#include "oncomark/file_stamp.h"
#include "oncomark/memory.h"
#include "same_arithmetic.h"
#include "text_artefact.h"

#include <inttypes.h>

static const char comparison_name[] = "baseline/comparison.csv";
static const char model_name[] = "model.h5";
static const char test_name[] = "test.csv";
static const char pooled_name[] = "validate/pooled.h5ad";

enum { N_LOSSES = 2 };
static const om_loss losses[N_LOSSES] = {OM_LOSS_MASKED, OM_LOSS_PUBLISHED};

/* What there is to compare; the same on all ranks. */
typedef struct available {
    uint8_t model;
    uint8_t test;               /* test.csv */
    uint8_t pooled;             /* pooled samples of the job's external studies */
    uint8_t bulk;               /* profiles that the model can predict */
    int64_t settings[N_LOSSES]; /* of the plan, by loss; -1: none is done */
} available;

/* What the steps hand on. */
typedef struct comparison {
    om_ctx *ctx;
    om_workdir *workdir;
    const om_crossval_plan *plan;
    const om_job *job;
    om_text *inputs; /* on the root, as the table */
    om_text *csv;
    available has;
    om_ridge_model *ridge;
    om_model *model;
} comparison;

static void release(comparison *work) {
    om_text_destroy(&work->csv);
    om_text_destroy(&work->inputs);
    om_ridge_model_destroy(&work->ridge);
    om_model_destroy(&work->model);
}

static bool has_external(const om_job *job) {
    for (int64_t d = 0; d < job->n_data; d++) {
        if (job->data[d].role == OM_ROLE_VALIDATE) {
            return true;
        }
    }
    return false;
}

static om_status add_digest(comparison *work, const char *artefact) {
    char hex[OM_DIGEST_HEX];
    OM_TRY(om_workdir_digest(work->workdir, artefact, hex));
    return om_text_add(work->inputs, "%s: %s\n", artefact, hex);
}

static om_status add_if(comparison *work, bool is_there, const char *artefact) {
    return is_there ? add_digest(work, artefact)
                    : om_text_add(work->inputs, "%s: none\n", artefact);
}

static om_status add_setting(comparison *work, int64_t setting) {
    const om_crossval_plan *plan = work->plan;
    for (int64_t fold = 0; fold < plan->n_folds && setting >= 0; fold++) {
        OM_TRY(add_digest(work, plan->tasks[setting * plan->n_folds + fold].artefact));
    }
    return OM_OK;
}

static om_status add_bulk(comparison *work) {
    const om_validate_parameters *validate = &work->job->validate;
    OM_TRY(om_job_describe(work->job, "validate.bulk", work->inputs));
    OM_TRY(om_job_describe(work->job, "validate.others", work->inputs));
    for (int64_t s = 0; s < validate->n_bulk; s++) {
        const om_bulk_set *set = &validate->bulk[s];
        bool is_matrix = false;
        OM_TRY(om_baseline_bulk_is_matrix(&is_matrix, set));
        work->has.bulk = is_matrix ? 1 : work->has.bulk;
        OM_TRY(om_file_stamp(work->inputs, set->name, set->path));
        OM_TRY(om_file_stamp(work->inputs, "gene_map", set->gene_map));
        OM_TRY(om_file_stamp(work->inputs, "classes", set->classes));
    }
    return OM_OK;
}

/* On the root: what there is, and what the table depends on. */
static om_status look(comparison *work) {
    char hex[OM_DIGEST_HEX];
    available *has = &work->has;
    has->model = om_baseline_is_trained(work->workdir, work->job, model_name) ? 1 : 0;
    has->test = om_baseline_is_trained(work->workdir, work->job, test_name) ? 1 : 0;
    has->pooled =
        has_external(work->job) && om_workdir_digest(work->workdir, pooled_name, hex) == OM_OK ? 1
                                                                                               : 0;
    OM_TRY(om_text_create(&work->inputs));
    OM_TRY(om_text_create(&work->csv));
    OM_TRY(om_text_add(work->inputs, "stage: %s\ntable: comparison\n", om_baseline_stage));
    OM_TRY(om_job_describe(work->job, "train.loss", work->inputs));
    OM_TRY(add_digest(work, OM_BASELINE_MODEL_NAME));
    OM_TRY(add_digest(work, OM_BASELINE_FOLDS_NAME));
    OM_TRY(add_if(work, has->model == 1, model_name));
    OM_TRY(add_if(work, has->test == 1, test_name));
    OM_TRY(add_if(work, has->pooled == 1, pooled_name));
    for (int i = 0; i < N_LOSSES; i++) {
        OM_TRY(om_baseline_find_setting(&has->settings[i], work->plan, losses[i]));
        OM_TRY(add_setting(work, has->settings[i]));
    }
    return add_bulk(work);
}

static om_status read_models(comparison *work) {
    char *ridge = om_workdir_path(work->workdir, OM_BASELINE_MODEL_NAME);
    char *model = om_workdir_path(work->workdir, model_name);
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

static void say_missing(const comparison *work) {
    om_log *log = om_context_log(work->ctx);
    const available *has = &work->has;
    bool wants_pooled = has_external(work->job), wants_bulk = has->bulk == 1;
    if (has->model == 0) {
        om_log_info(log,
                    "baseline: left out the network on the test part%s: there is no model of these "
                    "samples, which `oncomark train` makes",
                    wants_pooled || wants_bulk ? ", and both methods on other data" : "");
    } else if (has->test == 0 && work->ridge->n_test > 0) {
        om_log_info(log, "baseline: left out the network on the test part: `oncomark train` makes "
                         "test.csv");
    }
    if (has->settings[0] < 0 && has->settings[1] < 0) {
        om_log_info(log, "baseline: left out the network on folds: `oncomark crossval` trains it "
                         "on them");
    }
    if (wants_pooled && has->pooled == 0) {
        om_log_info(log, "baseline: left out external studies: `oncomark validate` pools their "
                         "samples");
    }
}

static om_status add_network(comparison *work, om_loss loss, const char *data,
                             const om_baseline_figures figures[OM_N_HALLMARKS]) {
    char *method = om_format("network (%s)", om_loss_name(loss));
    om_status status = method != NULL ? OM_OK : OM_MEMORY;
    if (status == OM_OK) {
        status = om_comparison_add(work->csv, om_context_log(work->ctx), method, data, figures);
    }
    om_free(method);
    return status;
}

static om_status add_ridge(comparison *work, const char *data,
                           const om_baseline_figures figures[OM_N_HALLMARKS]) {
    return om_comparison_add(work->csv, om_context_log(work->ctx), "ridge", data, figures);
}

/* Root, as what follows. */
static om_status add_test(comparison *work) {
    const om_ridge_model *ridge = work->ridge;
    om_baseline_figures figures[OM_N_HALLMARKS] = {{0}};
    if (ridge->n_test == 0) {
        return OM_OK;
    }
    OM_TRY(om_baseline_figures_decide(figures, ridge->test_decision, ridge->test_task,
                                      ridge->test_label, ridge->n_test));
    OM_TRY(add_ridge(work, "test", figures));
    if (work->has.test == 0) {
        return OM_OK;
    }
    char *path = om_workdir_path(work->workdir, test_name);
    om_status status = path != NULL ? om_baseline_network_test(figures, path) : OM_MEMORY;
    om_free(path);
    return status == OM_OK ? add_network(work, work->job->train.loss, "test", figures) : status;
}

static om_status add_folds(comparison *work) {
    om_baseline_figures figures[OM_N_HALLMARKS] = {{0}};
    char *path = om_workdir_path(work->workdir, OM_BASELINE_FOLDS_NAME);
    om_status status = path != NULL ? om_baseline_folds_read(figures, path) : OM_MEMORY;
    om_free(path);
    status = status == OM_OK ? add_ridge(work, "folds", figures) : status;
    for (int i = 0; i < N_LOSSES && status == OM_OK; i++) {
        int64_t setting = work->has.settings[i];
        if (setting >= 0) {
            status = om_baseline_network_folds(figures, work->plan, work->workdir, setting);
            status = status == OM_OK ? add_network(work, losses[i], "folds", figures) : status;
        }
    }
    return status;
}

static om_status add_pair(comparison *work, const char *data, const om_baseline_pair *pair) {
    OM_TRY(add_ridge(work, data, pair->ridge));
    return add_network(work, work->job->train.loss, data, pair->network);
}

/* Collective, as what follows. */
static om_status add_external(comparison *work) {
    om_baseline_pair pair = {.ridge = {{0}}};
    om_baseline_methods methods = methods_of(work);
    char *path = om_workdir_path(work->workdir, pooled_name);
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
    say_missing(work);
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
