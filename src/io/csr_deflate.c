#include "csr_deflate.h"

#include "csr_append.h"
#include "deflate.h"
#include "h5_private.h"
#include "oncomark/memory.h"
#include "oncomark/stop.h"

#include <string.h>

enum { N_ARRAYS = 2 }; /* values and indices */

/* Elements of one chunk of both arrays, as stored. */
typedef struct stored_chunk {
    unsigned char *bytes[N_ARRAYS];
} stored_chunk;

struct om_csr_deflate {
    om_ctx *group;
    const om_csr_part *parts;
    int64_t chunk_elements;
    om_csr_appender *appender; /* on the root */
    om_deflater *deflater;
    om_csr_outbox outbox;
    stored_chunk carry; /* root: of the chunk that is not full; */
    stored_chunk tail;  /* the carry of the next round */
    stored_chunk edge;  /* the last chunk of this rank, with what higher ranks have of it */
    stored_chunk work;  /* any other one */
    stored_chunk sent[OM_CSR_MOST_SENDS];
    om_csr_span *receives; /* [2 x ranks] */
    MPI_Request *requests; /* [N_ARRAYS x (2 x ranks + OM_CSR_MOST_SENDS)] */
    int64_t n_nonzeros;    /* of all rounds */
    om_digest digest;
};

om_status om_csr_deflate_reserve(om_h5 *file, const char *path, const om_csr_layout *layout,
                                 int64_t chunk_elements) {
    om_csr_part parts[OM_CSR_PARTS];
    OM_TRY(om_csr_parts_describe(parts, path, layout));
    OM_TRY(om_h5ad_begin_csr(file, path, layout->n_rows, layout->n_columns));
    for (int which = 0; which < OM_CSR_PARTS; which++) {
        const om_csr_part *part = &parts[which];
        if (which == OM_CSR_OFFSETS || part->n_elements == 0) {
            OM_TRY(om_h5_reserve(file, part->object, part->type, 1, &part->n_elements));
        } else { /* HDF5 wants no chunk longer than the data set */
            int64_t length = chunk_elements < part->n_elements ? chunk_elements : part->n_elements;
            OM_TRY(om_h5_reserve_deflate(file, part->object, part->type, part->n_elements, length));
        }
    }
    return OM_OK;
}

/* --- opening and closing -------------------------------------------------------------------------
 */

static om_status allocate_chunk(const om_csr_deflate *writer, stored_chunk *out) {
    for (int which = 0; which < N_ARRAYS; which++) {
        out->bytes[which] =
            om_calloc(writer->chunk_elements, (size_t)om_type_size(writer->parts[which].type));
        if (out->bytes[which] == NULL) {
            return OM_MEMORY;
        }
    }
    return OM_OK;
}

static void free_chunk(stored_chunk *chunk) {
    for (int which = 0; which < N_ARRAYS; which++) {
        om_free(chunk->bytes[which]);
    }
}

static om_status allocate(om_csr_deflate *writer) {
    int n_ranks = om_context_size(writer->group);
    OM_TRY(allocate_chunk(writer, &writer->carry));
    OM_TRY(allocate_chunk(writer, &writer->tail));
    OM_TRY(allocate_chunk(writer, &writer->edge));
    OM_TRY(allocate_chunk(writer, &writer->work));
    for (int i = 0; i < OM_CSR_MOST_SENDS; i++) {
        OM_TRY(allocate_chunk(writer, &writer->sent[i]));
    }
    writer->receives = om_calloc(2 * (int64_t)n_ranks, sizeof *writer->receives);
    writer->requests =
        om_calloc(N_ARRAYS * (2 * (int64_t)n_ranks + OM_CSR_MOST_SENDS), sizeof(MPI_Request));
    OM_TRY(writer->receives == NULL || writer->requests == NULL ? OM_MEMORY : OM_OK);
    return om_deflater_create(&writer->deflater, writer->chunk_elements * (int64_t)sizeof(int64_t));
}

om_status om_csr_deflate_open(om_csr_deflate **out, om_ctx *group, const char *file,
                              const om_csr_part parts[OM_CSR_PARTS]) {
    om_csr_deflate *writer = om_calloc(1, sizeof *writer);
    *out = writer;
    int64_t chunk_elements = 0;
    om_status status = writer == NULL ? OM_MEMORY : OM_OK;
    if (status == OM_OK) {
        writer->group = group;
        writer->parts = parts;
        if (om_context_is_root(group)) {
            status = om_csr_appender_open(&writer->appender, file, parts, &chunk_elements);
        }
    }
    OM_TRY(om_agree(group, status));
    OM_TRY(om_broadcast(group, 0, &chunk_elements, (int64_t)sizeof chunk_elements));
    writer->chunk_elements = chunk_elements;
    return om_agree(group, allocate(writer));
}

