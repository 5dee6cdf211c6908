#include "read_ahead.h"

#include "deflate.h"
#include "oncomark/memory.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

enum { N_SLABS = 2, MESSAGE_CAPACITY = 4096 };

typedef enum work_state { WORK_NONE, WORK_BEGUN, WORK_DONE, WORK_STOP } work_state;

struct om_read_ahead {
    const char *file;
    int descriptor;
    om_read_part parts[OM_READ_PARTS];
    om_read_slab slabs[N_SLABS];
    int current; /* slab that is being read, or was last */
    unsigned char *compressed;
    om_inflater *inflater;

    bool has_thread; /* else om_read_ahead_begin reads */
    bool has_lock;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t change;
    work_state state;
    om_status status; /* of what was read last, with its message */
    char message[MESSAGE_CAPACITY];
};

/* --- reading, by the thread ----------------------------------------------------------------------
 */

static om_status read_bytes(const om_read_ahead *reader, const char *object, void *bytes, int64_t n,
                            int64_t address) {
    if (om_h5_extent_pread(reader->descriptor, bytes, n, address)) {
        return OM_OK;
    }
    if (errno == 0) {
        return om_fail(OM_INPUT,
                       "%s: object '%s': found the end of the file, expected %" PRId64
                       " bytes at %" PRId64,
                       reader->file, object, n, address);
    }
    return om_fail(OM_SYSTEM, "%s: object '%s': cannot read: %s", reader->file, object,
                   strerror(errno));
}

static om_status read_chunk(om_read_ahead *reader, const om_read_part *part, int64_t chunk,
                            unsigned char *planes) {
    const om_h5_extent *extent = part->extent;
    const om_h5_chunk *stored = &extent->chunks[chunk];
    int64_t length = extent->chunk_elements * om_type_size(extent->type);
    if (stored->n_bytes < 1 || stored->n_bytes > om_deflate_bound(length)) {
        return om_fail(
            OM_INPUT, "%s: object '%s': found a chunk of %" PRId64 " bytes, expected 1 to %" PRId64,
            reader->file, part->object, stored->n_bytes, om_deflate_bound(length));
    }
    OM_TRY(read_bytes(reader, part->object, reader->compressed, stored->n_bytes, stored->address));
    om_status status =
        om_inflate_chunk(reader->inflater, reader->compressed, stored->n_bytes, planes, length);
    if (status != OM_OK) {
        return om_fail(status, "%s: object '%s': elements from %" PRId64 " on: %s", reader->file,
                       part->object, chunk * extent->chunk_elements, om_error_message());
    }
    return OM_OK;
}

/* The first chunk may be the last one of the slab before, which nobody changes. */
static om_status read_chunks(om_read_ahead *reader, int which, om_read_slab *slab,
                             const om_read_slab *before) {
    const om_read_part *part = &reader->parts[which];
    int64_t length = part->extent->chunk_elements * om_type_size(part->extent->type);
    int64_t first = slab->first / part->extent->chunk_elements;
    int64_t last = (slab->first + slab->count - 1) / part->extent->chunk_elements;
    int64_t kept_first = before->first / part->extent->chunk_elements;
    int64_t kept_last = (before->first + before->count - 1) / part->extent->chunk_elements;
    for (int64_t chunk = first; chunk <= last; chunk++) {
        unsigned char *planes = slab->bytes[which] + (chunk - first) * length;
        if (before->count > 0 && kept_first <= chunk && chunk <= kept_last) {
            memcpy(planes, before->bytes[which] + (chunk - kept_first) * length, (size_t)length);
        } else {
            OM_TRY(read_chunk(reader, part, chunk, planes));
        }
    }
    return OM_OK;
}

static om_status read_slab(om_read_ahead *reader) {
    om_read_slab *slab = &reader->slabs[reader->current];
    const om_read_slab *before = &reader->slabs[(reader->current + 1) % N_SLABS];
    for (int which = 0; which < OM_READ_PARTS && slab->count > 0; which++) {
        const om_read_part *part = &reader->parts[which];
        if (part->extent == NULL) {
            continue;
        }
        if (part->extent->chunk_elements > 0) {
            OM_TRY(read_chunks(reader, which, slab, before));
        } else {
            int64_t size = om_type_size(part->extent->type);
            OM_TRY(read_bytes(reader, part->object, slab->bytes[which], slab->count * size,
                              part->extent->address + slab->first * size));
        }
    }
    return OM_OK;
}

static void read_and_note(om_read_ahead *reader) {
    reader->status = read_slab(reader);
    if (reader->status != OM_OK) {
        snprintf(reader->message, sizeof reader->message, "%s", om_error_message());
        reader->slabs[reader->current].count = 0; /* nothing to be kept of it */
    }
}

static void *work(void *argument) {
    om_read_ahead *reader = argument;
    pthread_mutex_lock(&reader->lock);
    while (reader->state != WORK_STOP) {
        if (reader->state != WORK_BEGUN) {
            pthread_cond_wait(&reader->change, &reader->lock);
            continue;
        }
        pthread_mutex_unlock(&reader->lock);
        read_and_note(reader);
        pthread_mutex_lock(&reader->lock);
        reader->state = WORK_DONE;
        pthread_cond_broadcast(&reader->change);
    }
    pthread_mutex_unlock(&reader->lock);
    return NULL;
}

/* --- the caller's side ---------------------------------------------------------------------------
 */

