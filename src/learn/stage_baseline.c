/* synthetic.h5ad -> baseline.h5, baseline/penalties.csv, baseline/folds.csv,
 * baseline/comparison.csv */
#include "oncomark/stages.h"

#include "baseline_artefacts.h"
#include "baseline_comparison.h"
#include "baseline_fit.h"
#include "baseline_folds.h"
#include "baseline_progress.h"
#include "feature_names.h"
#include "figure_text.h"
#include "job_lesson.h"
#include "oncomark/memory.h"
#include "text_artefact.h"

#include <inttypes.h>

/* What the steps of the stage hand on. */
typedef struct baseline_stage {
    om_ctx *ctx;
    const om_job *job;
    om_workdir *workdir;
    om_crossval_plan *plan;
    om_job_lesson samples; /* zeroed where the classifiers are there already */
    om_baseline_fit fit;
    bool did_work;
} baseline_stage;

static void destroy(baseline_stage *stage) {
    om_baseline_fit_release(&stage->fit);
    om_job_lesson_release(&stage->samples);
    om_crossval_plan_destroy(&stage->plan);
}

static void say_seconds(const baseline_stage *stage, const char *phase, double seconds) {
    om_log_info(om_context_log(stage->ctx), "baseline: %s: %.3f s", phase, seconds);
}

static bool lacks_label(const om_ridge *ridge, int hallmark) {
    return !om_ridge_has(ridge, hallmark);
}

static bool lacks_validation(const om_ridge *ridge, int hallmark) {
    return om_ridge_has(ridge, hallmark) && ridge->n_validation[hallmark] == 0;
}

/* Warns of the hallmarks that lack something. On one rank, as what follows. */
static om_status warn_of(om_log *log, const om_ridge *ridge, bool (*lacks)(const om_ridge *, int),
                         const char *what) {
    om_text *gaps = NULL;
    OM_TRY(om_text_create(&gaps));
    om_status status = OM_OK;
    for (int k = 0; k < OM_N_HALLMARKS && status == OM_OK; k++) {
        status = lacks(ridge, k) ? om_text_add(gaps, " %s", om_hallmark_code(k)) : OM_OK;
    }
    if (status == OM_OK && om_text_length(gaps) > 0) {
        om_log_warn(log, "baseline: %s:%s", what, om_text_get(gaps));
    }
    om_text_destroy(&gaps);
    return status;
}

static om_status say_penalties(om_log *log, const om_ridge *ridge) {
    om_text *line = NULL;
    OM_TRY(om_text_create(&line));
    om_status status = OM_OK;
    for (int k = 0; k < OM_N_HALLMARKS && status == OM_OK; k++) {
        if (om_ridge_has(ridge, k)) {
            status = om_text_add(line, "%s %s %.4g", om_text_length(line) > 0 ? "," : "",
                                 om_hallmark_code(k), ridge->penalty[k]);
        }
    }
    if (status == OM_OK) {
        om_log_info(log, "baseline: penalties from %g to %g, least validation error:%s",
                    ridge->penalties[0], ridge->penalties[ridge->n_penalties - 1],
                    om_text_get(line));
    }
    om_text_destroy(&line);
    return status;
}

static om_status say_fit(const baseline_stage *stage) {
    om_log *log = om_context_log(stage->ctx);
    const om_ridge *ridge = stage->fit.ridge;
    OM_TRY(warn_of(log, ridge, lacks_label,
                   "no classifier, as the training part lacks positive or negative samples, of"));
    OM_TRY(warn_of(log, ridge, lacks_validation,
                   "the largest penalty, as the validation part has no samples, of"));
    return say_penalties(log, ridge);
}

static om_status write_model(const void *content, const char *path, om_digest *digest) {
    return om_ridge_model_write(content, path, digest);
}

static om_status commit_model(const baseline_stage *stage, const om_text_origin *origin) {
    const om_lesson *lesson = stage->samples.lesson;
    om_ridge_model model = {.mean = lesson->mean,
                            .sd = lesson->sd,
                            .ridge = stage->fit.ridge,
                            .n_test = stage->fit.n_test,
                            .test_row = lesson->rows[OM_PART_TEST],
                            .test_task = stage->fit.tasks,
                            .test_label = stage->fit.labels,
                            .test_decision = stage->fit.decisions};
    OM_TRY(om_feature_names_read(&model.genes, stage->samples.path, &stage->samples.matrix));
    om_status status = om_file_artefact_commit(origin, OM_BASELINE_MODEL_NAME, write_model, &model);
    om_strings_destroy(&model.genes);
    return status;
}

static om_status add_penalties(om_text *csv, const om_ridge *ridge) {
    OM_TRY(om_text_add(csv, "hallmark,n_training,n_validation,penalty,validation_error,chosen\n"));
    for (int k = 0; k < OM_N_HALLMARKS; k++) {
        for (int64_t p = 0; p < ridge->n_penalties; p++) {
            OM_TRY(om_text_add(csv, "%s,%" PRId64 ",%" PRId64, om_hallmark_code(k),
                               ridge->n_training[k], ridge->n_validation[k]));
            OM_TRY(om_figure_csv(csv, ridge->penalties[p]));
            OM_TRY(om_figure_csv(csv, ridge->errors[k * ridge->n_penalties + p]));
            OM_TRY(om_text_add(csv, ",%d\n", ridge->penalty[k] == ridge->penalties[p] ? 1 : 0));
        }
    }
    return OM_OK;
}

