#include "checkpoint.h"

#include "oncomark/atomic_file.h"
#include "oncomark/file_seal.h"
#include "oncomark/h5.h"
#include "oncomark/memory.h"
#include "oncomark/product.h"
#include "oncomark/reader.h"
#include "oncomark/version.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { EPOCH_VALUES = 3, N_OWNERS = 3 };
_Static_assert(sizeof(om_epoch) == EPOCH_VALUES * sizeof(double), "epochs are stored as doubles");

/* Whose state it is, as digests, and single numbers. */
typedef struct header {
    om_digest owners[N_OWNERS];
    int64_t counts[5]; /* epochs, best epoch, waited, stop, Adam's steps */
    double schedule[2];
} header;

/* One data set of the file. */
typedef struct field {
    const char *name;
    om_type type;
    int64_t count;
    void *values;
} field;

enum { N_HEADER_FIELDS = 3, N_FIELDS = N_HEADER_FIELDS + 5 };

/* The header comes first: it says how long the rest is. */
static void list_fields(field fields[N_FIELDS], header *head, const om_checkpoint *checkpoint) {
    const om_trainer_state *state = &checkpoint->state;
    int64_t n = state->n_parameters;
    const field all[N_FIELDS] = {
        {"owners", OM_I64, 2 * (int64_t)N_OWNERS, head->owners},
        {"counts", OM_I64, 5, head->counts},
        {"schedule", OM_F64, 2, head->schedule},
        {"epochs", OM_F64, EPOCH_VALUES * checkpoint->n_epochs, checkpoint->epochs},
        {"parameters", OM_F32, n, state->parameters},
        {"mean", OM_F32, n, state->mean},
        {"square", OM_F32, n, state->square},
        {"best", OM_F32, n, state->best},
    };
    memcpy(fields, all, sizeof all);
}

static void set_owners(om_digest owners[N_OWNERS], const om_checkpoint_place *place) {
    const char *const texts[N_OWNERS] = {place->key, om_version(), om_product_arithmetic()};
    for (int i = 0; i < N_OWNERS; i++) {
        owners[i] = (om_digest){{0, 0}};
        om_digest_string(&owners[i], "owner", i, texts[i]);
    }
}

static om_status write_fields(const char *path, const field fields[N_FIELDS]) {
    om_h5 *file = NULL;
    om_status status = om_h5_create(&file, path);
    for (int i = 0; i < N_FIELDS && status == OM_OK; i++) {
        status = om_h5_write(file, fields[i].name, fields[i].type, 1, &fields[i].count,
                             fields[i].values);
    }
    om_status closed = om_h5_close(&file);
    return status == OM_OK ? closed : status;
}

static char *name_temporary(const om_checkpoint_place *place) {
    return place->workdir != NULL ? om_workdir_beside(place->workdir, place->path)
                                  : om_format("%s.tmp", place->path);
}

static om_status replace(const om_checkpoint_place *place, const char *temporary) {
    return place->workdir != NULL ? om_workdir_replace(place->workdir, temporary, place->path)
                                  : om_file_commit(temporary, place->path);
}

om_status om_checkpoint_write(const om_checkpoint *checkpoint, const om_checkpoint_place *place) {
    const om_schedule *schedule = &checkpoint->schedule;
    header head = {
        .counts = {checkpoint->n_epochs, schedule->best_epoch, schedule->waited,
                   schedule->stop ? 1 : 0, *checkpoint->state.adam_steps},
        .schedule = {schedule->learning_rate, schedule->best_loss},
    };
    field fields[N_FIELDS];
    set_owners(head.owners, place);
    list_fields(fields, &head, checkpoint);
    char *temporary = name_temporary(place);
    om_status status = temporary != NULL ? om_folder_make_parent(place->path) : OM_MEMORY;
    status = status == OM_OK ? write_fields(temporary, fields) : status;
    status = status == OM_OK ? om_file_seal(temporary) : status;
    status = status == OM_OK ? replace(place, temporary) : status;
    if (status != OM_OK && temporary != NULL) {
        unlink(temporary);
    }
    om_free(temporary);
    return status;
}

static om_status read_fields(const om_h5 *file, const field *fields, int n) {
    for (int i = 0; i < n; i++) {
        int n_dimensions = 0;
        int64_t shape[OM_H5_MAX_DIMENSIONS] = {0};
        OM_TRY(om_h5_shape(file, fields[i].name, &n_dimensions, shape));
        if (n_dimensions != 1 || shape[0] != fields[i].count) {
            return om_fail(OM_INPUT,
                           "%s: object '%s': found %d dimensions, the first of %" PRId64
                           ", expected one of %" PRId64,
                           om_h5_path(file), fields[i].name, n_dimensions, shape[0],
                           fields[i].count);
        }
        OM_TRY(om_h5_read_rows(file, fields[i].name, fields[i].type, 0, fields[i].count,
                               fields[i].values));
    }
    return OM_OK;
}

