#include "crossval_task.h"

#include "block.h"
#include "checkpoint.h"
#include "oncomark/fold_result.h"
#include "oncomark/h5ad.h"
#include "oncomark/hallmark.h"
#include "oncomark/memory.h"

#include <inttypes.h>
#include <string.h>

/* What the steps of a task hand on. */
typedef struct task_work {
    om_crossval_worker *worker;
    const om_crossval_setting *setting;
    const om_crossval_task *task;
    int64_t number;
    int64_t fold;
    uint8_t *parts;             /* [n_samples] */
    int64_t *rows[OM_N_PARTS];  /* samples of each part */
    int64_t counts[OM_N_PARTS]; /* how many */
    const om_crossval_matrix *matrix;
    double *mean; /* [n_features] */
    double *sd;
    om_transform *transform;
    char *checkpoint; /* path */
    om_training *training;
    om_fold_result *result;
} task_work;

static void release(task_work *work) {
    om_fold_result_destroy(&work->result);
    om_training_destroy(&work->training);
    om_free(work->checkpoint);
    om_transform_destroy(&work->transform);
    om_free(work->mean);
    om_free(work->sd);
    for (int part = 0; part < OM_N_PARTS; part++) {
        om_free(work->rows[part]);
    }
    om_free(work->parts);
}

static om_status split_samples(task_work *work) {
    const om_crossval_plan *plan = work->worker->plan;
    int64_t n = plan->table->n_samples;
    work->parts = om_malloc(n, sizeof *work->parts);
    if (work->parts == NULL) {
        return OM_MEMORY;
    }
    OM_TRY(om_crossval_parts(work->parts, plan, work->fold));
    for (int part = 0; part < OM_N_PARTS; part++) {
        OM_TRY(
            om_split_rows(&work->rows[part], &work->counts[part], work->parts, n, (om_part)part));
    }
    return OM_OK;
}

static om_status prepare_input(task_work *work) {
    om_crossval_worker *worker = work->worker;
    om_ctx *group = worker->group;
    if (worker->shared == NULL) {
        OM_TRY(om_crossval_matrix_make(&worker->own, group, worker->workdir, worker->plan,
                                       work->number, work->parts));
    }
    work->matrix = worker->shared != NULL ? worker->shared : &worker->own;
    int64_t n_features = work->matrix->n_features;
    work->mean = om_calloc(n_features, sizeof *work->mean);
    work->sd = om_calloc(n_features, sizeof *work->sd);
    OM_TRY(om_agree(group, work->mean != NULL && work->sd != NULL ? OM_OK : OM_MEMORY));
    OM_TRY(om_training_set_scale(group, work->matrix->set, work->rows[OM_PART_TRAINING],
                                 work->counts[OM_PART_TRAINING], work->mean, work->sd));
    return om_agree(group, om_transform_create(&work->transform, n_features, work->mean, work->sd));
}

static om_samples samples_of(const task_work *work) {
    const om_sample_table *table = work->worker->plan->table;
    return (om_samples){.doubled_ranks = om_training_set_ranks(work->matrix->set),
                        .n_features = work->matrix->n_features,
                        .task = table->task,
                        .label = table->label,
                        .transform = work->transform};
}

static om_status name_checkpoint(task_work *work) {
    char *name = om_format(".oncomark/%s.checkpoint", work->task->artefact);
    if (name == NULL) {
        return OM_MEMORY;
    }
    work->checkpoint = om_workdir_path(work->worker->workdir, name);
    om_free(name);
    return work->checkpoint != NULL ? OM_OK : OM_MEMORY;
}

static om_status learn(task_work *work, const om_samples *samples) {
    om_crossval_worker *worker = work->worker;
    const om_training_input input = {
        .samples = *samples,
        .training = work->rows[OM_PART_TRAINING],
        .n_training = work->counts[OM_PART_TRAINING],
        .validation = work->rows[OM_PART_VALIDATION],
        .n_validation = work->counts[OM_PART_VALIDATION],
    };
    OM_TRY(om_agree(worker->group, name_checkpoint(work)));
    const om_checkpoint_place place = {
        .path = work->checkpoint, .key = work->task->key, .workdir = worker->workdir};
    OM_TRY(om_train(&work->training, worker->group, &input, &work->setting->train,
                    om_crossval_seed(worker->plan, work->fold), &place));
    om_workdir_count(worker->workdir, OM_COUNT_TRAINING_ROWS, work->training->rows_computed);
    return OM_OK;
}

static om_status test(task_work *work, const om_samples *samples) {
    om_ctx *group = work->worker->group;
    int64_t n_test = work->counts[OM_PART_TEST];
    OM_TRY(om_agree(group, om_fold_result_create(&work->result, n_test)));
    return om_block_logits(work->result->logits, group, work->training->network, samples,
                           work->rows[OM_PART_TEST], n_test, work->setting->train.block);
}

