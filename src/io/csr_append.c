#include "csr_append.h"

#include "deflate.h"
#include "h5_private.h"
#include "oncomark/memory.h"

/* A message has several chunks, up to the length of so many that do not shrink: for each message
 * two ranks wait for each other. */
enum { OFFSETS_IN_A_MESSAGE = 1 << 16, CHUNKS_IN_A_MESSAGE = 8 };

enum { TAG_OFFSETS = 10, TAG_LENGTHS, TAG_CHUNK };

struct om_csr_appender {
    om_h5 *file;
    const om_csr_part *parts;
    hid_t data_sets[OM_CSR_PARTS];
    unsigned char *buffers[2]; /* of chunks that come: one is written, the next one received */
};

om_status om_csr_outbox_make_room(om_csr_outbox *outbox, int64_t most_bytes) {
    if (outbox->n_chunks == outbox->most_chunks) {
        int64_t most = 2 * outbox->most_chunks + 64;
        int64_t *lengths = om_realloc(outbox->lengths, most, sizeof *lengths);
        if (lengths == NULL) {
            return OM_MEMORY;
        }
        outbox->lengths = lengths;
        outbox->most_chunks = most;
    }
    if (outbox->capacity - outbox->n_bytes < most_bytes) {
        int64_t capacity = outbox->capacity + outbox->capacity / 2 + most_bytes;
        unsigned char *bytes = om_realloc(outbox->bytes, capacity, 1);
        if (bytes == NULL) {
            return OM_MEMORY;
        }
        outbox->bytes = bytes;
        outbox->capacity = capacity;
    }
    return OM_OK;
}

void om_csr_outbox_clear(om_csr_outbox *outbox) {
    om_free(outbox->bytes);
    om_free(outbox->lengths);
    *outbox = (om_csr_outbox){0};
}

/* --- the file ------------------------------------------------------------------------------------
 */

static om_status find_chunk_elements(om_csr_appender *appender, int64_t *chunk_elements) {
    hsize_t length = 0;
    const char *object = appender->parts[OM_CSR_VALUES].object;
    *chunk_elements = 1;
    if (appender->parts[OM_CSR_VALUES].n_elements == 0) {
        return OM_OK;
    }
    hid_t creation = H5Dget_create_plist(appender->data_sets[OM_CSR_VALUES]);
    om_status status = OM_OK;
    if (creation < 0 || H5Pget_chunk(creation, 1, &length) != 1) {
        status = om_h5_fail(appender->file, OM_SYSTEM, object, "get the chunks");
    }
    om_h5_release(creation);
    *chunk_elements = (int64_t)length;
    return status;
}

static int64_t message_bytes(int64_t chunk_elements) {
    return CHUNKS_IN_A_MESSAGE * om_deflate_bound(chunk_elements * (int64_t)sizeof(int64_t));
}

static om_status allocate_buffers(om_csr_appender *appender, int64_t chunk_elements) {
    for (int i = 0; i < 2; i++) {
        appender->buffers[i] = om_malloc(message_bytes(chunk_elements), 1);
        if (appender->buffers[i] == NULL) {
            return OM_MEMORY;
        }
    }
    return OM_OK;
}

om_status om_csr_appender_open(om_csr_appender **out, const char *file,
                               const om_csr_part parts[OM_CSR_PARTS], int64_t *chunk_elements) {
    om_csr_appender *appender = om_calloc(1, sizeof *appender);
    *out = appender;
    if (appender == NULL) {
        return OM_MEMORY;
    }
    appender->parts = parts;
    for (int which = 0; which < OM_CSR_PARTS; which++) {
        appender->data_sets[which] = -1;
    }
    OM_TRY(om_h5_reopen(&appender->file, file));
    for (int which = 0; which < OM_CSR_PARTS; which++) {
        OM_TRY(
            om_h5_open_data_set(appender->file, parts[which].object, &appender->data_sets[which]));
    }
    OM_TRY(find_chunk_elements(appender, chunk_elements));
    return allocate_buffers(appender, *chunk_elements);
}

om_status om_csr_appender_write(om_csr_appender *appender, int which, int64_t first,
                                const unsigned char *bytes, int64_t n_bytes) {
    hsize_t offset = (hsize_t)first;
    if (H5Dwrite_chunk(appender->data_sets[which], H5P_DEFAULT, 0, &offset, (size_t)n_bytes,
                       bytes) < 0) {
        return om_h5_fail(appender->file, OM_SYSTEM, appender->parts[which].object,
                          "write a chunk");
    }
    return OM_OK;
}

