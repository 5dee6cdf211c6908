/* synthetic.h5ad -> features.txt, model.h5, training.csv, split.csv, test.csv */
#include "oncomark/stages.h"

#include "checkpoint.h"
#include "lesson.h"
#include "oncomark/choice_name.h"
#include "oncomark/h5ad.h"
#include "oncomark/memory.h"
#include "same_arithmetic.h"
#include "test_report.h"
#include "train_artefacts.h"

#include <inttypes.h>

static const char checkpoint_name[] = ".oncomark/train.checkpoint";

/* What the steps of the stage hand on. */
typedef struct train_stage {
    om_ctx *ctx;
    const om_job *job;
    om_workdir *workdir;
    char *path;       /* of synthetic.h5ad */
    char *checkpoint; /* path of the training's state while it goes on */
    om_sample_table *table;
    uint8_t *parts; /* [n_samples] */
    om_feature_matrix matrix;
    om_lesson *lesson;
    om_training *training;
    float *test_logits; /* [test samples x 10] */
} train_stage;

static void destroy(train_stage *stage) {
    om_free(stage->test_logits);
    om_training_destroy(&stage->training);
    om_lesson_destroy(&stage->lesson);
    om_feature_matrix_release(&stage->matrix);
    om_free(stage->parts);
    om_sample_table_destroy(&stage->table);
    om_free(stage->checkpoint);
    om_free(stage->path);
}

static om_status name_files(train_stage *stage) {
    stage->path = om_workdir_path(stage->workdir, "synthetic.h5ad");
    stage->checkpoint = om_workdir_path(stage->workdir, checkpoint_name);
    return stage->path != NULL && stage->checkpoint != NULL ? OM_OK : OM_MEMORY;
}

static om_status split_samples(train_stage *stage) {
    stage->parts = om_calloc(stage->table->n_samples, sizeof *stage->parts);
    if (stage->parts == NULL) {
        return OM_MEMORY;
    }
    OM_TRY(om_split_assign(stage->parts, stage->table, &stage->job->train, stage->job->seed));
    return om_lesson_create(&stage->lesson, stage->table, stage->parts);
}

/* Rank 0: hallmarks whose head sees one label only, or none, in training. */
static om_status warn_of_gaps(const train_stage *stage) {
    bool seen[OM_N_HALLMARKS][2] = {{false, false}};
    for (int64_t i = 0; i < stage->lesson->counts[OM_PART_TRAINING]; i++) {
        int64_t sample = stage->lesson->rows[OM_PART_TRAINING][i];
        seen[stage->table->task[sample]][stage->table->label[sample]] = true;
    }
    om_text *gaps = NULL;
    OM_TRY(om_text_create(&gaps));
    om_status status = OM_OK;
    for (int k = 0; k < OM_N_HALLMARKS && status == OM_OK; k++) {
        if (!seen[k][0] || !seen[k][1]) {
            status = om_text_add(gaps, " %s", om_hallmark_code(k));
        }
    }
    if (status == OM_OK && om_text_length(gaps) > 0) {
        om_log_warn(om_context_log(stage->ctx),
                    "train: the training part lacks positive or negative samples of:%s",
                    om_text_get(gaps));
    }
    om_text_destroy(&gaps);
    return status;
}

/* Features come from the training part, so that the other parts stay unseen. The published scheme
 * (no groups) takes the variance over all samples. */
static bool features_from_all(const om_job *job) {
    return job->train.split_group == OM_GROUP_NONE;
}

static om_status make_matrix(train_stage *stage) {
    const om_sample_source source = {stage->path, stage->table, stage->workdir};
    return om_feature_matrix_make(&stage->matrix, stage->ctx, &source,
                                  features_from_all(stage->job) ? NULL : stage->parts,
                                  stage->job->features.most_variable);
}

static om_status learn(train_stage *stage, const om_train_key *key) {
    const om_checkpoint_place place = {
        .path = stage->checkpoint, .key = key->hex, .workdir = stage->workdir};
    OM_TRY(om_lesson_learn(&stage->training, stage->lesson, stage->ctx, stage->workdir,
                           &stage->job->train, stage->job->seed, &place));
    return om_agree(stage->ctx, om_training_check(stage->training));
}

static om_status test(train_stage *stage) {
    int64_t n_test = stage->lesson->counts[OM_PART_TEST];
    stage->test_logits = om_calloc(n_test * OM_N_HALLMARKS, sizeof *stage->test_logits);
    OM_TRY(om_agree(stage->ctx, stage->test_logits != NULL ? OM_OK : OM_MEMORY));
    return om_lesson_test(stage->test_logits, stage->lesson, stage->ctx, stage->training->network,
                          stage->job->train.block);
}

static om_status read_gene_names(const train_stage *stage, om_strings **names) {
    const om_feature_matrix *matrix = &stage->matrix;
    om_h5 *file = NULL;
    om_strings *all = NULL;
    om_status status = om_strings_create(names);
    status = status == OM_OK ? om_h5_open(&file, stage->path) : status;
    status = status == OM_OK ? om_h5ad_read_index(file, "var", &all) : status;
    if (status == OM_OK && om_strings_count(all) <= matrix->genes[matrix->n_features - 1]) {
        status = om_fail(OM_INPUT, "%s: var: found %" PRId64 " genes, fewer than X has columns",
                         stage->path, om_strings_count(all));
    }
    for (int64_t f = 0; f < matrix->n_features && status == OM_OK; f++) {
        status = om_strings_add(*names, om_strings_get(all, matrix->genes[f]));
    }
    om_strings_destroy(&all);
    om_h5_close(&file);
    return status;
}

