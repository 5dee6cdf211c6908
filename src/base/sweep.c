#include "oncomark/sweep.h"

#include "job_check.h"
#include "job_value.h"

int64_t om_sweep_count(const om_job *job) {
    int64_t n = 1;
    for (int64_t i = 0; i < job->crossval.n_axes; i++) {
        n *= om_strings_count(job->crossval.sweep[i].values);
    }
    return n;
}

const char *om_sweep_value(const om_job *job, int64_t setting, int64_t axis) {
    for (int64_t i = job->crossval.n_axes - 1; i > axis; i--) {
        setting /= om_strings_count(job->crossval.sweep[i].values);
    }
    const om_strings *values = job->crossval.sweep[axis].values;
    return om_strings_get(values, setting % om_strings_count(values));
}

om_status om_sweep_describe(const om_job *job, int64_t setting, om_text *text) {
    for (int64_t i = 0; i < job->crossval.n_axes; i++) {
        OM_TRY(om_text_add(text, "%s%s=%s", i == 0 ? "" : " ", job->crossval.sweep[i].key,
                           om_sweep_value(job, setting, i)));
    }
    return OM_OK;
}

/* The values passed each on its own when they were read: what is left is how they go together. */
static om_status check(const om_train_parameters *train, const om_job *job, int64_t setting) {
    om_job_place place = {job->path, job->crossval.sweep_line};
    om_text *owner = NULL;
    om_status status = om_text_create(&owner);
    if (status == OM_OK) {
        status = om_text_add(owner, " in the setting ");
    }
    if (status == OM_OK) {
        status = om_sweep_describe(job, setting, owner);
    }
    if (status == OM_OK) {
        status = om_job_check_block(train, om_text_get(owner), place);
    }
    if (status == OM_OK) {
        status = om_job_check_learning_rate(train, om_text_get(owner), place);
    }
    om_text_destroy(&owner);
    return status;
}

om_status om_sweep_setting(om_feature_parameters *features, om_train_parameters *train,
                           const om_job *job, int64_t setting) {
    om_parameters table = om_job_table();
    om_job swept = {.features = job->features, .train = job->train};
    for (int64_t i = 0; i < job->crossval.n_axes; i++) {
        int row = om_job_table_find(table, job->crossval.sweep[i].key);
        if (row < 0) {
            return om_fail(OM_BUG, "crossval.sweep has the unknown key %s",
                           job->crossval.sweep[i].key);
        }
        OM_TRY(om_job_value_set(&swept, &table.rows[row], om_sweep_value(job, setting, i), false,
                                "", " in crossval.sweep",
                                (om_job_place){job->path, job->crossval.sweep_line}));
    }
    swept.train.patience = job->crossval.patience;
    swept.train.keep = job->crossval.keep;
    *features = swept.features;
    *train = swept.train;
    return job->crossval.n_axes == 0 ? OM_OK : check(train, job, setting);
}