om_status om_csr_appender_write_offsets(om_csr_appender *appender, int64_t first_row, int64_t n,
                                        const void *offsets) {
    const om_csr_part *part = &appender->parts[OM_CSR_OFFSETS];
    return om_h5_write_elements(appender->file, part->object, appender->data_sets[OM_CSR_OFFSETS],
                                part->type, 1, &part->n_elements, first_row, n, offsets);
}

om_status om_csr_appender_close(om_csr_appender **out, om_digest *digest) {
    om_csr_appender *appender = *out;
    om_status status = OM_OK;
    *digest = (om_digest){{0, 0}};
    if (appender == NULL) {
        return OM_OK;
    }
    if (appender->file != NULL) {
        *digest = om_h5_digest(appender->file);
        for (int which = 0; which < OM_CSR_PARTS; which++) {
            om_h5_release(appender->data_sets[which]);
        }
        status = om_h5_close(&appender->file);
    }
    om_free(appender->buffers[0]);
    om_free(appender->buffers[1]);
    om_free(appender);
    *out = NULL;
    return status;
}

/* --- from the ranks to the file ------------------------------------------------------------------
 */

static int64_t smaller(int64_t a, int64_t b) {
    return a < b ? a : b;
}

/* `scratch` has room for the offsets of a message. */
static void send_offsets(MPI_Comm comm, const om_csr_part *part, const om_csr_place *place,
                         const om_counts *rows, void *scratch) {
    for (int64_t from = 0; from < place->n_rows; from += OFFSETS_IN_A_MESSAGE) {
        int64_t n = smaller(OFFSETS_IN_A_MESSAGE, place->n_rows - from);
        om_csr_take_offsets(part, rows, place->first_nonzero, from, n, scratch);
        MPI_Send(scratch, (int)(n * om_type_size(part->type)), MPI_BYTE, 0, TAG_OFFSETS, comm);
    }
}

/* Consecutive chunks of a rank, in one message. */
typedef struct chunk_run {
    int64_t begin;
    int64_t end;
    int64_t n_bytes;
} chunk_run;

/* The run from chunk `begin` on; empty at the end. Sender and receiver find the same. */
static chunk_run find_run(const om_csr_round *round, const int64_t *lengths, int64_t n_chunks,
                          int64_t begin) {
    int64_t most_bytes = message_bytes(round->chunk_elements);
    chunk_run run = {begin, begin, 0};
    while (run.end < n_chunks && run.n_bytes + lengths[run.end] <= most_bytes) {
        run.n_bytes += lengths[run.end++];
    }
    return run;
}

static void send_chunks(MPI_Comm comm, const om_csr_round *round, const om_csr_outbox *outbox) {
    int64_t at = 0;
    chunk_run run = find_run(round, outbox->lengths, outbox->n_chunks, 0);
    if (outbox->n_chunks > 0) {
        MPI_Send(outbox->lengths, (int)outbox->n_chunks, MPI_INT64_T, 0, TAG_LENGTHS, comm);
    }
    while (run.begin < run.end) {
        MPI_Send(outbox->bytes + at, (int)run.n_bytes, MPI_BYTE, 0, TAG_CHUNK, comm);
        at += run.n_bytes;
        run = find_run(round, outbox->lengths, outbox->n_chunks, run.end);
    }
}

static om_status write_own_offsets(om_csr_appender *appender, const om_csr_place *place,
                                   const om_counts *rows, void *scratch) {
    for (int64_t from = 0; from < place->n_rows; from += OFFSETS_IN_A_MESSAGE) {
        int64_t n = smaller(OFFSETS_IN_A_MESSAGE, place->n_rows - from);
        om_csr_take_offsets(&appender->parts[OM_CSR_OFFSETS], rows, place->first_nonzero, from, n,
                            scratch);
        OM_TRY(om_csr_appender_write_offsets(appender, place->first_row + from, n, scratch));
    }
    return OM_OK;
}

static om_status take_offsets(om_csr_appender *appender, MPI_Comm comm, int rank,
                              const om_csr_place *place, void *scratch, om_status status) {
    int64_t size = om_type_size(appender->parts[OM_CSR_OFFSETS].type);
    for (int64_t from = 0; from < place->n_rows; from += OFFSETS_IN_A_MESSAGE) {
        int64_t n = smaller(OFFSETS_IN_A_MESSAGE, place->n_rows - from);
        MPI_Recv(scratch, (int)(n * size), MPI_BYTE, rank, TAG_OFFSETS, comm, MPI_STATUS_IGNORE);
        if (status == OM_OK) {
            status = om_csr_appender_write_offsets(appender, place->first_row + from, n, scratch);
        }
    }
    return status;
}