static om_status commit_model(const train_stage *stage, const om_train_key *key,
                              om_strings *genes) {
    const om_job *job = stage->job;
    const om_lesson *lesson = stage->lesson;
    const om_model model = {.genes = genes,
                            .mean = lesson->mean,
                            .sd = lesson->sd,
                            .network = stage->training->network};
    const om_model_source source = {
        .loss = om_loss_name(job->train.loss),
        .split = om_group_name(job->train.split_group),
        .feature_samples = features_from_all(job) ? "all" : "training",
        .seed = job->seed,
        .n_training = lesson->counts[OM_PART_TRAINING],
        .n_validation = lesson->counts[OM_PART_VALIDATION],
        .n_test = lesson->counts[OM_PART_TEST],
        .kept_epoch = stage->training->kept_epoch,
    };
    return om_train_commit_model(key, &model, &source);
}

static om_status commit_test(const train_stage *stage, const om_train_key *key) {
    static const char *const unseen[] = {[OM_GROUP_PATIENT] = "patients",
                                         [OM_GROUP_SAMPLE] = "biopsies",
                                         [OM_GROUP_STUDY] = "studies",
                                         [OM_GROUP_TISSUE] = "tissues",
                                         [OM_GROUP_NONE] = NULL};
    om_text *csv = NULL;
    OM_TRY(om_text_create(&csv));
    om_status status =
        om_test_report(csv, om_context_log(stage->ctx), stage->test_logits, stage->table,
                       stage->lesson->rows[OM_PART_TEST], stage->lesson->counts[OM_PART_TEST],
                       unseen[stage->job->train.split_group]);
    if (status == OM_OK) {
        status = om_train_commit_text(key, "test.csv", csv);
    }
    om_text_destroy(&csv);
    return status;
}

/* Rank 0. The model goes last: where it is, the other artefacts are. */
static om_status commit_all(const train_stage *stage, const om_train_key *key) {
    om_strings *genes = NULL;
    om_status status = read_gene_names(stage, &genes);
    status = status == OM_OK ? om_train_commit_genes(key, genes) : status;
    status = status == OM_OK ? om_train_commit_epochs(key, stage->training) : status;
    if (status == OM_OK) {
        status = om_train_commit_split(key, stage->path, stage->parts, stage->table->n_samples);
    }
    if (status == OM_OK) {
        bool has_test = stage->lesson->counts[OM_PART_TEST] > 0;
        status =
            has_test ? commit_test(stage, key) : om_workdir_withdraw(stage->workdir, "test.csv");
    }
    status = status == OM_OK ? commit_model(stage, key, genes) : status;
    om_strings_destroy(&genes);
    return status;
}

static void say_sizes(const train_stage *stage) {
    const int64_t *counts = stage->lesson->counts;
    om_log_info(om_context_log(stage->ctx),
                "train: %" PRId64 " features; %" PRId64 " training, %" PRId64
                " validation and %" PRId64 " test samples",
                stage->matrix.n_features, counts[OM_PART_TRAINING], counts[OM_PART_VALIDATION],
                counts[OM_PART_TEST]);
}

static om_status run(train_stage *stage, const om_train_key *key) {
    om_ctx *ctx = stage->ctx;
    bool is_root = om_context_is_root(ctx);
    OM_TRY(om_check_same_arithmetic(ctx, "train"));
    OM_TRY(om_agree(ctx, name_files(stage)));
    OM_TRY(om_sample_table_read(&stage->table, ctx, stage->path));
    OM_TRY(om_agree(ctx, split_samples(stage)));
    OM_TRY(om_agree(ctx, is_root ? warn_of_gaps(stage) : OM_OK));
    OM_TRY(make_matrix(stage));
    say_sizes(stage);
    OM_TRY(om_lesson_scale(stage->lesson, ctx, &stage->matrix));
    OM_TRY(learn(stage, key));
    OM_TRY(test(stage));
    om_log_info(om_context_log(ctx), "train: kept the weights of epoch %" PRId64 " of %" PRId64,
                stage->training->kept_epoch, stage->training->n_epochs);
    OM_TRY(om_agree(ctx, is_root ? commit_all(stage, key) : OM_OK));
    if (is_root) {
        om_checkpoint_remove(stage->checkpoint);
    }
    return OM_OK;
}

/* Rank 0 makes the key and judges for all: what was just written may reach other nodes late, and
 * no rank may skip what the others do. */
static om_status look_whether_current(om_train_key *key, uint8_t *current, om_ctx *ctx,
                                      const om_job *job, om_workdir *workdir) {
    om_status status = OM_OK;
    *current = 0;
    if (om_context_is_root(ctx)) {
        status = om_train_key_make(key, workdir, job);
        *current = status == OM_OK && om_train_is_current(key, job) ? 1 : 0;
    }
    OM_TRY(om_agree(ctx, status));
    return om_broadcast(ctx, 0, current, sizeof *current);
}

om_status om_stage_train(om_ctx *ctx, const om_job *job, om_workdir *workdir) {
    OM_TRY(om_workdir_stage_begin(workdir, "train"));
    om_train_key key = {.inputs = NULL};
    uint8_t current = 0;
    om_status status = look_whether_current(&key, &current, ctx, job, workdir);
    if (status == OM_OK && current == 0) {
        train_stage stage = {.ctx = ctx, .job = job, .workdir = workdir};
        status = run(&stage, &key);
        destroy(&stage);
    }
    om_text_destroy(&key.inputs);
    OM_TRY(status);
    return om_workdir_stage_end(workdir, current == 0);
}
