/* validate/pooled.h5ad, model.h5 -> validate/external.csv, validate/external_predictions.csv */
#include "oncomark/stages.h"

#include "external_report.h"
#include "oncomark/h5ad.h"
#include "oncomark/memory.h"
#include "oncomark/model.h"
#include "same_arithmetic.h"
#include "text_artefact.h"
#include "train_artefacts.h"

#include <inttypes.h>

static const char stage_name[] = "external";
static const char pooled_name[] = "validate/pooled.h5ad";
static const char model_name[] = "model.h5";
static const char figures_name[] = "validate/external.csv";
static const char predictions_name[] = "validate/external_predictions.csv";

/* What the steps of the stage hand on. */
typedef struct external_stage {
    om_ctx *ctx;
    om_workdir *workdir;
    char *pooled; /* path */
    char *model_path;
    om_model *model;
    om_sample_table *table;
    om_predictions *predictions;
    int64_t *n_cells; /* root: [samples] */
} external_stage;

static void destroy(external_stage *stage) {
    om_free(stage->n_cells);
    om_predictions_destroy(&stage->predictions);
    om_sample_table_destroy(&stage->table);
    om_model_destroy(&stage->model);
    om_free(stage->model_path);
    om_free(stage->pooled);
}

static om_status add_digest(om_text *inputs, const om_workdir *workdir, const char *artefact) {
    char hex[OM_DIGEST_HEX];
    OM_TRY(om_workdir_digest(workdir, artefact, hex));
    return om_text_add(inputs, "%s: %s\n", artefact, hex);
}

static om_status describe(om_text *inputs, const om_job *job, const om_workdir *workdir) {
    OM_TRY(om_text_add(inputs, "stage: %s\n", stage_name));
    OM_TRY(add_digest(inputs, workdir, pooled_name));
    OM_TRY(add_digest(inputs, workdir, model_name));
    OM_TRY(om_train_check_model(workdir, job));
    return om_describe_arithmetic(inputs);
}

static om_status read_model(external_stage *stage) {
    stage->pooled = om_workdir_path(stage->workdir, pooled_name);
    stage->model_path = om_workdir_path(stage->workdir, model_name);
    bool complete = stage->pooled != NULL && stage->model_path != NULL;
    return complete ? om_model_read(&stage->model, stage->model_path) : OM_MEMORY;
}

static om_status read_n_cells(external_stage *stage) {
    om_h5 *file = NULL;
    stage->n_cells = om_malloc(stage->table->n_samples, sizeof *stage->n_cells);
    if (stage->n_cells == NULL) {
        return OM_MEMORY;
    }
    om_status status = om_h5_open(&file, stage->pooled);
    if (status == OM_OK) {
        status = om_h5_read_rows(file, "obs/n_cells", OM_I64, 0, stage->table->n_samples,
                                 stage->n_cells);
    }
    om_h5_close(&file);
    return status;
}

/* Rank 0. */
static om_status commit_figures(const external_stage *stage, const om_text_origin *origin,
                                om_text *csv) {
    om_external_figures *figures = NULL;
    OM_TRY(om_external_figures_create(&figures, stage->table, stage->predictions->probabilities));
    om_status status = om_external_report_figures(csv, figures, stage->table->studies);
    status = status == OM_OK ? om_text_artefact_commit(origin, figures_name, csv) : status;
    if (status == OM_OK) {
        status = om_external_report_say(om_context_log(stage->ctx), figures, stage->table->studies);
    }
    om_external_figures_destroy(&figures);
    return status;
}

/* Rank 0. The figures go last: where they are, the predictions are. */
static om_status commit_all(external_stage *stage, const om_text_origin *origin) {
    om_text *csv = NULL;
    OM_TRY(read_n_cells(stage));
    OM_TRY(om_text_create(&csv));
    om_status status =
        om_external_report_predictions(csv, stage->predictions, stage->table, stage->n_cells);
    status = status == OM_OK ? om_text_artefact_commit(origin, predictions_name, csv) : status;
    om_text_clear(csv);
    status = status == OM_OK ? commit_figures(stage, origin, csv) : status;
    om_text_destroy(&csv);
    return status;
}

static om_status run(external_stage *stage, const om_text_origin *origin) {
    om_ctx *ctx = stage->ctx;
    OM_TRY(om_check_same_arithmetic(ctx, "validate"));
    OM_TRY(om_agree(ctx, read_model(stage)));
    OM_TRY(om_sample_table_read(&stage->table, ctx, stage->pooled));
    const om_predict_request request = {.model = stage->model, .path = stage->pooled};
    OM_TRY(om_predict(&stage->predictions, ctx, &request));
    return om_agree(ctx, om_context_is_root(ctx) ? commit_all(stage, origin) : OM_OK);
}

static om_status run_unless_current(bool *current, om_ctx *ctx, const om_job *job,
                                    om_workdir *workdir, om_text *inputs) {
    static const char *const artefacts[] = {predictions_name, figures_name};
    const int n_artefacts = sizeof artefacts / sizeof artefacts[0];
    const om_text_origin origin = {.workdir = workdir, .stage = stage_name, .inputs = inputs};
    om_status described = om_context_is_root(ctx) ? describe(inputs, job, workdir) : OM_OK;
    OM_TRY(om_artefacts_look(current, ctx, &origin, described, artefacts, n_artefacts));
    if (*current) {
        return OM_OK;
    }
    external_stage stage = {.ctx = ctx, .workdir = workdir};
    om_status status = run(&stage, &origin);
    destroy(&stage);
    return status;
}

om_status om_stage_external(om_ctx *ctx, const om_job *job, om_workdir *workdir) {
    OM_TRY(om_workdir_stage_begin(workdir, stage_name));
    om_text *inputs = NULL;
    bool current = false;
    om_status status = om_agree(ctx, om_text_create(&inputs));
    status = status == OM_OK ? run_unless_current(&current, ctx, job, workdir, inputs) : status;
    om_text_destroy(&inputs);
    OM_TRY(status);
    return om_workdir_stage_end(workdir, !current);
}
