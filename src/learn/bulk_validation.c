#include "bulk_validation.h"

#include "bulk_class.h"
#include "bulk_predict.h"
#include "bulk_profiles.h"
#include "bulk_report.h"
#include "model_balance.h"
#include "oncomark/file_stamp.h"
#include "oncomark/memory.h"
#include "oncomark/stop.h"
#include "oncomark/string_map.h"
#include "text_artefact.h"
#include "train_artefacts.h"

#include <inttypes.h>
#include <math.h>

typedef struct validation {
    om_ctx *ctx;
    const om_job *job;
    om_workdir *workdir;
    const om_bulk_set *sets;
    int64_t n_sets;
    uint8_t *is_table; /* [n_sets] of predictions */
    bool has_matrix;
    uint8_t is_current;
    om_model *model;            /* NULL without matrices */
    om_text *inputs;            /* this and what follows on the root only */
    om_bulk_classes **classes;  /* [n_sets] */
    om_bulk_profiles *profiles; /* [n_sets] */
    double thresholds[OM_N_HALLMARKS];
} validation;

enum { N_TABLES = 3 };

/* The figures go last: where they are, the others are. */
static const char *const artefacts[N_TABLES] = {"validate/bulk_predictions.csv",
                                                "validate/bulk_agreement.csv", "validate/bulk.csv"};

static om_status create(validation *work) {
    work->is_table = om_calloc(work->n_sets, sizeof *work->is_table);
    work->classes = om_calloc(work->n_sets, sizeof(om_bulk_classes *));
    work->profiles = om_calloc(work->n_sets, sizeof *work->profiles);
    for (int k = 0; k < OM_N_HALLMARKS; k++) {
        work->thresholds[k] = NAN;
    }
    OM_TRY(om_text_create(&work->inputs));
    bool complete = work->is_table != NULL && work->classes != NULL && work->profiles != NULL;
    return complete ? OM_OK : OM_MEMORY;
}

static void release(validation *work) {
    for (int64_t s = 0; s < work->n_sets && work->classes != NULL; s++) {
        om_bulk_classes_destroy(&work->classes[s]);
    }
    for (int64_t s = 0; s < work->n_sets && work->profiles != NULL; s++) {
        om_bulk_profiles_release(&work->profiles[s]);
    }
    om_free((void *)work->classes);
    om_free(work->profiles);
    om_free(work->is_table);
    om_text_destroy(&work->inputs);
    om_model_destroy(&work->model);
}

/* Says which entry of the job file a fault of its files belongs to. */
static om_status name_set(const validation *work, int64_t s, om_status status) {
    if (status != OM_INPUT) {
        return status;
    }
    char *cause = om_strdup(om_error_message());
    if (cause == NULL) {
        return OM_MEMORY;
    }
    status = om_fail(status, "%s (bulk set %s at %s:%ld)", cause, work->sets[s].name,
                     work->job->path, work->sets[s].line);
    om_free(cause);
    return status;
}

static om_status describe_files(om_text *inputs, const om_bulk_set *set) {
    OM_TRY(om_file_stamp(inputs, set->name, set->path));
    OM_TRY(om_file_stamp(inputs, "gene_map", set->gene_map));
    return om_file_stamp(inputs, "classes", set->classes);
}

static om_status describe_model(om_text *inputs, const validation *work) {
    char digest[OM_DIGEST_HEX];
    OM_TRY(om_workdir_digest(work->workdir, "model.h5", digest));
    OM_TRY(om_train_check_model(work->workdir, work->job));
    OM_TRY(om_text_add(inputs, "model.h5: %s\n", digest));
    OM_TRY(om_workdir_digest(work->workdir, "split.csv", digest));
    return om_text_add(inputs, "split.csv: %s\n", digest);
}

static om_status look_at_set(validation *work, int64_t s) {
    bool is_table = false;
    OM_TRY(om_bulk_table_is_one(work->sets[s].path, &is_table));
    work->is_table[s] = is_table ? 1 : 0;
    return describe_files(work->inputs, &work->sets[s]);
}

