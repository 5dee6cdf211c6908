/* synthetic.h5ad -> pca.h5ad, pca_effects.csv, ood.h5 */
#include "oncomark/stages.h"

#include "feature_names.h"
#include "job_lesson.h"
#include "oncomark/memory.h"
#include "oncomark/ood.h"
#include "pca_artefacts.h"
#include "pca_effects.h"
#include "pca_file.h"
#include "text_artefact.h"

#include <inttypes.h>
#include <string.h>

/* Samples of one part, as the components see them. */
typedef struct part_scores {
    int64_t n;
    double *scores;          /* [n x n_components] */
    double *squared_lengths; /* [n] of z */
} part_scores;

/* What the steps of the stage hand on. */
typedef struct pca_stage {
    om_ctx *ctx;
    const om_job *job;
    om_workdir *workdir;
    om_job_lesson lesson; /* as om_stage_train has it */
    om_principal *principal;
    int64_t *rows;           /* [n_samples] all of them */
    double *scores;          /* [n_samples x n_components] */
    double *squared_lengths; /* [n_samples] of z */
    /* On rank 0: */
    part_scores training;
    part_scores held_out; /* the validation part */
    om_strings *genes;
} pca_stage;

static void release_part(part_scores *part) {
    om_free(part->squared_lengths);
    om_free(part->scores);
}

static void destroy(pca_stage *stage) {
    om_strings_destroy(&stage->genes);
    release_part(&stage->held_out);
    release_part(&stage->training);
    om_free(stage->squared_lengths);
    om_free(stage->scores);
    om_free(stage->rows);
    om_principal_destroy(&stage->principal);
    om_job_lesson_release(&stage->lesson);
}

static void say_seconds(const pca_stage *stage, const char *phase, double seconds) {
    om_log_info(om_context_log(stage->ctx), "pca: %s: %.3f s", phase, seconds);
}

/* Collective. */
static om_status make_source(om_z_source **out, const pca_stage *stage, const int64_t *rows,
                             int64_t n_rows) {
    const om_lesson *lesson = stage->lesson.lesson;
    const om_feature_matrix *matrix = &stage->lesson.matrix;
    return om_z_source_create(out, stage->ctx, matrix->set, matrix->n_features, lesson->mean,
                              lesson->sd, rows, n_rows);
}

/* Collective. */
static om_status find_components(pca_stage *stage) {
    om_z_source *source = NULL;
    const om_lesson *lesson = stage->lesson.lesson;
    int64_t n_training = lesson->counts[OM_PART_TRAINING];
    om_log_info(om_context_log(stage->ctx),
                "pca: %" PRId64 " features of %" PRId64 " training samples",
                stage->lesson.matrix.n_features, n_training);
    om_status status = make_source(&source, stage, lesson->rows[OM_PART_TRAINING], n_training);
    if (status == OM_OK) {
        status =
            om_principal_compute(&stage->principal, stage->ctx, source, stage->job->pca.components);
    }
    om_z_source_destroy(&source);
    OM_TRY(status);
    say_seconds(stage, "sums of terms", stage->principal->seconds_sums);
    say_seconds(stage, "eigenvectors", stage->principal->seconds_eigenvectors);
    return OM_OK;
}

static om_status allocate_scores(pca_stage *stage) {
    int64_t n = stage->lesson.table->n_samples;
    stage->rows = om_malloc(n, sizeof *stage->rows);
    stage->scores = om_malloc(n * stage->principal->n_components, sizeof *stage->scores);
    stage->squared_lengths = om_malloc(n, sizeof *stage->squared_lengths);
    if (stage->rows == NULL || stage->scores == NULL || stage->squared_lengths == NULL) {
        return OM_MEMORY;
    }
    for (int64_t i = 0; i < n; i++) {
        stage->rows[i] = i;
    }
    return OM_OK;
}

/* Of all samples, those of the other parts, too. Collective. */
static om_status project(pca_stage *stage) {
    om_z_source *source = NULL;
    OM_TRY(om_agree(stage->ctx, allocate_scores(stage)));
    om_status status = make_source(&source, stage, stage->rows, stage->lesson.table->n_samples);
    if (status == OM_OK) {
        status = om_z_source_project(stage->scores, stage->squared_lengths, source,
                                     stage->principal->loadings, stage->principal->n_components);
    }
    om_z_source_destroy(&source);
    return status;
}

static om_status pick_part(part_scores *picked, const pca_stage *stage, om_part part) {
    const int64_t *rows = stage->lesson.lesson->rows[part];
    int64_t n = stage->lesson.lesson->counts[part], count = stage->principal->n_components;
    picked->n = n;
    picked->scores = om_malloc(n * count, sizeof *picked->scores);
    picked->squared_lengths = om_malloc(n, sizeof *picked->squared_lengths);
    if (picked->scores == NULL || picked->squared_lengths == NULL) {
        return OM_MEMORY;
    }
    for (int64_t i = 0; i < n; i++) {
        memcpy(picked->scores + i * count, stage->scores + rows[i] * count,
               (size_t)count * sizeof *stage->scores);
        picked->squared_lengths[i] = stage->squared_lengths[rows[i]];
    }
    return OM_OK;
}