static int64_t slab_bytes(const om_h5_extent *extent, int64_t most_elements) {
    if (extent == NULL) {
        return 0;
    }
    int64_t elements = most_elements;
    if (extent->chunk_elements > 0) { /* at worst one element of the first and of the last chunk */
        int64_t n_chunks = most_elements / extent->chunk_elements + 2;
        n_chunks = n_chunks < extent->n_chunks ? n_chunks : extent->n_chunks;
        elements = n_chunks * extent->chunk_elements;
    }
    return elements * om_type_size(extent->type);
}

static int64_t longest_chunk(const om_read_part parts[OM_READ_PARTS]) {
    int64_t longest = 0;
    for (int which = 0; which < OM_READ_PARTS; which++) {
        const om_h5_extent *extent = parts[which].extent;
        if (extent != NULL && extent->chunk_elements > 0) {
            int64_t length = om_deflate_bound(extent->chunk_elements * om_type_size(extent->type));
            longest = length > longest ? length : longest;
        }
    }
    return longest;
}

int64_t om_read_ahead_bytes(const om_read_part parts[OM_READ_PARTS], int64_t most_elements) {
    int64_t bytes = longest_chunk(parts);
    for (int which = 0; which < OM_READ_PARTS; which++) {
        bytes += N_SLABS * slab_bytes(parts[which].extent, most_elements);
    }
    return bytes;
}

static om_status allocate(om_read_ahead *reader, int64_t most_elements) {
    reader->compressed = om_malloc(longest_chunk(reader->parts), 1);
    OM_TRY(reader->compressed == NULL ? OM_MEMORY : om_inflater_create(&reader->inflater));
    for (int which = 0; which < OM_READ_PARTS; which++) {
        for (int i = 0; i < N_SLABS; i++) {
            reader->slabs[i].bytes[which] =
                om_malloc(slab_bytes(reader->parts[which].extent, most_elements), 1);
            OM_TRY(reader->slabs[i].bytes[which] == NULL ? OM_MEMORY : OM_OK);
        }
    }
    return OM_OK;
}

/* Signals are for the threads that were there before. Without a thread the caller reads. */
static void start_thread(om_read_ahead *reader) {
    sigset_t all;
    sigset_t saved;
    sigfillset(&all);
    if (pthread_mutex_init(&reader->lock, NULL) != 0) {
        return;
    }
    if (pthread_cond_init(&reader->change, NULL) != 0) {
        pthread_mutex_destroy(&reader->lock);
        return;
    }
    reader->has_lock = true;
    pthread_sigmask(SIG_SETMASK, &all, &saved);
    reader->has_thread = pthread_create(&reader->thread, NULL, work, reader) == 0;
    pthread_sigmask(SIG_SETMASK, &saved, NULL);
}

om_status om_read_ahead_create(om_read_ahead **out, const char *file, int descriptor,
                               const om_read_part parts[OM_READ_PARTS], int64_t most_elements) {
    om_read_ahead *reader = om_calloc(1, sizeof *reader);
    *out = reader;
    if (reader == NULL) {
        return OM_MEMORY;
    }
    reader->file = file;
    reader->descriptor = descriptor;
    memcpy(reader->parts, parts, sizeof reader->parts);
    om_status status = allocate(reader, most_elements);
    if (status != OM_OK) {
        om_read_ahead_destroy(out);
        return status;
    }
    start_thread(reader);
    return OM_OK;
}

static void wait_until_done(om_read_ahead *reader) {
    pthread_mutex_lock(&reader->lock);
    while (reader->state == WORK_BEGUN) {
        pthread_cond_wait(&reader->change, &reader->lock);
    }
    pthread_mutex_unlock(&reader->lock);
}

void om_read_ahead_destroy(om_read_ahead **out) {
    om_read_ahead *reader = *out;
    if (reader == NULL) {
        return;
    }
    if (reader->has_thread) {
        wait_until_done(reader);
        pthread_mutex_lock(&reader->lock);
        reader->state = WORK_STOP;
        pthread_cond_broadcast(&reader->change);
        pthread_mutex_unlock(&reader->lock);
        pthread_join(reader->thread, NULL);
    }
    if (reader->has_lock) {
        pthread_cond_destroy(&reader->change);
        pthread_mutex_destroy(&reader->lock);
    }
    for (int which = 0; which < OM_READ_PARTS; which++) {
        for (int i = 0; i < N_SLABS; i++) {
            om_free(reader->slabs[i].bytes[which]);
        }
    }
    om_inflater_destroy(&reader->inflater);
    om_free(reader->compressed);
    om_free(reader);
    *out = NULL;
}

void om_read_ahead_begin(om_read_ahead *reader, int64_t first, int64_t count) {
    reader->current = (reader->current + 1) % N_SLABS;
    reader->slabs[reader->current].first = first;
    reader->slabs[reader->current].count = count;
    if (!reader->has_thread) {
        read_and_note(reader);
        return;
    }
    pthread_mutex_lock(&reader->lock);
    reader->state = WORK_BEGUN;
    pthread_cond_broadcast(&reader->change);
    pthread_mutex_unlock(&reader->lock);
}

om_status om_read_ahead_wait(om_read_ahead *reader, om_read_slab **slab) {
    if (reader->has_thread) {
        wait_until_done(reader);
    }
    *slab = &reader->slabs[reader->current];
    return reader->status == OM_OK ? OM_OK : om_fail(reader->status, "%s", reader->message);
}
