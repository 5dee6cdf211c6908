#include "synthetic_exchange.h"

#include "oncomark/memory.h"
#include "oncomark/stop.h"

#include <inttypes.h>
#include <limits.h>
#include <string.h>

/* In front of the bytes of a part. */
typedef struct message {
    int64_t block;
    int64_t length;
} message;

/* A block that several ranks have cells of. */
typedef struct shared_block {
    int64_t block;
    int32_t owner;
    int64_t first_part; /* of this rank */
    int64_t n_parts;
} shared_block;

typedef struct exchange {
    const om_synthetic_merge *merge;
    om_ctx *group;
    int n_ranks;
    int rank;
    int64_t n_blocks;
    shared_block *blocks; /* [n_blocks] ascending; the same on all ranks but for the parts */
    int64_t *bytes;       /* [n_blocks] that all ranks send for each */
    int64_t *places;      /* [n_ranks] where the next bytes to or from each rank are */
    int *sent_counts;     /* [n_ranks], and so on: bytes of a round */
    int *sent_offsets;
    int *received_counts;
    int *received_offsets;
    unsigned char *sent;
    unsigned char *received;
} exchange;

/* Says which synthetic sample the last error is about. */
static om_status name_block(const om_synthetic_plan *plan, int64_t block, om_status status) {
    if (status != OM_INPUT) {
        return status;
    }
    int64_t group = 0;
    while (plan->first_block[group + 1] <= block) {
        group++;
    }
    char *cause = om_strdup(om_error_message());
    char *name = om_synthetic_group_name(plan->data_set,
                                         om_strings_get(plan->samples, group / OM_SYNTHETIC_GROUPS),
                                         group % OM_SYNTHETIC_GROUPS);
    if (cause != NULL && name != NULL) {
        status = om_fail(OM_INPUT, "synthetic sample %s|%" PRId64 ": %s", name,
                         block - plan->first_block[group], cause);
    }
    om_free(cause);
    om_free(name);
    return status;
}

om_status om_synthetic_finish_row(const om_synthetic_merge *merge, om_synthetic_rows *rows,
                                  int64_t block) {
    om_synthetic_packed_row row = {.data = merge->task->data, .block = block};
    const void *packed = NULL;
    om_status status = om_synthetic_block_pack(merge->block, &packed, &row.length, &row.n_values);
    OM_TRY(name_block(merge->task->plan, block, status));
    return om_synthetic_rows_add(rows, &row, packed);
}

static om_status add_own_part(const om_synthetic_merge *merge, int64_t index) {
    const void *packed = NULL;
    OM_TRY(om_synthetic_rows_load(merge->parts, index, &packed));
    return om_synthetic_block_add_packed(merge->block, packed, merge->parts->rows[index].length);
}

om_status om_synthetic_merge_own(const om_synthetic_merge *merge) {
    const om_synthetic_rows *parts = merge->parts;
    for (int64_t i = 0; i < parts->n_rows; i++) {
        int64_t block = parts->rows[i].block;
        if (merge->task->plan->shared[block] != 0) {
            continue;
        }
        OM_TRY(add_own_part(merge, i));
        if (i + 1 == parts->n_rows || parts->rows[i + 1].block != block) {
            OM_TRY(om_synthetic_finish_row(merge, merge->rows, block));
        }
    }
    return OM_OK;
}

static void list_blocks(exchange *work) {
    const om_synthetic_plan *plan = work->merge->task->plan;
    const om_synthetic_rows *parts = work->merge->parts;
    int64_t part = 0;
    int64_t n = 0;
    for (int64_t b = 0; b < plan->n_blocks; b++) {
        shared_block found = {.block = b, .owner = plan->owner[b], .first_part = part};
        int64_t bytes = 0;
        for (; part < parts->n_rows && parts->rows[part].block == b; part++) {
            bytes += (int64_t)sizeof(message) + parts->rows[part].length;
        }
        if (plan->shared[b] != 0) {
            found.n_parts = part - found.first_part;
            work->bytes[n] = found.owner != work->rank ? bytes : 0;
            work->blocks[n++] = found;
        }
    }
}

static om_status set_up(exchange *work) {
    const om_synthetic_plan *plan = work->merge->task->plan;
    for (int64_t b = 0; b < plan->n_blocks; b++) {
        work->n_blocks += plan->shared[b];
    }
    work->blocks = om_malloc(work->n_blocks, sizeof *work->blocks);
    work->bytes = om_malloc(work->n_blocks, sizeof *work->bytes);
    work->places = om_calloc(work->n_ranks, sizeof *work->places);
    work->sent_counts = om_calloc(work->n_ranks, sizeof *work->sent_counts);
    work->sent_offsets = om_calloc(work->n_ranks, sizeof *work->sent_offsets);
    work->received_counts = om_calloc(work->n_ranks, sizeof *work->received_counts);
    work->received_offsets = om_calloc(work->n_ranks, sizeof *work->received_offsets);
    if (work->blocks == NULL || work->bytes == NULL || work->places == NULL ||
        work->sent_counts == NULL || work->sent_offsets == NULL || work->received_counts == NULL ||
        work->received_offsets == NULL) {
        return OM_MEMORY;
    }
    list_blocks(work);
    return OM_OK;
}

static void release(exchange *work) {
    om_free(work->blocks);
    om_free(work->bytes);
    om_free(work->places);
    om_free(work->sent_counts);
    om_free(work->sent_offsets);
    om_free(work->received_counts);
    om_free(work->received_offsets);
}

