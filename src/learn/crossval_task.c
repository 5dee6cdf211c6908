#include "crossval_task.h"

#include "checkpoint.h"
#include "lesson.h"
#include "oncomark/fold_result.h"
#include "oncomark/hallmark.h"
#include "oncomark/memory.h"
#include "sample_names.h"

#include <inttypes.h>
#include <math.h>

/* What the steps of a task hand on. */
typedef struct task_work {
    om_crossval_worker *worker;
    const om_crossval_setting *setting;
    const om_crossval_task *task;
    int64_t number;
    int64_t fold;
    uint8_t *parts; /* [n_samples] */
    om_lesson *lesson;
    char *checkpoint; /* path */
    om_training *training;
    om_fold_result *result;
} task_work;

static void release(task_work *work) {
    om_fold_result_destroy(&work->result);
    om_training_destroy(&work->training);
    om_free(work->checkpoint);
    om_lesson_destroy(&work->lesson);
    om_free(work->parts);
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

/* What can be done without the other ranks. */
static om_status prepare(task_work *work) {
    const om_crossval_plan *plan = work->worker->plan;
    work->parts = om_malloc(plan->table->n_samples, sizeof *work->parts);
    if (work->parts == NULL) {
        return OM_MEMORY;
    }
    OM_TRY(name_checkpoint(work));
    OM_TRY(om_crossval_parts(work->parts, plan, work->fold));
    OM_TRY(om_lesson_create(&work->lesson, plan->table, work->parts));
    return om_fold_result_create(&work->result, work->lesson->counts[OM_PART_TEST]);
}

static om_status choose_matrix(const om_feature_matrix **matrix, task_work *work) {
    om_crossval_worker *worker = work->worker;
    if (worker->shared == NULL) {
        OM_TRY(om_crossval_matrix_make(&worker->own, worker->group, worker->workdir, worker->plan,
                                       work->number, work->parts));
    }
    *matrix = worker->shared != NULL ? &worker->shared->content : &worker->own.content;
    return OM_OK;
}

static om_status learn(task_work *work) {
    om_crossval_worker *worker = work->worker;
    const om_checkpoint_place place = {
        .path = work->checkpoint, .key = work->task->key, .workdir = worker->workdir};
    return om_lesson_learn(&work->training, work->lesson, worker->group, worker->workdir,
                           &work->setting->train, om_crossval_seed(worker->plan, work->fold),
                           &place);
}

/* A network that has diverged says nothing of any sample. */
static om_status test(task_work *work) {
    if (!work->training->diverged) {
        return om_lesson_test(work->result->logits, work->lesson, work->worker->group,
                              work->training->network, work->setting->train.block);
    }
    for (int64_t i = 0; i < work->result->n_test * OM_N_HALLMARKS; i++) {
        work->result->logits[i] = NAN;
    }
    return OM_OK;
}

static void fill_result(task_work *work) {
    const om_lesson *lesson = work->lesson;
    const om_training *training = work->training;
    om_fold_result *result = work->result;
    for (int64_t i = 0; i < result->n_test; i++) {
        int64_t sample = lesson->rows[OM_PART_TEST][i];
        result->rows[i] = sample;
        result->task[i] = lesson->table->task[sample];
        result->label[i] = lesson->table->label[sample];
    }
    result->n_training = lesson->counts[OM_PART_TRAINING];
    result->n_validation = lesson->counts[OM_PART_VALIDATION];
    result->n_features = lesson->matrix->n_features;
    result->n_epochs = training->n_epochs;
    result->kept_epoch = training->kept_epoch;
    result->diverged_epoch = training->diverged ? training->n_epochs : 0;
    result->validation_loss =
        training->diverged ? NAN : training->epochs[training->kept_epoch - 1].validation_loss;
}

/* On the group's root. */
static om_status commit(task_work *work) {
    om_crossval_worker *worker = work->worker;
    const om_crossval_plan *plan = worker->plan;
    om_text *inputs = NULL;
    char *temporary = NULL;
    om_digest digest = {{0, 0}};
    char hex[OM_DIGEST_HEX];
    fill_result(work);
    om_status status = om_text_create(&inputs);
    status = status == OM_OK ? om_crossval_inputs(inputs, plan, work->number) : status;
    if (status == OM_OK && worker->names == NULL) {
        status = om_sample_names_read(&worker->names, plan->path, plan->table->n_samples);
    }
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

static void say_outcome(const task_work *work, const char *what, double seconds) {
    om_log *log = om_context_log(work->worker->group);
    const om_fold_result *result = work->result;
    int64_t n_tasks = work->worker->plan->n_tasks;
    if (result->diverged_epoch > 0) {
        const om_epoch *last = &work->training->epochs[result->diverged_epoch - 1];
        om_log_warn(log,
                    "crossval: task %" PRId64 " of %" PRId64
                    " (%s) diverged: the loss of epoch %" PRId64 " is %g (validation %g)",
                    work->number + 1, n_tasks, what, result->diverged_epoch, last->loss,
                    last->validation_loss);
        return;
    }
    om_log_note(log,
                "crossval: task %" PRId64 " of %" PRId64
                " (%s): validation loss %.6g in epoch %" PRId64 " of %" PRId64 "; %.1f s",
                work->number + 1, n_tasks, what, result->validation_loss, result->kept_epoch,
                result->n_epochs, seconds);
}

/* One line, by the group's root. */
static om_status say(const task_work *work, double seconds) {
    om_text *what = NULL;
    OM_TRY(om_text_create(&what));
    om_status status = om_crossval_describe(what, work->worker->plan, work->number);
    if (status == OM_OK) {
        say_outcome(work, om_text_get(what), seconds);
    }
    om_text_destroy(&what);
    return status;
}

static om_status run(task_work *work) {
    om_ctx *group = work->worker->group;
    bool is_root = om_context_is_root(group);
    const om_feature_matrix *matrix = NULL;
    double started = MPI_Wtime();
    OM_TRY(om_agree(group, prepare(work)));
    OM_TRY(choose_matrix(&matrix, work));
    OM_TRY(om_lesson_scale(work->lesson, group, matrix));
    OM_TRY(learn(work));
    OM_TRY(test(work));
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
