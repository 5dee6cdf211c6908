/* The plan of a cross-validation, and how long it will take, for people to read. */
#include "oncomark/stages.h"

#include "crossval_forecast.h"
#include "oncomark/fold_result.h"
#include "oncomark/h5ad.h"
#include "oncomark/memory.h"
#include "oncomark/transform.h"

#include <inttypes.h>
#include <math.h>

/* Seconds that all measurements together may take, and the least that one is given. */
static const double all_measurements = 1;
static const double one_measurement = 0.02;

enum { MOST_RANKS = 1 << 16 };

/* What finished tasks tell about the others. */
typedef struct experience {
    int64_t n_done;
    double epochs;       /* mean of finished tasks */
    int64_t *n_features; /* [n_settings] of finished tasks alike, else the most that there can be */
    bool is_bound;       /* some of these are bounds */
    double *row_seconds; /* [n_settings] of a training row on one rank */
} experience;

static void release(experience *known) {
    om_free(known->n_features);
    om_free(known->row_seconds);
}

static om_status bound_features(experience *known, const om_crossval_plan *plan) {
    om_h5 *file = NULL;
    int64_t n_rows = 0, n_genes = 0, n_nonzeros = 0;
    om_status status = om_h5_open(&file, plan->path);
    if (status == OM_OK) {
        status = om_h5ad_csr_shape(file, "X", &n_rows, &n_genes, &n_nonzeros);
    }
    om_h5_close(&file);
    for (int64_t i = 0; i < plan->n_settings && status == OM_OK; i++) {
        int64_t most = plan->settings[i].features.most_variable;
        most = most < OM_MAX_FEATURES ? most : OM_MAX_FEATURES;
        known->n_features[i] = most < n_genes ? most : n_genes;
    }
    return status;
}

/* Takes in one finished task; it tells the features of all settings that select as many. */
static om_status learn_from(experience *known, bool *seen, const om_crossval_plan *plan,
                            const om_workdir *workdir, int64_t task) {
    om_fold_result *result = NULL;
    char *path = om_workdir_path(workdir, plan->tasks[task].artefact);
    om_status status = path != NULL ? om_fold_result_read(&result, path) : OM_MEMORY;
    om_free(path);
    OM_TRY(status);
    int64_t most = plan->settings[task / plan->n_folds].features.most_variable;
    for (int64_t i = 0; i < plan->n_settings; i++) {
        if (plan->settings[i].features.most_variable == most) {
            known->n_features[i] = result->n_features;
            seen[i] = true;
        }
    }
    known->epochs += (double)result->n_epochs;
    known->n_done++;
    om_fold_result_destroy(&result);
    return OM_OK;
}

static om_status gain_experience(experience *known, const om_crossval_plan *plan,
                                 const om_workdir *workdir) {
    known->n_features = om_calloc(plan->n_settings, sizeof *known->n_features);
    known->row_seconds = om_calloc(plan->n_settings, sizeof *known->row_seconds);
    bool *seen = om_calloc(plan->n_settings, sizeof *seen);
    bool complete = known->n_features != NULL && known->row_seconds != NULL && seen != NULL;
    om_status status = complete ? bound_features(known, plan) : OM_MEMORY;
    for (int64_t i = 0; i < plan->n_tasks && status == OM_OK; i++) {
        if (plan->tasks[i].done) {
            status = learn_from(known, seen, plan, workdir, i);
        }
    }
    for (int64_t i = 0; i < plan->n_settings && status == OM_OK; i++) {
        known->is_bound = known->is_bound || !seen[i];
    }
    known->epochs /= known->n_done > 0 ? (double)known->n_done : 1;
    om_free(seen);
    return status;
}

/* The first setting that computes the same: its measurement holds for this one. */
static int64_t find_alike(const om_crossval_plan *plan, const experience *known, int64_t setting) {
    const om_train_parameters *own = &plan->settings[setting].train;
    for (int64_t i = 0; i < setting; i++) {
        const om_train_parameters *other = &plan->settings[i].train;
        if (known->n_features[i] == known->n_features[setting] && other->hidden == own->hidden &&
            other->head == own->head && other->batch == own->batch && other->block == own->block &&
            other->loss == own->loss) {
            return i;
        }
    }
    return setting;
}

static om_status measure(experience *known, const om_crossval_plan *plan) {
    int64_t n = 0;
    for (int64_t i = 0; i < plan->n_settings; i++) {
        n += find_alike(plan, known, i) == i ? 1 : 0;
    }
    double budget = fmax(all_measurements / (double)n, one_measurement);
    for (int64_t i = 0; i < plan->n_settings; i++) {
        int64_t alike = find_alike(plan, known, i);
        if (alike == i) {
            OM_TRY(om_forecast_measure(&known->row_seconds[i], &plan->settings[i],
                                       known->n_features[i], plan->folds[0].counts, budget));
        } else {
            known->row_seconds[i] = known->row_seconds[alike];
        }
    }
    return OM_OK;
}