/* Bytes to each rank for blocks first .. end - 1. */
static om_status count_sent(exchange *work, int64_t first, int64_t end) {
    const om_synthetic_rows *parts = work->merge->parts;
    int64_t total = 0;
    memset(work->places, 0, (size_t)work->n_ranks * sizeof *work->places);
    for (int64_t i = first; i < end; i++) {
        const shared_block *shared = &work->blocks[i];
        for (int64_t p = 0; p < shared->n_parts && shared->owner != work->rank; p++) {
            work->places[shared->owner] +=
                (int64_t)sizeof(message) + parts->rows[shared->first_part + p].length;
        }
        total += work->bytes[i];
    }
    if (total > INT_MAX) {
        return om_fail(OM_SYSTEM, "%" PRId64 " bytes of a block are too many to be exchanged",
                       total);
    }
    int64_t offset = 0;
    for (int rank = 0; rank < work->n_ranks; rank++) {
        work->sent_counts[rank] = (int)work->places[rank];
        work->sent_offsets[rank] = (int)offset;
        work->places[rank] = offset;
        offset += work->sent_counts[rank];
    }
    work->sent = om_malloc(offset, 1);
    return work->sent != NULL ? OM_OK : OM_MEMORY;
}

static om_status fill_sent(exchange *work, int64_t first, int64_t end) {
    om_synthetic_rows *parts = work->merge->parts;
    for (int64_t i = first; i < end; i++) {
        const shared_block *shared = &work->blocks[i];
        for (int64_t p = 0; p < shared->n_parts && shared->owner != work->rank; p++) {
            int64_t part = shared->first_part + p;
            message head = {.block = shared->block, .length = parts->rows[part].length};
            unsigned char *to = work->sent + work->places[shared->owner];
            const void *packed = NULL;
            OM_TRY(om_synthetic_rows_load(parts, part, &packed));
            memcpy(to, &head, sizeof head);
            memcpy(to + sizeof head, packed, (size_t)head.length);
            work->places[shared->owner] += (int64_t)sizeof head + head.length;
        }
    }
    return OM_OK;
}

static om_status send(exchange *work) {
    MPI_Comm comm = om_context_comm(work->group);
    if (MPI_Alltoall(work->sent_counts, 1, MPI_INT, work->received_counts, 1, MPI_INT, comm) !=
        MPI_SUCCESS) {
        return om_fail(OM_SYSTEM, "MPI: exchange of lengths failed");
    }
    int offset = 0;
    for (int rank = 0; rank < work->n_ranks; rank++) {
        work->received_offsets[rank] = offset;
        work->places[rank] = offset;
        offset += work->received_counts[rank];
    }
    work->received = om_malloc(offset, 1);
    OM_TRY(om_agree(work->group, work->received != NULL ? OM_OK : OM_MEMORY));
    if (MPI_Alltoallv(work->sent, work->sent_counts, work->sent_offsets, MPI_BYTE, work->received,
                      work->received_counts, work->received_offsets, MPI_BYTE,
                      comm) != MPI_SUCCESS) {
        return om_fail(OM_SYSTEM, "MPI: exchange of sums failed");
    }
    return OM_OK;
}

/* Adds what a rank sent of a block; its messages are in the order of blocks. */
static om_status add_received(exchange *work, int rank, int64_t block) {
    int64_t end = (int64_t)work->received_offsets[rank] + work->received_counts[rank];
    while (work->places[rank] < end) {
        const unsigned char *from = work->received + work->places[rank];
        message head;
        memcpy(&head, from, sizeof head);
        if (head.block != block) {
            break;
        }
        OM_TRY(om_synthetic_block_add_packed(work->merge->block, from + sizeof head, head.length));
        work->places[rank] += (int64_t)sizeof head + head.length;
    }
    return OM_OK;
}

static om_status add_up(exchange *work, int64_t first, int64_t end) {
    const om_synthetic_merge *merge = work->merge;
    for (int64_t i = first; i < end; i++) {
        const shared_block *shared = &work->blocks[i];
        if (shared->owner != work->rank) {
            continue;
        }
        for (int64_t p = 0; p < shared->n_parts; p++) {
            OM_TRY(add_own_part(merge, shared->first_part + p));
        }
        for (int rank = 0; rank < work->n_ranks; rank++) {
            OM_TRY(add_received(work, rank, shared->block));
        }
        OM_TRY(om_synthetic_finish_row(merge, merge->rows, shared->block));
    }
    return OM_OK;
}

static om_status run_round(exchange *work, int64_t first, int64_t end) {
    om_status status = om_stop_poll(work->group);
    if (status == OM_OK) {
        status = count_sent(work, first, end);
    }
    if (status == OM_OK) {
        status = fill_sent(work, first, end);
    }
    status = om_agree(work->group, status);
    if (status == OM_OK) {
        status = send(work);
    }
    if (status == OM_OK) {
        status = om_agree(work->group, add_up(work, first, end));
    }
    om_free(work->sent);
    om_free(work->received);
    work->sent = NULL;
    work->received = NULL;
    return status;
}

om_status om_synthetic_exchange(const om_synthetic_merge *merge, om_ctx *group, int64_t memory) {
    exchange work = {.merge = merge,
                     .group = group,
                     .n_ranks = om_context_size(group),
                     .rank = om_context_rank(group)};
    om_status status = om_agree(group, set_up(&work));
    if (status == OM_OK && work.n_blocks > 0) {
        status = om_sum_i64(group, work.bytes, work.n_blocks);
    }
    int64_t end = 0;
    for (int64_t first = 0; first < work.n_blocks && status == OM_OK; first = end) {
        int64_t bytes = work.bytes[first];
        for (end = first + 1; end < work.n_blocks && bytes + work.bytes[end] <= memory / 2; end++) {
            bytes += work.bytes[end];
        }
        status = run_round(&work, first, end);
    }
    release(&work);
    return status;
}