static om_status report_effects(om_text *csv, const pca_stage *stage, om_pca_effects *effects,
                                const om_text_origin *origin) {
    OM_TRY(om_pca_effects_csv(csv, effects));
    OM_TRY(om_text_artefact_commit(origin, OM_PCA_EFFECTS_NAME, csv));
    return om_pca_effects_say(om_context_log(stage->ctx), effects);
}

static om_status commit_effects(const pca_stage *stage, const om_text_origin *origin) {
    om_pca_effects *effects = NULL;
    om_text *csv = NULL;
    om_status status =
        om_pca_effects_create(&effects, stage->principal, stage->lesson.table,
                              stage->lesson.lesson->rows[OM_PART_TRAINING], stage->training.scores);
    status = status == OM_OK ? om_text_create(&csv) : status;
    status = status == OM_OK ? report_effects(csv, stage, effects, origin) : status;
    om_text_destroy(&csv);
    om_pca_effects_destroy(&effects);
    return status;
}

static om_status write_components(const void *content, const char *path, om_digest *digest) {
    const pca_stage *stage = content;
    const om_pca_content components = {.synthetic = stage->lesson.path,
                                       .n_samples = stage->lesson.table->n_samples,
                                       .parts = stage->lesson.parts,
                                       .genes = stage->genes,
                                       .mean = stage->lesson.lesson->mean,
                                       .sd = stage->lesson.lesson->sd,
                                       .principal = stage->principal,
                                       .scores = stage->scores};
    return om_pca_file_write(path, &components, digest);
}

static om_status write_ood(const void *content, const char *path, om_digest *digest) {
    const pca_stage *stage = content;
    const om_principal *principal = stage->principal;
    const om_ood_content ood = {.genes = stage->genes,
                                .n_components = principal->n_components,
                                .mean = stage->lesson.lesson->mean,
                                .sd = stage->lesson.lesson->sd,
                                .loadings = principal->loadings,
                                .variance = principal->variance,
                                .n_training = stage->training.n,
                                .scores = stage->training.scores,
                                .squared_lengths = stage->training.squared_lengths,
                                .n_held_out = stage->held_out.n,
                                .held_out_scores = stage->held_out.scores,
                                .held_out_squared_lengths = stage->held_out.squared_lengths};
    return om_ood_write(path, &ood, digest);
}

/* Rank 0. */
static om_status commit_all(pca_stage *stage, const om_text_origin *origin) {
    OM_TRY(pick_part(&stage->training, stage, OM_PART_TRAINING));
    OM_TRY(pick_part(&stage->held_out, stage, OM_PART_VALIDATION));
    OM_TRY(om_feature_names_read(&stage->genes, stage->lesson.path, &stage->lesson.matrix));
    OM_TRY(commit_effects(stage, origin));
    OM_TRY(om_file_artefact_commit(origin, OM_PCA_OOD_NAME, write_ood, stage));
    return om_file_artefact_commit(origin, OM_PCA_COMPONENTS_NAME, write_components, stage);
}

static om_status run(pca_stage *stage, const om_text_origin *origin) {
    om_ctx *ctx = stage->ctx;
    double started = MPI_Wtime();
    OM_TRY(om_job_lesson_make(&stage->lesson, ctx, stage->job, stage->workdir));
    say_seconds(stage, "reading and ranking", MPI_Wtime() - started);
    OM_TRY(find_components(stage));
    started = MPI_Wtime();
    OM_TRY(project(stage));
    say_seconds(stage, "projections", MPI_Wtime() - started);
    started = MPI_Wtime();
    OM_TRY(om_agree(ctx, om_context_is_root(ctx) ? commit_all(stage, origin) : OM_OK));
    say_seconds(stage, "effects and files", MPI_Wtime() - started);
    return OM_OK;
}

static om_status run_unless_current(bool *current, om_ctx *ctx, const om_job *job,
                                    om_workdir *workdir, om_text *inputs) {
    const om_text_origin origin = {.workdir = workdir, .stage = om_pca_stage, .inputs = inputs};
    om_status described = om_context_is_root(ctx) ? om_pca_describe(inputs, job, workdir) : OM_OK;
    OM_TRY(
        om_artefacts_look(current, ctx, &origin, described, om_pca_artefacts, OM_N_PCA_ARTEFACTS));
    if (*current) {
        return OM_OK;
    }
    pca_stage stage = {.ctx = ctx, .job = job, .workdir = workdir};
    om_status status = run(&stage, &origin);
    destroy(&stage);
    return status;
}

om_status om_stage_pca(om_ctx *ctx, const om_job *job, om_workdir *workdir) {
    OM_TRY(om_workdir_stage_begin(workdir, om_pca_stage));
    om_text *inputs = NULL;
    bool current = false;
    om_status status = om_agree(ctx, om_text_create(&inputs));
    status = status == OM_OK ? run_unless_current(&current, ctx, job, workdir, inputs) : status;
    om_text_destroy(&inputs);
    OM_TRY(status);
    return om_workdir_stage_end(workdir, !current);
}