static void fill_result(task_work *work) {
    const om_sample_table *table = work->worker->plan->table;
    const om_training *training = work->training;
    om_fold_result *result = work->result;
    for (int64_t i = 0; i < result->n_test; i++) {
        int64_t sample = work->rows[OM_PART_TEST][i];
        result->rows[i] = sample;
        result->task[i] = table->task[sample];
        result->label[i] = table->label[sample];
    }
    result->n_training = work->counts[OM_PART_TRAINING];
    result->n_validation = work->counts[OM_PART_VALIDATION];
    result->n_features = work->matrix->n_features;
    result->n_epochs = training->n_epochs;
    result->kept_epoch = training->kept_epoch;
    result->validation_loss = training->epochs[training->kept_epoch - 1].validation_loss;
}

static om_status read_names(om_crossval_worker *worker) {
    if (worker->names != NULL) {
        return OM_OK;
    }
    om_h5 *file = NULL;
    const om_crossval_plan *plan = worker->plan;
    om_status status = om_h5_open(&file, plan->path);
    status = status == OM_OK ? om_h5ad_read_index(file, "obs", &worker->names) : status;
    if (status == OM_OK && om_strings_count(worker->names) != plan->table->n_samples) {
        status =
            om_fail(OM_INPUT,
                    "%s: obs: found %" PRId64 " names, expected %" PRId64 ", one for each row of X",
                    plan->path, om_strings_count(worker->names), plan->table->n_samples);
    }
    om_h5_close(&file);
    return status;
}

/* On the group's root. */
static om_status commit(task_work *work) {
    om_crossval_worker *worker = work->worker;
    om_text *inputs = NULL;
    char *temporary = NULL;
    om_digest digest = {{0, 0}};
    char hex[OM_DIGEST_HEX];
    fill_result(work);
    om_status status = read_names(worker);
    status = status == OM_OK ? om_text_create(&inputs) : status;
    status = status == OM_OK ? om_crossval_inputs(inputs, worker->plan, work->number) : status;
    if (status == OM_OK) {
        status = om_workdir_temporary(&temporary, worker->workdir, work->task->artefact);
    }
    if (status == OM_OK) {
        status = om_fold_result_write(work->result, worker->names, temporary, &digest);
    }
    if (status == OM_OK) {
        om_digest_hex(&digest, hex);
        status = om_workdir_commit(worker->workdir, "crossval", work->task->artefact,
                                   om_text_get(inputs), work->task->key, hex);
    }
    if (status == OM_OK) {
        om_checkpoint_remove(work->checkpoint);
    }
    om_text_destroy(&inputs);
    om_free(temporary);
    return status;
}

/* One line, by the group's root. */
static om_status say(const task_work *work, double seconds) {
    const om_crossval_plan *plan = work->worker->plan;
    om_text *what = NULL;
    OM_TRY(om_text_create(&what));
    om_status status = om_crossval_describe(what, plan, work->number);
    if (status == OM_OK) {
        om_log_note(om_context_log(work->worker->group),
                    "crossval: task %" PRId64 " of %" PRId64
                    " (%s): validation loss %.6g in epoch %" PRId64 " of %" PRId64 "; %.1f s",
                    work->number + 1, plan->n_tasks, om_text_get(what),
                    work->result->validation_loss, work->result->kept_epoch, work->result->n_epochs,
                    seconds);
    }
    om_text_destroy(&what);
    return status;
}

static om_status run(task_work *work) {
    om_ctx *group = work->worker->group;
    bool is_root = om_context_is_root(group);
    double started = MPI_Wtime();
    OM_TRY(om_agree(group, split_samples(work)));
    OM_TRY(prepare_input(work));
    const om_samples samples = samples_of(work);
    OM_TRY(learn(work, &samples));
    OM_TRY(test(work, &samples));
    OM_TRY(om_agree(group, is_root ? commit(work) : OM_OK));
    return om_agree(group, is_root ? say(work, MPI_Wtime() - started) : OM_OK);
}

om_status om_crossval_task_run(om_crossval_worker *worker, int64_t task) {
    const om_crossval_plan *plan = worker->plan;
    task_work work = {.worker = worker,
                      .setting = &plan->settings[task / plan->n_folds],
                      .task = &plan->tasks[task],
                      .number = task,
                      .fold = task % plan->n_folds};
    om_status status = run(&work);
    release(&work);
    return status;
}

void om_crossval_worker_release(om_crossval_worker *worker) {
    om_crossval_matrix_release(&worker->own);
    om_strings_destroy(&worker->names);
}
