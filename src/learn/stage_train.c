/* synthetic.h5ad -> features.txt, model.h5, training.csv, split.csv, test.csv */
#include "oncomark/stages.h"

#include "block.h"
#include "checkpoint.h"
#include "oncomark/features.h"
#include "oncomark/h5ad.h"
#include "oncomark/memory.h"
#include "oncomark/split.h"
#include "oncomark/training_set.h"
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
    uint8_t *parts;             /* [n_samples] */
    int64_t *rows[OM_N_PARTS];  /* samples of each part */
    int64_t counts[OM_N_PARTS]; /* how many */
    int64_t *genes;             /* [n_features] numbers of the features' genes */
    int64_t n_features;
    double *mean; /* [n_features] */
    double *sd;
    om_training_set *set;
    om_transform *transform;
    om_training *training;
    float *test_logits; /* [test samples x 10] */
} train_stage;

static void destroy(train_stage *stage) {
    om_free(stage->test_logits);
    om_training_destroy(&stage->training);
    om_transform_destroy(&stage->transform);
    om_training_set_destroy(&stage->set);
    om_free(stage->mean);
    om_free(stage->sd);
    om_free(stage->genes);
    for (int part = 0; part < OM_N_PARTS; part++) {
        om_free(stage->rows[part]);
    }
    om_free(stage->parts);
    om_sample_table_destroy(&stage->table);
    om_free(stage->checkpoint);
    om_free(stage->path);
}

static om_status split_samples(train_stage *stage) {
    int64_t n = stage->table->n_samples;
    stage->parts = om_calloc(n, sizeof *stage->parts);
    if (stage->parts == NULL) {
        return OM_MEMORY;
    }
    OM_TRY(om_split_assign(stage->parts, stage->table, &stage->job->train, stage->job->seed));
    for (int part = 0; part < OM_N_PARTS; part++) {
        OM_TRY(om_split_rows(&stage->rows[part], &stage->counts[part], stage->parts, n,
                             (om_part)part));
    }
    return OM_OK;
}