/* On the root: what kind of files there are, and whether their tables are current. */
static om_status look(validation *work) {
    bool has_matrix = false;
    OM_TRY(om_text_add(work->inputs, "stage: bulk\n"));
    OM_TRY(om_job_describe(work->job, "validate.bulk", work->inputs));
    OM_TRY(om_job_describe(work->job, "validate.others", work->inputs));
    for (int64_t s = 0; s < work->n_sets; s++) {
        OM_TRY(name_set(work, s, look_at_set(work, s)));
        has_matrix = has_matrix || work->is_table[s] == 0;
    }
    if (has_matrix) {
        OM_TRY(describe_model(work->inputs, work));
    }
    const om_text_origin origin = {work->workdir, "bulk", work->inputs};
    work->is_current = 1;
    for (int i = 0; i < N_TABLES; i++) {
        if (!om_text_artefact_is_current(&origin, artefacts[i])) {
            work->is_current = 0;
        }
    }
    return OM_OK;
}

static om_status share_look(validation *work) {
    OM_TRY(om_agree(work->ctx, om_context_is_root(work->ctx) ? look(work) : OM_OK));
    OM_TRY(om_broadcast(work->ctx, 0, work->is_table, work->n_sets));
    OM_TRY(om_broadcast(work->ctx, 0, &work->is_current, sizeof work->is_current));
    for (int64_t s = 0; s < work->n_sets; s++) {
        work->has_matrix = work->has_matrix || work->is_table[s] == 0;
    }
    return OM_OK;
}

static om_status assign_classes(validation *work, int64_t s) {
    om_bulk_profiles *profiles = &work->profiles[s];
    profiles->source = work->sets[s].name;
    profiles->is_published = work->is_table[s] == 1;
    profiles->classes = om_calloc(profiles->n, sizeof *profiles->classes);
    if (profiles->classes == NULL) {
        return OM_MEMORY;
    }
    return om_bulk_classes_assign(profiles->classes, work->classes[s], profiles->names,
                                  profiles->told, work->job->validate.others);
}

static om_status read_small(validation *work, int64_t s) {
    const om_bulk_set *set = &work->sets[s];
    OM_TRY(om_bulk_classes_create(&work->classes[s], set));
    if (work->is_table[s] == 0) {
        return OM_OK;
    }
    OM_TRY(om_bulk_table_read(&work->profiles[s], set->path, om_bulk_own_class_column(set)));
    return assign_classes(work, s);
}

/* On the root: tables of classes and of predictions, all before the long reading of matrices. */
static om_status read_small_files(validation *work) {
    for (int64_t s = 0; s < work->n_sets; s++) {
        OM_TRY(name_set(work, s, read_small(work, s)));
    }
    return OM_OK;
}

/* On the root: takes names and classes out of the predictions. */
static om_status take_predictions(validation *work, int64_t s, om_predictions *predictions) {
    om_bulk_profiles *profiles = &work->profiles[s];
    int64_t n = predictions->n_profiles;
    profiles->n = n;
    profiles->names = predictions->profiles;
    profiles->told = predictions->classes;
    predictions->profiles = NULL;
    predictions->classes = NULL;
    profiles->probabilities = om_malloc(n * OM_N_HALLMARKS, sizeof *profiles->probabilities);
    if (profiles->probabilities == NULL) {
        return OM_MEMORY;
    }
    for (int64_t i = 0; i < n * OM_N_HALLMARKS; i++) {
        profiles->probabilities[i] = (double)predictions->probabilities[i];
    }
    OM_TRY(
        om_predictions_say(om_context_log(work->ctx), "validate", predictions, work->sets[s].path));
    return assign_classes(work, s);
}

static om_status predict_set(validation *work, int64_t s) {
    om_predictions *predictions = NULL;
    OM_TRY(om_bulk_predict(&predictions, work->ctx, &work->sets[s], work->model, NULL));
    om_status status =
        om_context_is_root(work->ctx) ? take_predictions(work, s, predictions) : OM_OK;
    om_predictions_destroy(&predictions);
    return om_agree(work->ctx, status);
}

static om_status read_model(validation *work) {
    char *path = om_workdir_path(work->workdir, "model.h5");
    om_status status = path != NULL ? om_model_read(&work->model, path) : OM_MEMORY;
    om_free(path);
    return om_agree(work->ctx, status);
}