om_status om_csr_deflate_close(om_csr_deflate **out, om_digest *digest) {
    om_csr_deflate *writer = *out;
    *digest = (om_digest){{0, 0}};
    if (writer == NULL) {
        return OM_OK;
    }
    om_status status = om_csr_appender_close(&writer->appender, digest);
    om_digest_add(digest, &writer->digest);
    om_deflater_destroy(&writer->deflater);
    om_csr_outbox_clear(&writer->outbox);
    free_chunk(&writer->carry);
    free_chunk(&writer->tail);
    free_chunk(&writer->edge);
    free_chunk(&writer->work);
    for (int i = 0; i < OM_CSR_MOST_SENDS; i++) {
        free_chunk(&writer->sent[i]);
    }
    om_free(writer->requests);
    om_free(writer->receives);
    om_free(writer);
    *out = NULL;
    return status;
}

/* --- rounds --------------------------------------------------------------------------------------
 */

static int64_t chunk_start(const om_csr_deflate *writer, int64_t nonzero) {
    return nonzero - nonzero % writer->chunk_elements;
}

static unsigned char *element(const om_csr_deflate *writer, const stored_chunk *chunk, int which,
                              int64_t nonzero) {
    return chunk->bytes[which] +
           nonzero % writer->chunk_elements * om_type_size(writer->parts[which].type);
}

/* This rank's non-zeros begin .. end - 1, all of one chunk, to their place in it. */
static om_status take(om_csr_deflate *writer, const om_counts *rows, int64_t first_nonzero,
                      int64_t begin, int64_t end, stored_chunk *to) {
    for (int which = 0; which < N_ARRAYS && begin < end; which++) {
        const om_csr_part *part = &writer->parts[which];
        unsigned char *elements = element(writer, to, which, begin);
        OM_TRY(
            om_csr_take(writer->parts, which, rows, begin - first_nonzero, end - begin, elements));
        om_digest_elements(&writer->digest, part->object, part->type, begin, elements, end - begin);
    }
    return OM_OK;
}

static void copy_carry(const om_csr_deflate *writer, int64_t n, stored_chunk *to) {
    for (int which = 0; which < N_ARRAYS; which++) {
        memcpy(to->bytes[which], writer->carry.bytes[which],
               (size_t)(n * om_type_size(writer->parts[which].type)));
    }
}

/* What goes to other ranks, and the root's own part of the tail. */
static om_status take_borders(om_csr_deflate *writer, const om_csr_round *round,
                              const om_counts *rows, const om_csr_span *sends, int n_sends) {
    int rank = om_context_rank(writer->group);
    int64_t first = round->places[rank].first_nonzero;
    for (int i = 0; i < n_sends; i++) {
        OM_TRY(take(writer, rows, first, sends[i].begin, sends[i].end, &writer->sent[i]));
    }
    om_csr_span has = om_csr_round_has(round, rank);
    if (rank != 0 || has.end < round->tail) {
        return OM_OK;
    }
    if (has.begin == round->tail) { /* of the chunk of the carry, which is not full yet */
        copy_carry(writer, first - has.begin, &writer->tail);
    }
    return take(writer, rows, first, first > round->tail ? first : round->tail, has.end,
                &writer->tail);
}

static int post(om_csr_deflate *writer, const om_csr_span *span, stored_chunk *chunk, bool receive,
                MPI_Request *requests) {
    MPI_Comm comm = om_context_comm(writer->group);
    for (int which = 0; which < N_ARRAYS; which++) {
        int n_bytes = (int)((span->end - span->begin) * om_type_size(writer->parts[which].type));
        unsigned char *elements = element(writer, chunk, which, span->begin);
        if (receive) {
            MPI_Irecv(elements, n_bytes, MPI_BYTE, span->partner, which, comm, &requests[which]);
        } else {
            MPI_Isend(elements, n_bytes, MPI_BYTE, span->partner, which, comm, &requests[which]);
        }
    }
    return N_ARRAYS;
}