/* Rank 0: hallmarks whose head sees one label only, or none, in training. */
static om_status warn_of_gaps(const train_stage *stage) {
    bool seen[OM_N_HALLMARKS][2] = {{false, false}};
    for (int64_t i = 0; i < stage->counts[OM_PART_TRAINING]; i++) {
        int64_t sample = stage->rows[OM_PART_TRAINING][i];
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

static om_status select_features(train_stage *stage) {
    int64_t n = stage->table->n_samples;
    bool *counted = om_calloc(n, sizeof *counted);
    om_status status = om_agree(stage->ctx, counted != NULL ? OM_OK : OM_MEMORY);
    for (int64_t i = 0; i < n && status == OM_OK; i++) {
        counted[i] = features_from_all(stage->job) || stage->parts[i] == OM_PART_TRAINING;
    }
    int64_t nonzeros = 0;
    if (status == OM_OK) {
        status =
            om_features_read(&stage->genes, &stage->n_features, stage->ctx, stage->path,
                             stage->table, counted, stage->job->features.most_variable, &nonzeros);
    }
    om_workdir_count(stage->workdir, OM_COUNT_NONZEROS, nonzeros);
    om_free(counted);
    return status;
}

static om_status prepare_input(train_stage *stage) {
    OM_TRY(om_training_set_create(&stage->set, stage->ctx, stage->path, stage->table, stage->genes,
                                  stage->n_features));
    stage->mean = om_calloc(stage->n_features, sizeof *stage->mean);
    stage->sd = om_calloc(stage->n_features, sizeof *stage->sd);
    bool complete = stage->mean != NULL && stage->sd != NULL;
    OM_TRY(om_agree(stage->ctx, complete ? OM_OK : OM_MEMORY));
    OM_TRY(om_training_set_scale(stage->ctx, stage->set, stage->rows[OM_PART_TRAINING],
                                 stage->counts[OM_PART_TRAINING], stage->mean, stage->sd));
    return om_agree(stage->ctx, om_transform_create(&stage->transform, stage->n_features,
                                                    stage->mean, stage->sd));
}

static om_samples samples_of(const train_stage *stage) {
    return (om_samples){.doubled_ranks = om_training_set_ranks(stage->set),
                        .n_features = stage->n_features,
                        .task = stage->table->task,
                        .label = stage->table->label,
                        .transform = stage->transform};
}

static om_status learn(train_stage *stage, const om_train_key *key) {
    const om_training_input input = {
        .samples = samples_of(stage),
        .training = stage->rows[OM_PART_TRAINING],
        .n_training = stage->counts[OM_PART_TRAINING],
        .validation = stage->rows[OM_PART_VALIDATION],
        .n_validation = stage->counts[OM_PART_VALIDATION],
    };
    const om_checkpoint_place place = {
        .path = stage->checkpoint, .key = key->hex, .workdir = stage->workdir};
    OM_TRY(om_train(&stage->training, stage->ctx, &input, &stage->job->train, stage->job->seed,
                    &place));
    om_workdir_count(stage->workdir, OM_COUNT_TRAINING_ROWS, stage->training->rows_computed);
    int64_t n_test = stage->counts[OM_PART_TEST];
    stage->test_logits = om_calloc(n_test * OM_N_HALLMARKS, sizeof *stage->test_logits);
    OM_TRY(om_agree(stage->ctx, stage->test_logits != NULL ? OM_OK : OM_MEMORY));
    return om_block_logits(stage->test_logits, stage->ctx, stage->training->network, &input.samples,
                           stage->rows[OM_PART_TEST], n_test, stage->job->train.block);
}

static om_status read_gene_names(const train_stage *stage, om_strings **names) {
    om_h5 *file = NULL;
    om_strings *all = NULL;
    om_status status = om_strings_create(names);
    status = status == OM_OK ? om_h5_open(&file, stage->path) : status;
    status = status == OM_OK ? om_h5ad_read_index(file, "var", &all) : status;
    if (status == OM_OK && om_strings_count(all) <= stage->genes[stage->n_features - 1]) {
        status = om_fail(OM_INPUT, "%s: var: found %" PRId64 " genes, fewer than X has columns",
                         stage->path, om_strings_count(all));
    }
    for (int64_t f = 0; f < stage->n_features && status == OM_OK; f++) {
        status = om_strings_add(*names, om_strings_get(all, stage->genes[f]));
    }
    om_strings_destroy(&all);
    om_h5_close(&file);
    return status;
}

static om_status commit_model(const train_stage *stage, const om_train_key *key,
                              om_strings *genes) {
    static const char *const groups[] = {[OM_GROUP_PATIENT] = "patient",
                                         [OM_GROUP_SAMPLE] = "sample",
                                         [OM_GROUP_STUDY] = "study",
                                         [OM_GROUP_TISSUE] = "tissue",
                                         [OM_GROUP_NONE] = "none"};
    const om_job *job = stage->job;
    const om_model model = {
        .genes = genes, .mean = stage->mean, .sd = stage->sd, .network = stage->training->network};
    const om_model_source source = {
        .loss = job->train.loss == OM_LOSS_MASKED ? "masked" : "published",
        .split = groups[job->train.split_group],
        .feature_samples = features_from_all(job) ? "all" : "training",
        .seed = job->seed,
        .n_training = stage->counts[OM_PART_TRAINING],
        .n_validation = stage->counts[OM_PART_VALIDATION],
        .n_test = stage->counts[OM_PART_TEST],
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
                       stage->rows[OM_PART_TEST], stage->counts[OM_PART_TEST],
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
        status = stage->counts[OM_PART_TEST] > 0 ? commit_test(stage, key)
                                                 : om_workdir_withdraw(stage->workdir, "test.csv");
    }
    status = status == OM_OK ? commit_model(stage, key, genes) : status;
    om_strings_destroy(&genes);
    return status;
}

static void say_sizes(const train_stage *stage) {
    om_log_info(om_context_log(stage->ctx),
                "train: %" PRId64 " features; %" PRId64 " training, %" PRId64
                " validation and %" PRId64 " test samples",
                stage->n_features, stage->counts[OM_PART_TRAINING],
                stage->counts[OM_PART_VALIDATION], stage->counts[OM_PART_TEST]);
}

static om_status run(train_stage *stage, const om_train_key *key) {
    om_ctx *ctx = stage->ctx;
    bool is_root = om_context_is_root(ctx);
    OM_TRY(om_check_same_arithmetic(ctx, "train"));
    stage->path = om_workdir_path(stage->workdir, "synthetic.h5ad");
    stage->checkpoint = om_workdir_path(stage->workdir, checkpoint_name);
    bool complete = stage->path != NULL && stage->checkpoint != NULL;
    OM_TRY(om_agree(ctx, complete ? OM_OK : OM_MEMORY));
    OM_TRY(om_sample_table_read(&stage->table, ctx, stage->path));
    OM_TRY(om_agree(ctx, split_samples(stage)));
    OM_TRY(om_agree(ctx, is_root ? warn_of_gaps(stage) : OM_OK));
    OM_TRY(select_features(stage));
    say_sizes(stage);
    OM_TRY(prepare_input(stage));
    OM_TRY(learn(stage, key));
    om_log_info(om_context_log(ctx), "train: kept the weights of epoch %" PRId64 " of %" PRId64,
                stage->training->kept_epoch, stage->training->n_epochs);
    return om_agree(ctx, is_root ? commit_all(stage, key) : OM_OK);
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

/* The artefacts are all there. */
static void remove_checkpoint(const om_workdir *workdir) {
    char *path = om_workdir_path(workdir, checkpoint_name);
    if (path != NULL) {
        om_checkpoint_remove(path);
    }
    om_free(path);
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
        if (status == OM_OK && om_context_is_root(ctx)) {
            remove_checkpoint(workdir);
        }
    }
    om_text_destroy(&key.inputs);
    OM_TRY(status);
    return om_workdir_stage_end(workdir, current == 0);
}