/* Rank 0. The model goes last: where it is, the table is. */
static om_status commit_fit(const baseline_stage *stage, const om_text_origin *origin) {
    om_text *csv = NULL;
    OM_TRY(say_fit(stage));
    OM_TRY(om_text_create(&csv));
    om_status status = add_penalties(csv, stage->fit.ridge);
    status =
        status == OM_OK ? om_text_artefact_commit(origin, OM_BASELINE_PENALTIES_NAME, csv) : status;
    om_text_destroy(&csv);
    return status == OM_OK ? commit_model(stage, origin) : status;
}

/* The ten fits share the ranks of all samples (once a node, from here on), features and scaling,
 * and the grid of ranks; each has a matrix of products of its own samples, one for all penalties.
 * Collective, as what follows. */
static om_status make_fit(baseline_stage *stage, const om_text_origin *origin) {
    om_ctx *ctx = stage->ctx;
    double started = MPI_Wtime();
    OM_TRY(om_job_lesson_make(&stage->samples, ctx, stage->job, stage->workdir));
    say_seconds(stage, "reading and ranking", MPI_Wtime() - started);
    OM_TRY(om_baseline_fit_make(&stage->fit, ctx, stage->samples.lesson, &stage->job->baseline));
    say_seconds(stage, "Gram matrices", stage->fit.ridge->seconds_products);
    say_seconds(stage, "solutions", stage->fit.ridge->seconds_solutions);
    return om_agree(ctx, om_context_is_root(ctx) ? commit_fit(stage, origin) : OM_OK);
}

/* Rank 0. */
static om_status commit_folds(const om_text *csv, const om_text_origin *origin) {
    OM_TRY(om_text_artefact_commit(origin, OM_BASELINE_FOLDS_NAME, csv));
    return om_baseline_progress_remove(origin->workdir);
}

static om_status make_folds(baseline_stage *stage, const om_text_origin *origin) {
    om_ctx *ctx = stage->ctx;
    om_text *csv = NULL;
    double started = MPI_Wtime();
    const om_feature_matrix *ready = NULL;
    om_baseline_fit_release(&stage->fit);
    if (stage->samples.matrix.set != NULL && om_baseline_folds_are_alike(stage->job)) {
        ready = &stage->samples.matrix;
    } else {
        om_job_lesson_release(&stage->samples); /* the ranks of the folds take its place */
    }
    om_status status = om_agree(ctx, om_text_create(&csv));
    status = status == OM_OK ? om_baseline_folds(csv, ctx, origin, stage->plan, ready) : status;
    if (status == OM_OK) {
        say_seconds(stage, "folds", MPI_Wtime() - started);
        status = om_agree(ctx, om_context_is_root(ctx) ? commit_folds(csv, origin) : OM_OK);
    }
    om_text_destroy(&csv);
    return status;
}

typedef om_status (*part_maker)(baseline_stage *stage, const om_text_origin *origin);

static om_status run_part(baseline_stage *stage, const om_baseline_part *part, part_maker make) {
    om_ctx *ctx = stage->ctx;
    om_text *inputs = NULL;
    bool current = false;
    om_status described = om_text_create(&inputs);
    if (described == OM_OK && om_context_is_root(ctx)) {
        described = part->describe(inputs, stage->job, stage->workdir);
    }
    const om_text_origin origin = {
        .workdir = stage->workdir, .stage = om_baseline_stage, .inputs = inputs};
    om_status status =
        om_artefacts_look(&current, ctx, &origin, described, part->artefacts, part->n_artefacts);
    if (status == OM_OK && !current) {
        stage->did_work = true;
        status = make(stage, &origin);
    }
    om_text_destroy(&inputs);
    return status;
}

static om_status run(baseline_stage *stage) {
    static const part_maker makers[OM_N_BASELINE_PARTS] = {
        [OM_BASELINE_FIT] = make_fit, [OM_BASELINE_FOLDS] = make_folds};
    bool compared = false;
    /* Folds that cannot be are told of before anything is fitted. */
    OM_TRY(om_crossval_plan_create(&stage->plan, stage->ctx, stage->job, stage->workdir));
    for (int i = 0; i < OM_N_BASELINE_PARTS; i++) {
        OM_TRY(run_part(stage, &om_baseline_parts[i], makers[i]));
    }
    om_job_lesson_release(&stage->samples);
    OM_TRY(om_baseline_compare(&compared, stage->ctx, stage->workdir, stage->plan));
    stage->did_work = stage->did_work || compared;
    return OM_OK;
}

om_status om_stage_baseline(om_ctx *ctx, const om_job *job, om_workdir *workdir) {
    OM_TRY(om_workdir_stage_begin(workdir, om_baseline_stage));
    baseline_stage stage = {.ctx = ctx, .job = job, .workdir = workdir};
    om_status status = run(&stage);
    bool did_work = stage.did_work;
    destroy(&stage);
    OM_TRY(status);
    return om_workdir_stage_end(workdir, did_work);
}