static om_forecast_task forecast_of(const om_crossval_plan *plan, const experience *known,
                                    int64_t task) {
    int64_t setting = task / plan->n_folds;
    const om_train_parameters *train = &plan->settings[setting].train;
    double epochs =
        known->n_done > 0 ? fmin(known->epochs, (double)train->epochs) : (double)train->epochs;
    double rows = (double)plan->folds[task % plan->n_folds].counts[OM_PART_TRAINING] * epochs;
    return (om_forecast_task){.seconds = rows * known->row_seconds[setting],
                              .n_blocks = train->batch / train->block};
}

static om_status add_tasks(om_text *text, const om_crossval_plan *plan, int64_t n_todo) {
    OM_TRY(om_text_add(text,
                       "%" PRId64 " setting%s x %" PRId64 " folds = %" PRId64 " tasks: %" PRId64
                       " done, %" PRId64 " to do\n\n",
                       plan->n_settings, plan->n_settings == 1 ? "" : "s", plan->n_folds,
                       plan->n_tasks, plan->n_tasks - n_todo, n_todo));
    for (int64_t i = 0; i < plan->n_folds; i++) {
        const om_crossval_fold *fold = &plan->folds[i];
        OM_TRY(om_text_add(
            text, "%s: %" PRId64 " training, %" PRId64 " validation, %" PRId64 " test samples\n",
            fold->name, fold->counts[OM_PART_TRAINING], fold->counts[OM_PART_VALIDATION],
            fold->counts[OM_PART_TEST]));
    }
    OM_TRY(om_text_add(text, "\n"));
    for (int64_t i = 0; i < plan->n_tasks; i++) {
        OM_TRY(om_text_add(text, "task %" PRId64 ": ", i + 1));
        OM_TRY(om_crossval_describe(text, plan, i));
        OM_TRY(om_text_add(text, ": %s\n", plan->tasks[i].done ? "done" : "to do"));
    }
    return OM_OK;
}

/* On what the hours rest. */
static om_status add_grounds(om_text *text, const om_crossval_plan *plan, const experience *known) {
    double slowest = 0, fastest = INFINITY;
    for (int64_t i = 0; i < plan->n_settings; i++) {
        slowest = fmax(slowest, known->row_seconds[i]);
        fastest = fmin(fastest, known->row_seconds[i]);
    }
    OM_TRY(om_text_add(text,
                       "\nExpected hours of training, if every rank has a core like this one\n"
                       "(%.0f",
                       1 / slowest));
    if (slowest > fastest) {
        OM_TRY(om_text_add(text, " to %.0f", 1 / fastest));
    }
    OM_TRY(om_text_add(text, " training rows a second, measured now%s)\n",
                       known->is_bound ? " with as many features as there can be" : ""));
    if (known->n_done > 0) {
        return om_text_add(text, "and tasks take %.1f epochs, as those that are done:\n",
                           known->epochs);
    }
    return om_text_add(text, "and no task stops early:\n");
}

/* Powers of two, while more ranks help. */
static om_status add_hours(om_text *text, const om_forecast_task *tasks, int64_t n) {
    double before = INFINITY;
    OM_TRY(om_text_add(text, "\n%8s  %10s\n", "ranks", "hours"));
    for (int64_t ranks = 1; ranks <= MOST_RANKS; ranks *= 2) {
        double seconds = 0;
        OM_TRY(om_forecast_seconds(&seconds, tasks, n, ranks));
        if (seconds >= before) {
            break;
        }
        OM_TRY(om_text_add(text, "%8" PRId64 "  %10.3g\n", ranks, seconds / 3600));
        before = seconds;
    }
    return OM_OK;
}

static om_status add_forecast(om_text *text, const om_crossval_plan *plan,
                              const om_workdir *workdir, const int64_t *todo, int64_t n_todo) {
    experience known = {0};
    om_forecast_task *tasks = om_malloc(n_todo, sizeof *tasks);
    om_status status = tasks != NULL ? gain_experience(&known, plan, workdir) : OM_MEMORY;
    status = status == OM_OK ? measure(&known, plan) : status;
    for (int64_t i = 0; i < n_todo && status == OM_OK; i++) {
        tasks[i] = forecast_of(plan, &known, todo[i]);
    }
    status = status == OM_OK ? add_grounds(text, plan, &known) : status;
    status = status == OM_OK ? add_hours(text, tasks, n_todo) : status;
    om_free(tasks);
    release(&known);
    return status;
}

static om_status outline(om_text *text, const om_crossval_plan *plan, const om_workdir *workdir) {
    int64_t *todo = NULL;
    int64_t n_todo = 0;
    om_status status = om_crossval_todo(&todo, &n_todo, plan, (om_share){0, 0});
    status = status == OM_OK ? add_tasks(text, plan, n_todo) : status;
    if (status == OM_OK && n_todo > 0) {
        status = add_forecast(text, plan, workdir, todo, n_todo);
    }
    om_free(todo);
    return status;
}

om_status om_stage_crossval_outline(om_text *text, om_ctx *ctx, const om_job *job,
                                    const om_workdir *workdir) {
    om_crossval_plan *plan = NULL;
    om_status status = om_crossval_plan_create(&plan, ctx, job, workdir);
    if (status == OM_OK) {
        status = om_agree(ctx, om_context_is_root(ctx) ? outline(text, plan, workdir) : OM_OK);
    }
    om_crossval_plan_destroy(&plan);
    return status;
}