static void exchange_borders(om_csr_deflate *writer, const om_csr_round *round,
                             const om_csr_span *sends, int n_sends) {
    int n = 0;
    int n_receives = om_csr_round_receives(round, om_context_rank(writer->group), writer->receives);
    for (int i = 0; i < n_receives; i++) {
        const om_csr_span *span = &writer->receives[i];
        stored_chunk *to = span->begin >= round->tail ? &writer->tail : &writer->edge;
        n += post(writer, span, to, true, writer->requests + n);
    }
    for (int i = 0; i < n_sends; i++) {
        n += post(writer, &sends[i], &writer->sent[i], false, writer->requests + n);
    }
    MPI_Waitall(n, writer->requests, MPI_STATUSES_IGNORE);
}

/* The root writes a chunk at once, others keep it for the root. */
static om_status compress(om_csr_deflate *writer, const stored_chunk *from, int64_t first) {
    om_csr_outbox *outbox = &writer->outbox;
    for (int which = 0; which < N_ARRAYS; which++) {
        int64_t size = om_type_size(writer->parts[which].type);
        OM_TRY(om_csr_outbox_make_room(outbox, om_deflate_bound(writer->chunk_elements * size)));
        unsigned char *out = outbox->bytes + outbox->n_bytes;
        int64_t length = 0;
        OM_TRY(om_deflate_chunk(writer->deflater, from->bytes[which], writer->chunk_elements, size,
                                out, &length));
        if (writer->appender != NULL) {
            OM_TRY(om_csr_appender_write(writer->appender, which, first, out, length));
        } else {
            outbox->lengths[outbox->n_chunks++] = length;
            outbox->n_bytes += length;
        }
    }
    return OM_OK;
}

static om_status compress_own(om_csr_deflate *writer, const om_csr_round *round,
                              const om_counts *rows) {
    int rank = om_context_rank(writer->group);
    int64_t mine = round->places[rank].first_nonzero;
    om_csr_span has = om_csr_round_has(round, rank);
    om_csr_span owns = om_csr_round_owns(round, rank);
    for (int64_t first = owns.begin; first < owns.end; first += writer->chunk_elements) {
        int64_t end = first + writer->chunk_elements;
        stored_chunk *to = end > has.end ? &writer->edge : &writer->work;
        if (first < mine) {
            copy_carry(writer, mine - first, to);
        }
        OM_TRY(take(writer, rows, mine, first < mine ? mine : first, end < has.end ? end : has.end,
                    to));
        OM_TRY(compress(writer, to, first));
        OM_TRY(om_stop_poll(writer->group));
    }
    return OM_OK;
}

om_status om_csr_deflate_add(om_csr_deflate *writer, const om_counts *rows,
                             const om_csr_place *places) {
    om_ctx *group = writer->group;
    om_csr_span sends[OM_CSR_MOST_SENDS];
    om_csr_round round = om_csr_round_make(places, om_context_size(group), writer->chunk_elements);
    int n_sends = om_csr_round_sends(&round, om_context_rank(group), sends);
    OM_TRY(om_agree(group, take_borders(writer, &round, rows, sends, n_sends)));
    exchange_borders(writer, &round, sends, n_sends);
    writer->outbox.n_bytes = 0;
    writer->outbox.n_chunks = 0;
    OM_TRY(om_agree(group, compress_own(writer, &round, rows)));
    OM_TRY(om_agree(group, om_csr_append(group, writer->appender, &round, writer->parts, rows,
                                         &writer->outbox)));
    stored_chunk swapped = writer->carry;
    writer->carry = writer->tail;
    writer->tail = swapped;
    writer->n_nonzeros = round.end;
    return OM_OK;
}

om_status om_csr_deflate_end(om_csr_deflate *writer) {
    const om_csr_part *offsets = &writer->parts[OM_CSR_OFFSETS];
    int64_t zero = 0;
    int64_t last_offset = 0;
    const om_counts nothing = {.indptr = &zero};
    int64_t first = chunk_start(writer, writer->n_nonzeros);
    int64_t kept = writer->n_nonzeros - first;
    if (kept > 0) {
        for (int which = 0; which < N_ARRAYS; which++) {
            int64_t size = om_type_size(writer->parts[which].type);
            memset(writer->carry.bytes[which] + kept * size, 0,
                   (size_t)((writer->chunk_elements - kept) * size));
        }
        OM_TRY(compress(writer, &writer->carry, first));
    }
    om_csr_take_offsets(offsets, &nothing, writer->n_nonzeros, 0, 1, &last_offset);
    return om_csr_appender_write_offsets(writer->appender, offsets->n_elements - 1, 1,
                                         &last_offset);
}