static om_status predict_matrices(validation *work) {
    om_balance balances[OM_N_HALLMARKS] = {{0}};
    OM_TRY(read_model(work));
    for (int64_t s = 0; s < work->n_sets; s++) {
        OM_TRY(om_stop_check(work->ctx));
        if (work->is_table[s] == 0) {
            OM_TRY(name_set(work, s, predict_set(work, s)));
        }
    }
    OM_TRY(om_model_balance(balances, work->ctx, work->model, work->workdir));
    for (int k = 0; k < OM_N_HALLMARKS && om_context_is_root(work->ctx); k++) {
        work->thresholds[k] = balances[k].threshold;
    }
    return OM_OK;
}

static om_status make_table(om_text *csv, const validation *work, const om_bulk_report *report,
                            int table) {
    switch (table) {
    case 0:
        return om_bulk_report_predictions(csv, work->profiles, work->n_sets);
    case 1:
        return om_bulk_report_agreement(csv, report);
    default:
        return om_bulk_report_figures(csv, report);
    }
}

static om_status commit_tables(const validation *work, const om_bulk_report *report) {
    const om_text_origin origin = {work->workdir, "bulk", work->inputs};
    om_text *csv = NULL;
    OM_TRY(om_text_create(&csv));
    om_status status = OM_OK;
    for (int i = 0; i < N_TABLES && status == OM_OK; i++) {
        om_text_clear(csv);
        status = make_table(csv, work, report, i);
        status = status == OM_OK ? om_text_artefact_commit(&origin, artefacts[i], csv) : status;
    }
    om_text_destroy(&csv);
    return status;
}

/* Profiles that several sets of a kind have count several times when all are taken together. */
static om_status warn_of_repeated(const validation *work, bool is_published) {
    om_string_map *seen = NULL;
    int64_t n_repeated = 0;
    OM_TRY(om_string_map_create(&seen));
    om_status status = OM_OK;
    for (int64_t s = 0; s < work->n_sets; s++) {
        const om_bulk_profiles *set = &work->profiles[s];
        for (int64_t i = 0; i < set->n && set->is_published == is_published && status == OM_OK;
             i++) {
            bool is_new = true;
            if (set->classes[i] != OM_BULK_MIXED) {
                status = om_string_map_add(seen, om_strings_get(set->names, i), s, &is_new);
            }
            n_repeated += is_new ? 0 : 1;
        }
    }
    om_string_map_destroy(&seen);
    if (status == OM_OK && n_repeated > 0) {
        om_log_warn(om_context_log(work->ctx),
                    "validate: %" PRId64 " profiles have the name of one in another bulk set; if "
                    "they are the same, they count twice under '%s'",
                    n_repeated, is_published ? OM_BULK_PUBLISHED : OM_BULK_MODEL);
    }
    return status;
}

/* On the root. */
static om_status finish(const validation *work) {
    om_bulk_report *report = NULL;
    OM_TRY(warn_of_repeated(work, false));
    OM_TRY(warn_of_repeated(work, true));
    OM_TRY(om_bulk_report_create(&report, work->profiles, work->n_sets, work->thresholds));
    om_status status = commit_tables(work, report);
    if (status == OM_OK) {
        status = om_bulk_report_say(om_context_log(work->ctx), report);
    }
    om_bulk_report_destroy(&report);
    return status;
}

static om_status run(validation *work) {
    bool is_root = om_context_is_root(work->ctx);
    OM_TRY(om_agree(work->ctx, create(work)));
    OM_TRY(share_look(work));
    if (work->is_current == 1) {
        return OM_OK;
    }
    OM_TRY(om_agree(work->ctx, is_root ? read_small_files(work) : OM_OK));
    if (work->has_matrix) {
        OM_TRY(predict_matrices(work));
    }
    return om_agree(work->ctx, is_root ? finish(work) : OM_OK);
}

om_status om_bulk_validate(bool *did_work, om_ctx *ctx, const om_job *job, om_workdir *workdir) {
    validation work = {.ctx = ctx,
                       .job = job,
                       .workdir = workdir,
                       .sets = job->validate.bulk,
                       .n_sets = job->validate.n_bulk};
    om_status status = run(&work);
    *did_work = work.is_current == 0;
    release(&work);
    return status;
}