/* The chunks of a message; `first` non-zero of the rank's first chunk. */
static om_status write_run(om_csr_appender *appender, const chunk_run *run,
                           const unsigned char *bytes, const int64_t *lengths, int64_t first,
                           int64_t chunk_elements) {
    for (int64_t i = run->begin; i < run->end; i++) {
        OM_TRY(om_csr_appender_write(appender, i % 2 == 0 ? OM_CSR_VALUES : OM_CSR_INDICES,
                                     first + i / 2 * chunk_elements, bytes, lengths[i]));
        bytes += lengths[i];
    }
    return OM_OK;
}

/* `lengths` [n_chunks] of a rank's chunks. While one message is written, the next one comes. */
static om_status take_chunks(om_csr_appender *appender, MPI_Comm comm, int rank,
                             const om_csr_round *round, const int64_t *lengths, int64_t n_chunks,
                             om_status status) {
    MPI_Request requests[2];
    int64_t first = om_csr_round_owns(round, rank).begin;
    chunk_run run = {0, 0, 0}; /* none yet */
    int turn = 0;
    do {
        chunk_run next = find_run(round, lengths, n_chunks, run.end);
        if (next.begin < next.end) {
            MPI_Irecv(appender->buffers[turn], (int)next.n_bytes, MPI_BYTE, rank, TAG_CHUNK, comm,
                      &requests[turn]);
        }
        if (run.begin < run.end) {
            MPI_Wait(&requests[1 - turn], MPI_STATUS_IGNORE);
            if (status == OM_OK) {
                status = write_run(appender, &run, appender->buffers[1 - turn], lengths, first,
                                   round->chunk_elements);
            }
        }
        run = next;
        turn = 1 - turn;
    } while (run.begin < run.end);
    return status;
}

static int64_t count_chunks(const om_csr_round *round, int rank) {
    om_csr_span owns = om_csr_round_owns(round, rank);
    return 2 * ((owns.end - owns.begin + round->chunk_elements - 1) / round->chunk_elements);
}

static om_status take_all(om_csr_appender *appender, MPI_Comm comm, const om_csr_round *round,
                          int64_t *lengths, void *scratch, om_status status) {
    for (int rank = 1; rank < round->n_ranks; rank++) {
        int64_t n_chunks = count_chunks(round, rank);
        status = take_offsets(appender, comm, rank, &round->places[rank], scratch, status);
        if (n_chunks > 0) {
            MPI_Recv(lengths, (int)n_chunks, MPI_INT64_T, rank, TAG_LENGTHS, comm,
                     MPI_STATUS_IGNORE);
        }
        status = take_chunks(appender, comm, rank, round, lengths, n_chunks, status);
    }
    return status;
}

om_status om_csr_append(om_ctx *group, om_csr_appender *appender, const om_csr_round *round,
                        const om_csr_part parts[OM_CSR_PARTS], const om_counts *rows,
                        const om_csr_outbox *outbox) {
    MPI_Comm comm = om_context_comm(group);
    int rank = om_context_rank(group);
    int64_t most_chunks = 0;
    for (int i = 0; appender != NULL && i < round->n_ranks; i++) {
        int64_t n_chunks = count_chunks(round, i);
        most_chunks = n_chunks > most_chunks ? n_chunks : most_chunks;
    }
    int64_t *lengths = om_malloc(most_chunks, sizeof *lengths);
    void *scratch = om_malloc(OFFSETS_IN_A_MESSAGE, sizeof(int64_t));
    om_status status = om_agree(group, lengths == NULL || scratch == NULL ? OM_MEMORY : OM_OK);
    if (status == OM_OK && appender == NULL) {
        send_offsets(comm, &parts[OM_CSR_OFFSETS], &round->places[rank], rows, scratch);
        send_chunks(comm, round, outbox);
    } else if (status == OM_OK) {
        status = write_own_offsets(appender, &round->places[rank], rows, scratch);
        status = take_all(appender, comm, round, lengths, scratch, status);
    }
    om_free(scratch);
    om_free(lengths);
    return status;
}
