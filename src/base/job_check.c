#include "job_check.h"

#include "oncomark/sweep.h"

#include <inttypes.h>
#include <string.h>

/* Where the later of two keys was set: that is where the user looks first. The job file as a whole
 * where both have their defaults. */
static om_job_place place_of(const om_job *job, const om_job_place *places, const char *key,
                             const char *other) {
    om_parameters table = om_job_table();
    om_job_place place = places[om_job_table_find(table, key)];
    if (place.source == NULL && other != NULL) {
        place = places[om_job_table_find(table, other)];
    }
    return place.source != NULL ? place : (om_job_place){job->path, 0};
}

/* The published tables are synthetic samples already: nothing is scored or summed. */
static om_status check_published(const om_job *job, const om_job_place *places) {
    if (job->n_data > 0) {
        return om_job_fail(place_of(job, places, "published", NULL),
                           "found both published and data, expected one of them: synthetic.h5ad is "
                           "made from the published tables or from data sets");
    }
    return OM_OK;
}

bool om_job_has_external(const om_job *job) {
    for (int64_t d = 0; d < job->n_data; d++) {
        if (job->data[d].role == OM_ROLE_VALIDATE) {
            return true;
        }
    }
    return false;
}

om_status om_job_require_data(const om_job *job) {
    om_job_place file = {job->path, 0};
    if (job->published != NULL) {
        return OM_OK;
    }
    if (job->gene_sets == NULL) {
        return om_job_fail(file, "gene_sets is required: the GMT or CSV file of the hallmarks' "
                                 "genes");
    }
    if (job->n_data == 0) {
        return om_job_fail(file, "data is required: a list of at least one '- {path: FOLDER}'; or "
                                 "published: the folder of the published tables");
    }
    return OM_OK;
}

static om_status check_required(const om_job *job, const om_job_place *places) {
    if (job->published != NULL) {
        return check_published(job, places);
    }
    /* Published predictions are validated without data or a model. */
    return job->n_data == 0 && job->validate.n_bulk > 0 ? OM_OK : om_job_require_data(job);
}

static om_status check_name(const om_job *job, const om_job_place *places) {
    if (strchr(job->name, '/') != NULL || job->name[0] == '.' || job->name[0] == '\0') {
        return om_job_fail(place_of(job, places, "name", NULL),
                           "found '%s' for name, expected one without '/' or a leading '.'",
                           job->name);
    }
    return OM_OK;
}

om_status om_job_check_block(const om_train_parameters *train, const char *owner,
                             om_job_place place) {
    if (train->batch % train->block != 0) {
        return om_job_fail(place,
                           "found %" PRId64 " for train.block%s, expected a divisor of train.batch "
                           "(%" PRId64 ")",
                           train->block, owner, train->batch);
    }
    return OM_OK;
}

om_status om_job_check_learning_rate(const om_train_parameters *train, const char *owner,
                                     om_job_place place) {
    if (train->learning_rate_floor > train->learning_rate) {
        return om_job_fail(place,
                           "found %.15g for train.learning_rate_floor%s, expected at most "
                           "train.learning_rate (%.15g)",
                           train->learning_rate_floor, owner, train->learning_rate);
    }
    return OM_OK;
}

static om_status check_train(const om_job *job, const om_job_place *places) {
    const om_train_parameters *train = &job->train;
    OM_TRY(om_job_check_block(train, "", place_of(job, places, "train.block", "train.batch")));
    if (train->split_validation + train->split_test >= 1) {
        return om_job_fail(place_of(job, places, "train.split.test", "train.split.validation"),
                           "found %.15g for train.split.validation and %.15g for train.split.test, "
                           "expected a sum below 1: the rest is for training",
                           train->split_validation, train->split_test);
    }
    return om_job_check_learning_rate(
        train, "", place_of(job, places, "train.learning_rate_floor", "train.learning_rate"));
}

static om_status check_crossval(const om_job *job, const om_job_place *places) {
    if (job->crossval.leave_one_out && job->crossval.group == OM_GROUP_NONE) {
        return om_job_fail(place_of(job, places, "crossval.leave_one_out", "crossval.group"),
                           "found true for crossval.leave_one_out and none for crossval.group, "
                           "expected the group of which one is left out: patient, sample, study or "
                           "tissue");
    }
    for (int64_t setting = 0; setting < om_sweep_count(job); setting++) {
        om_feature_parameters features;
        om_train_parameters train;
        OM_TRY(om_sweep_setting(&features, &train, job, setting));
    }
    return OM_OK;
}

static om_status check_baseline(const om_job *job, const om_job_place *places) {
    const om_baseline_parameters *baseline = &job->baseline;
    if (baseline->largest_penalty < baseline->smallest_penalty) {
        return om_job_fail(
            place_of(job, places, "baseline.largest_penalty", "baseline.smallest_penalty"),
            "found %g for baseline.largest_penalty and %g for baseline.smallest_penalty, expected "
            "the largest to be at least the smallest",
            baseline->largest_penalty, baseline->smallest_penalty);
    }
    return OM_OK;
}

om_status om_job_check(const om_job *job, const om_job_place *places) {
    OM_TRY(check_required(job, places));
    OM_TRY(check_name(job, places));
    if (job->qc.min_genes > job->qc.max_genes) {
        return om_job_fail(place_of(job, places, "qc.max_genes", "qc.min_genes"),
                           "found %" PRId64 " for qc.max_genes, expected at least qc.min_genes "
                           "(%" PRId64 ")",
                           job->qc.max_genes, job->qc.min_genes);
    }
    OM_TRY(check_train(job, places));
    OM_TRY(check_crossval(job, places));
    return check_baseline(job, places);
}
