#include "crossval_experience.h"

#include "oncomark/fold_result.h"
#include "oncomark/memory.h"

#include <math.h>

/* Seconds that all measurements together may take, and the least that one is given. */
static const double all_measurements = 1;
static const double one_measurement = 0.02;

void om_crossval_experience_release(om_crossval_experience *known) {
    om_free(known->n_features);
    om_free(known->row_seconds);
    *known = (om_crossval_experience){.n_done = 0};
}

/* Takes in one finished task; it tells the features of all settings that select as many. */
static om_status learn_from(om_crossval_experience *known, bool *seen, const om_crossval_plan *plan,
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
    if (result->diverged_epoch == 0) {
        known->epochs += (double)result->n_epochs;
        known->n_done++;
    }
    om_fold_result_destroy(&result);
    return OM_OK;
}

/* What finished tasks tell. */
static om_status look_back(om_crossval_experience *known, const om_crossval_plan *plan,
                           const om_workdir *workdir) {
    known->n_features = om_calloc(plan->n_settings, sizeof *known->n_features);
    known->row_seconds = om_calloc(plan->n_settings, sizeof *known->row_seconds);
    bool *seen = om_calloc(plan->n_settings, sizeof *seen);
    bool complete = known->n_features != NULL && known->row_seconds != NULL && seen != NULL;
    om_status status = complete ? OM_OK : OM_MEMORY;
    for (int64_t i = 0; i < plan->n_settings && status == OM_OK; i++) {
        known->n_features[i] = om_crossval_most_features(plan, i);
    }
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
static int64_t find_alike(const om_crossval_plan *plan, const om_crossval_experience *known,
                          int64_t setting) {
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

static om_status measure(om_crossval_experience *known, const om_crossval_plan *plan) {
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

om_status om_crossval_experience_gain(om_crossval_experience *known, const om_crossval_plan *plan,
                                      const om_workdir *workdir) {
    OM_TRY(look_back(known, plan, workdir));
    return measure(known, plan);
}

om_forecast_task om_crossval_experience_expect(const om_crossval_experience *known,
                                               const om_crossval_plan *plan, int64_t task) {
    int64_t setting = task / plan->n_folds;
    const om_train_parameters *train = &plan->settings[setting].train;
    double epochs =
        known->n_done > 0 ? fmin(known->epochs, (double)train->epochs) : (double)train->epochs;
    double rows = (double)plan->folds[task % plan->n_folds].counts[OM_PART_TRAINING] * epochs;
    return (om_forecast_task){.seconds = rows * known->row_seconds[setting],
                              .n_blocks = train->batch / train->block};
}
