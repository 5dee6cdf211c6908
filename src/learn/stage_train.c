/* synthetic.h5ad -> features.txt, model.h5, training.csv, split.csv, test.csv */
#include "oncomark/stages.h"

#include "checkpoint.h"
#include "feature_names.h"
#include "job_lesson.h"
#include "oncomark/choice_name.h"
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
    char *checkpoint; /* path of the training's state while it goes on */
    om_job_lesson made;
    const om_lesson *lesson; /* of `made` */
    om_training *training;
    float *test_logits; /* [test samples x 10] */
} train_stage;

static void destroy(train_stage *stage) {
    om_free(stage->test_logits);
    om_training_destroy(&stage->training);
    om_job_lesson_release(&stage->made);
    om_free(stage->checkpoint);
}

/* Rank 0: hallmarks whose head sees one label only, or none, in training. */
static om_status warn_of_gaps(const train_stage *stage) {
    bool seen[OM_N_HALLMARKS][2] = {{false, false}};
    for (int64_t i = 0; i < stage->lesson->counts[OM_PART_TRAINING]; i++) {
        int64_t sample = stage->lesson->rows[OM_PART_TRAINING][i];
        seen[stage->lesson->table->task[sample]][stage->lesson->table->label[sample]] = true;
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
        .feature_samples = om_job_lesson_takes_all(job) ? "all" : "training",
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
        om_test_report(csv, om_context_log(stage->ctx), stage->test_logits, stage->lesson->table,
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
    om_status status = om_feature_names_read(&genes, stage->made.path, &stage->made.matrix);
    status = status == OM_OK ? om_train_commit_genes(key, genes) : status;
    status = status == OM_OK ? om_train_commit_epochs(key, stage->training) : status;
    if (status == OM_OK) {
        status = om_train_commit_split(key, stage->made.path, stage->made.parts,
                                       stage->lesson->table->n_samples);
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
                stage->made.matrix.n_features, counts[OM_PART_TRAINING], counts[OM_PART_VALIDATION],
                counts[OM_PART_TEST]);
}

static om_status run(train_stage *stage, const om_train_key *key) {
    om_ctx *ctx = stage->ctx;
    bool is_root = om_context_is_root(ctx);
    OM_TRY(om_check_same_arithmetic(ctx, "train"));
    stage->checkpoint = om_workdir_path(stage->workdir, checkpoint_name);
    OM_TRY(om_agree(ctx, stage->checkpoint != NULL ? OM_OK : OM_MEMORY));
    OM_TRY(om_job_lesson_make(&stage->made, ctx, stage->job, stage->workdir));
    stage->lesson = stage->made.lesson;
    OM_TRY(om_agree(ctx, is_root ? warn_of_gaps(stage) : OM_OK));
    say_sizes(stage);
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