static om_status check_owners(const header *head, const om_checkpoint_place *place) {
    static const char *const reasons[N_OWNERS] = {
        "is of a training with other samples or parameters",
        "is of another version of this program",
        "was made by a processor with other arithmetic",
    };
    om_digest expected[N_OWNERS];
    set_owners(expected, place);
    for (int i = 0; i < N_OWNERS; i++) {
        if (memcmp(&head->owners[i], &expected[i], sizeof expected[i]) != 0) {
            return om_fail(OM_INPUT, "%s %s", place->path, reasons[i]);
        }
    }
    return OM_OK;
}

static om_status read_content(om_checkpoint *checkpoint, const om_h5 *file,
                              const om_checkpoint_place *place) {
    header head;
    field fields[N_FIELDS];
    list_fields(fields, &head, checkpoint);
    OM_TRY(read_fields(file, fields, N_HEADER_FIELDS));
    OM_TRY(check_owners(&head, place));
    if (head.counts[0] < 1 || head.counts[0] > checkpoint->max_epochs) {
        return om_fail(OM_INPUT, "%s: found %" PRId64 " epochs, expected 1 to %" PRId64,
                       place->path, head.counts[0], checkpoint->max_epochs);
    }
    checkpoint->n_epochs = head.counts[0];
    list_fields(fields, &head, checkpoint);
    OM_TRY(read_fields(file, fields + N_HEADER_FIELDS, N_FIELDS - N_HEADER_FIELDS));
    checkpoint->schedule = (om_schedule){.learning_rate = head.schedule[0],
                                         .best_loss = head.schedule[1],
                                         .best_epoch = head.counts[1],
                                         .waited = head.counts[2],
                                         .stop = head.counts[3] != 0};
    *checkpoint->state.adam_steps = head.counts[4];
    return OM_OK;
}

om_status om_checkpoint_read(om_checkpoint *checkpoint, const om_checkpoint_place *place) {
    checkpoint->n_epochs = 0;
    if (!om_file_exists(place->path)) {
        return OM_OK;
    }
    om_h5 *file = NULL;
    OM_TRY(om_file_check_seal(place->path));
    OM_TRY(om_h5_open(&file, place->path));
    om_status status = read_content(checkpoint, file, place);
    om_status closed = om_h5_close(&file);
    return status == OM_OK ? closed : status;
}

static void forget(om_checkpoint *checkpoint) {
    const om_trainer_state *state = &checkpoint->state;
    size_t bytes = (size_t)state->n_parameters * sizeof(float);
    memset(state->parameters, 0, bytes);
    memset(state->mean, 0, bytes);
    memset(state->square, 0, bytes);
    memset(state->best, 0, bytes);
    *state->adam_steps = 0;
    checkpoint->n_epochs = 0;
}

static om_status check_lock(const om_checkpoint_place *place) {
    return place->workdir != NULL ? om_workdir_check_lock(place->workdir) : OM_OK;
}

/* On the root: out of the way of the next one, for whoever wants to know what befell it. */
static om_status set_aside(const om_checkpoint_place *place, om_log *log) {
    char *unused = om_format("%s.unused", place->path);
    if (unused == NULL) {
        return OM_MEMORY;
    }
    om_status status = check_lock(place);
    if (status == OM_OK) {
        om_log_warn(log, "%s; it is kept as %s, and training starts anew", om_error_message(),
                    unused);
        rename(place->path, unused);
    }
    om_free(unused);
    return status;
}

static om_status share(om_checkpoint *checkpoint, om_ctx *group) {
    const om_trainer_state *state = &checkpoint->state;
    int64_t bytes = state->n_parameters * (int64_t)sizeof(float);
    OM_TRY(om_broadcast(group, 0, &checkpoint->n_epochs, sizeof checkpoint->n_epochs));
    if (checkpoint->n_epochs == 0) {
        return OM_OK;
    }
    OM_TRY(om_broadcast(group, 0, &checkpoint->schedule, sizeof checkpoint->schedule));
    OM_TRY(om_broadcast(group, 0, checkpoint->epochs,
                        checkpoint->n_epochs * (int64_t)sizeof *checkpoint->epochs));
    OM_TRY(om_broadcast(group, 0, state->adam_steps, sizeof *state->adam_steps));
    OM_TRY(om_broadcast(group, 0, state->parameters, bytes));
    OM_TRY(om_broadcast(group, 0, state->mean, bytes));
    OM_TRY(om_broadcast(group, 0, state->square, bytes));
    return om_broadcast(group, 0, state->best, bytes);
}

om_status om_checkpoint_resume(om_checkpoint *checkpoint, om_ctx *group,
                               const om_checkpoint_place *place) {
    om_status status = OM_OK;
    if (om_context_is_root(group)) {
        status = om_checkpoint_read(checkpoint, place);
        if (status == OM_INPUT || status == OM_SYSTEM) {
            forget(checkpoint);
            status = set_aside(place, om_context_log(group));
        }
    }
    OM_TRY(om_agree(group, status));
    return share(checkpoint, group);
}

void om_checkpoint_remove(const char *path) {
    unlink(path);
}
