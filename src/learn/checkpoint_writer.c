#include "checkpoint_writer.h"

#include "oncomark/memory.h"

#include <pthread.h>
#include <signal.h>
#include <string.h>

struct om_checkpoint_writer {
    om_checkpoint copy;
    int64_t adam_steps;
    const om_checkpoint_place *place;
    bool is_writing; /* the thread is to be joined */
    pthread_t thread;
    om_status status; /* of the thread, and its message */
    char *message;
};

om_status om_checkpoint_writer_create(om_checkpoint_writer **out, const om_checkpoint *like) {
    om_checkpoint_writer *writer = om_calloc(1, sizeof *writer);
    *out = writer;
    if (writer == NULL) {
        return OM_MEMORY;
    }
    int64_t n = like->state.n_parameters;
    om_checkpoint *copy = &writer->copy;
    *copy = (om_checkpoint){.state = {.n_parameters = n,
                                      .parameters = om_malloc(n, sizeof(float)),
                                      .mean = om_malloc(n, sizeof(float)),
                                      .square = om_malloc(n, sizeof(float)),
                                      .best = om_malloc(n, sizeof(float)),
                                      .adam_steps = &writer->adam_steps},
                            .max_epochs = like->max_epochs,
                            .epochs = om_malloc(like->max_epochs, sizeof(om_epoch))};
    if (copy->state.parameters == NULL || copy->state.mean == NULL || copy->state.square == NULL ||
        copy->state.best == NULL || copy->epochs == NULL) {
        om_checkpoint_writer_destroy(out);
        return OM_MEMORY;
    }
    return OM_OK;
}

static void join(om_checkpoint_writer *writer) {
    if (writer->is_writing) {
        pthread_join(writer->thread, NULL);
        writer->is_writing = false;
    }
}

void om_checkpoint_writer_destroy(om_checkpoint_writer **writer) {
    if (*writer == NULL) {
        return;
    }
    join(*writer);
    om_free((*writer)->copy.state.parameters);
    om_free((*writer)->copy.state.mean);
    om_free((*writer)->copy.state.square);
    om_free((*writer)->copy.state.best);
    om_free((*writer)->copy.epochs);
    om_free((*writer)->message);
    om_free(*writer);
    *writer = NULL;
}

/* A message is kept for the thread that recorded it only. */
static void *write_copy(void *argument) {
    om_checkpoint_writer *writer = argument;
    writer->status = om_checkpoint_write(&writer->copy, writer->place);
    writer->message = writer->status != OM_OK ? om_strdup(om_error_message()) : NULL;
    return NULL;
}

om_status om_checkpoint_writer_wait(om_checkpoint_writer *writer) {
    join(writer);
    om_status status = writer->status;
    if (status != OM_OK) {
        om_fail(status, "%s", writer->message != NULL ? writer->message : "out of memory");
    }
    return status;
}

static void copy_state(om_checkpoint *to, const om_checkpoint *from) {
    size_t bytes = (size_t)from->state.n_parameters * sizeof(float);
    memcpy(to->state.parameters, from->state.parameters, bytes);
    memcpy(to->state.mean, from->state.mean, bytes);
    memcpy(to->state.square, from->state.square, bytes);
    memcpy(to->state.best, from->state.best, bytes);
    memcpy(to->epochs, from->epochs, (size_t)from->n_epochs * sizeof *to->epochs);
    *to->state.adam_steps = *from->state.adam_steps;
    to->schedule = from->schedule;
    to->n_epochs = from->n_epochs;
}

/* A thread has the mask of its maker: signals are for the threads that look for them. */
static int create_thread(om_checkpoint_writer *writer) {
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int failure = pthread_create(&writer->thread, NULL, write_copy, writer);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return failure;
}

om_status om_checkpoint_writer_begin(om_checkpoint_writer *writer, const om_checkpoint *checkpoint,
                                     const om_checkpoint_place *place) {
    OM_TRY(om_checkpoint_writer_wait(writer));
    copy_state(&writer->copy, checkpoint);
    writer->place = place;
    if (create_thread(writer) != 0) { /* then here and now */
        return om_checkpoint_write(&writer->copy, place);
    }
    writer->is_writing = true;
    return OM_OK;
}
