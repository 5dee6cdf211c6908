#include "crossval_forecast.h"

#include "oncomark/hallmark.h"
#include "oncomark/memory.h"
#include "oncomark/train.h"

#include <mpi.h>

enum { N_BATCHES = 4, MOST_EPOCHS = 1 << 20 };

/* A few batches of samples. */
typedef struct trial {
    om_ctx *ctx;
    om_log *quiet;
    int64_t n_features;
    int64_t n_training;
    int64_t n_validation;
    int64_t *rows;   /* training, then validation */
    uint16_t *ranks; /* [rows x n_features] */
    uint8_t *task;   /* [rows] */
    uint8_t *label;  /* [rows] */
    double *mean;    /* [n_features] */
    double *sd;      /* [n_features] */
    om_transform *transform;
} trial;

static void release(trial *made) {
    om_transform_destroy(&made->transform);
    om_free(made->rows);
    om_free(made->ranks);
    om_free(made->task);
    om_free(made->label);
    om_free(made->mean);
    om_free(made->sd);
    om_context_destroy(&made->ctx);
    om_log_destroy(&made->quiet);
}

static om_status take_memory(trial *made) {
    int64_t n = made->n_training + made->n_validation;
    made->rows = om_malloc(n, sizeof *made->rows);
    made->ranks = om_malloc(n * made->n_features, sizeof *made->ranks);
    made->task = om_malloc(n, sizeof *made->task);
    made->label = om_malloc(n, sizeof *made->label);
    made->mean = om_calloc(made->n_features, sizeof *made->mean);
    made->sd = om_malloc(made->n_features, sizeof *made->sd);
    made->quiet = om_log_create(false);
    bool complete = made->rows != NULL && made->ranks != NULL && made->task != NULL &&
                    made->label != NULL && made->mean != NULL && made->sd != NULL &&
                    made->quiet != NULL;
    return complete ? OM_OK : OM_MEMORY;
}

static om_status prepare(trial *made) {
    int64_t n = made->n_training + made->n_validation;
    OM_TRY(take_memory(made));
    for (int64_t i = 0; i < n; i++) {
        made->rows[i] = i;
        made->task[i] = (uint8_t)(i % OM_N_HALLMARKS);
        made->label[i] = (uint8_t)(i / OM_N_HALLMARKS % 2);
    }
    for (int64_t i = 0; i < n * made->n_features; i++) {
        made->ranks[i] = (uint16_t)(2 + i * 7919 % (2 * made->n_features - 1));
    }
    for (int64_t f = 0; f < made->n_features; f++) {
        made->sd[f] = 1;
    }
    OM_TRY(om_transform_create(&made->transform, made->n_features, made->mean, made->sd));
    return om_context_create(&made->ctx, MPI_COMM_SELF, made->quiet);
}

/* Seconds of a training of so many epochs. */
static om_status time_training(double *seconds, const trial *made, om_train_parameters train,
                               int64_t epochs) {
    const om_training_input input = {.samples = {.doubled_ranks = made->ranks,
                                                 .n_features = made->n_features,
                                                 .task = made->task,
                                                 .label = made->label,
                                                 .transform = made->transform},
                                     .training = made->rows,
                                     .n_training = made->n_training,
                                     .validation = made->rows + made->n_training,
                                     .n_validation = made->n_validation};
    train.epochs = epochs;
    train.patience = 0;
    train.learning_rate = 1e-9; /* whatever the setting's does to these data */
    train.learning_rate_floor = 0;
    om_training *training = NULL;
    double started = MPI_Wtime();
    om_status status = om_train(&training, made->ctx, &input, &train, 1, NULL);
    *seconds = MPI_Wtime() - started;
    om_training_destroy(&training);
    return status;
}

om_status om_forecast_measure(double *seconds_per_row, const om_crossval_setting *setting,
                              int64_t n_features, const int64_t counts[OM_N_PARTS], double budget) {
    trial made = {.n_features = n_features, .n_training = N_BATCHES * setting->train.batch};
    made.n_validation = 1 + made.n_training * counts[OM_PART_VALIDATION] / counts[OM_PART_TRAINING];
    om_status status = prepare(&made);
    double seconds = 0;
    int64_t epochs = 1;
    while (status == OM_OK) {
        status = time_training(&seconds, &made, setting->train, epochs);
        if (seconds >= budget / 2 || epochs >= MOST_EPOCHS) {
            break;
        }
        epochs *= 2;
    }
    *seconds_per_row = seconds / (double)(epochs * made.n_training);
    release(&made);
    return status;
}
