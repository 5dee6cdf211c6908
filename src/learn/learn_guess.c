/* What there will be to learn from, before there are synthetic samples. */
#include "learn_size.h"

#include "oncomark/memory.h"
#include "oncomark/sweep.h"

#include <math.h>
#include <string.h>

static int64_t share_of(int64_t n, double share) {
    return llround((double)n * share);
}

/* Groups that can be left out. Patients and samples are known from the data only, but there are no
 * fewer than data sets. */
static int64_t count_groups(const om_job *job) {
    int64_t n = 0;
    for (int64_t d = 0; d < job->n_data; d++) {
        const om_data_set *own = &job->data[d];
        bool is_new = own->role == OM_ROLE_TRAIN;
        for (int64_t i = 0; i < d && is_new; i++) {
            const om_data_set *other = &job->data[i];
            bool same =
                (job->crossval.group == OM_GROUP_STUDY && strcmp(own->study, other->study) == 0) ||
                (job->crossval.group == OM_GROUP_TISSUE && strcmp(own->tissue, other->tissue) == 0);
            is_new = !(same && other->role == OM_ROLE_TRAIN);
        }
        n += is_new ? 1 : 0;
    }
    return n > 1 ? n : 2;
}

/* Without groups half of the fold is the validation part (method 9). */
static void split_fold(om_training_size *size, const om_job *job, int64_t n_samples,
                       int64_t n_folds) {
    int64_t fold = n_samples / n_folds;
    int64_t rest = n_samples - fold;
    bool is_published = job->crossval.group == OM_GROUP_NONE;
    int64_t validation = is_published ? fold / 2 : share_of(rest, job->train.split_validation);
    size->counts[OM_PART_VALIDATION] = validation;
    size->counts[OM_PART_TEST] = is_published ? fold - validation : fold;
    size->counts[OM_PART_TRAINING] = n_samples - validation - size->counts[OM_PART_TEST];
}

static om_status guess_tasks(om_learn_state *state, const om_job *job) {
    bool leaves_out = job->crossval.leave_one_out;
    int64_t n_groups = leaves_out ? count_groups(job) : job->crossval.folds;
    int64_t n_folds = leaves_out ? n_groups : n_groups * job->crossval.repeats;
    state->n_tasks = om_sweep_count(job) * n_folds;
    state->tasks = om_calloc(state->n_tasks, sizeof *state->tasks);
    state->has_one_matrix = job->crossval.group == OM_GROUP_NONE;
    if (state->tasks == NULL) {
        return OM_MEMORY;
    }
    for (int64_t i = 0; i < state->n_tasks; i++) {
        om_feature_parameters features;
        om_train_parameters train;
        OM_TRY(om_sweep_setting(&features, &train, job, i / n_folds));
        state->tasks[i] = om_training_size_of(&features, &train, state->n_genes);
        split_fold(&state->tasks[i], job, state->n_samples, n_groups);
        state->has_one_matrix =
            state->has_one_matrix && features.most_variable == job->features.most_variable;
    }
    return OM_OK;
}

om_status om_learn_state_guess(om_learn_state **out, const om_job *job, int64_t n_samples,
                               int64_t n_genes) {
    om_learn_state *state = om_calloc(1, sizeof *state);
    *out = state;
    if (state == NULL) {
        return OM_MEMORY;
    }
    state->is_guess = true;
    state->n_samples = n_samples;
    state->n_genes = n_genes;
    state->model = om_training_size_of(&job->features, &job->train, n_genes);
    int64_t *counts = state->model.counts;
    counts[OM_PART_VALIDATION] = share_of(n_samples, job->train.split_validation);
    counts[OM_PART_TEST] = share_of(n_samples, job->train.split_test);
    counts[OM_PART_TRAINING] = n_samples - counts[OM_PART_VALIDATION] - counts[OM_PART_TEST];
    om_status status = guess_tasks(state, job);
    if (status != OM_OK) {
        om_learn_state_destroy(out);
    }
    return status;
}
