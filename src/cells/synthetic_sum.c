#include "synthetic_sum.h"

#include "synthetic_block.h"

#include "oncomark/memory.h"
#include "oncomark/partition.h"

#include <inttypes.h>
#include <limits.h>

/* 8 bytes each. */
enum { ROUND_VALUES = 1 << 24 };

/* Blocks are summed by all ranks for the cells that they hold, and the parts of a block go to its
 * owner. A round takes the next `stripe` blocks of every owner, so that all owners have work. */
typedef struct exchange {
    om_ctx *group;
    const om_synthetic_plan *plan;
    const om_counts *counts;
    const int32_t *column_of;
    int64_t n_columns;
    int n_ranks;
    int64_t round_values;
    int64_t stripe;
    om_synthetic_block *block;
    om_synthetic_rows *parts; /* to be sent: by owner, then by block */
    int64_t *sent_lengths;    /* [n_ranks x stripe] values of each part */
    int64_t *lengths;         /* [n_ranks x stripe] of the parts received */
    int *sent_counts;         /* [n_ranks] values to each rank, and so on */
    int *sent_offsets;
    int *received_counts;
    int *received_offsets;
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

/* This rank's cells of a block, as a row of `rows`. */
static om_status sum_own(const exchange *work, int64_t block, om_synthetic_rows *rows) {
    const om_synthetic_plan *plan = work->plan;
    om_status status = OM_OK;
    for (int64_t i = plan->first_own[block]; i < plan->first_own[block + 1] && status == OM_OK;
         i++) {
        status =
            om_synthetic_block_add_cell(work->block, work->counts, plan->own[i], work->column_of);
    }
    if (status == OM_OK) {
        status = om_synthetic_block_finish(work->block, rows);
    }
    return name_block(plan, block, status);
}

static om_status sum_alone(const exchange *work, om_synthetic_rows *rows) {
    for (int64_t block = 0; block < work->plan->n_blocks; block++) {
        OM_TRY(sum_own(work, block, rows));
    }
    return OM_OK;
}

/* Blocks of `owner` in this round. */
static void round_blocks(const exchange *work, int owner, int64_t round, int64_t *first,
                         int64_t *count) {
    om_range_even(work->plan->n_blocks, work->n_ranks, owner, first, count);
    int64_t skipped = round * work->stripe < *count ? round * work->stripe : *count;
    *first += skipped;
    *count -= skipped;
    *count = *count < work->stripe ? *count : work->stripe;
}

static om_status sum_parts(exchange *work, int64_t round) {
    work->parts->n_rows = 0;
    for (int owner = 0; owner < work->n_ranks; owner++) {
        int64_t first = 0;
        int64_t count = 0;
        round_blocks(work, owner, round, &first, &count);
        for (int64_t i = 0; i < work->stripe; i++) {
            int64_t *length = &work->sent_lengths[owner * work->stripe + i];
            *length = 0;
            if (i < count) {
                OM_TRY(sum_own(work, first + i, work->parts));
                const int64_t *end = &work->parts->indptr[work->parts->n_rows];
                *length = end[0] - end[-1];
            }
        }
    }
    return OM_OK;
}

/* Values to or from each rank and where they start; *total: all of them. */
static om_status add_up(const exchange *work, const int64_t *lengths, int *counts, int *offsets,
                        int64_t *total) {
    *total = 0;
    for (int rank = 0; rank < work->n_ranks; rank++) {
        int64_t sum = 0;
        for (int64_t i = 0; i < work->stripe; i++) {
            sum += lengths[rank * work->stripe + i];
        }
        if (*total + sum > INT_MAX) {
            return om_fail(OM_SYSTEM, "a block of %" PRId64 " values is too large to be exchanged",
                           *total + sum);
        }
        counts[rank] = (int)sum;
        offsets[rank] = (int)*total;
        *total += sum;
    }
    return OM_OK;
}

/* Sends the parts' columns and values; *columns and *values are owned by the caller. */
static om_status send_parts(exchange *work, int32_t **columns, uint32_t **values) {
    MPI_Comm comm = om_context_comm(work->group);
    int64_t n_sent = 0;
    int64_t n_received = 0;
    if (MPI_Alltoall(work->sent_lengths, (int)work->stripe, MPI_INT64_T, work->lengths,
                     (int)work->stripe, MPI_INT64_T, comm) != MPI_SUCCESS) {
        return om_fail(OM_SYSTEM, "MPI: exchange of lengths failed");
    }
    om_status status =
        add_up(work, work->sent_lengths, work->sent_counts, work->sent_offsets, &n_sent);
    if (status == OM_OK) {
        status =
            add_up(work, work->lengths, work->received_counts, work->received_offsets, &n_received);
    }
    if (status == OM_OK) {
        *columns = om_malloc(n_received, sizeof **columns);
        *values = om_malloc(n_received, sizeof **values);
        status = *columns != NULL && *values != NULL ? OM_OK : OM_MEMORY;
    }
    OM_TRY(om_agree(work->group, status));
    if (MPI_Alltoallv(work->parts->indices, work->sent_counts, work->sent_offsets, MPI_INT32_T,
                      *columns, work->received_counts, work->received_offsets, MPI_INT32_T,
                      comm) != MPI_SUCCESS ||
        MPI_Alltoallv(work->parts->values, work->sent_counts, work->sent_offsets, MPI_UINT32_T,
                      *values, work->received_counts, work->received_offsets, MPI_UINT32_T,
                      comm) != MPI_SUCCESS) {
        return om_fail(OM_SYSTEM, "MPI: exchange of sums failed");
    }
    return OM_OK;
}

/* Adds the parts of this rank's blocks up, each to a row. */
static om_status merge_parts(exchange *work, int64_t round, const int32_t *columns,
                             const uint32_t *values, om_synthetic_rows *rows) {
    int64_t first = 0;
    int64_t count = 0;
    int *next = work->received_offsets; /* of the next part from each rank */
    round_blocks(work, om_context_rank(work->group), round, &first, &count);
    for (int64_t i = 0; i < count; i++) {
        for (int rank = 0; rank < work->n_ranks; rank++) {
            int64_t length = work->lengths[rank * work->stripe + i];
            om_synthetic_block_add_part(work->block, length, columns + next[rank],
                                        values + next[rank]);
            next[rank] += (int)length;
        }
        OM_TRY(name_block(work->plan, first + i, om_synthetic_block_finish(work->block, rows)));
    }
    return OM_OK;
}

static om_status run_round(exchange *work, int64_t round, om_synthetic_rows *rows) {
    int32_t *columns = NULL;
    uint32_t *values = NULL;
    OM_TRY(om_agree(work->group, sum_parts(work, round)));
    om_status status = send_parts(work, &columns, &values);
    if (status == OM_OK) {
        status = om_agree(work->group, merge_parts(work, round, columns, values, rows));
    }
    om_free(columns);
    om_free(values);
    return status;
}

/* The longest cell bounds what a block's part can hold; the same on all ranks. */
static om_status choose_stripe(exchange *work) {
    int64_t longest[2] = {0, 0};
    for (int64_t cell = 0; cell < work->counts->n_cells; cell++) {
        int64_t length = work->counts->indptr[cell + 1] - work->counts->indptr[cell];
        longest[0] = length > longest[0] ? length : longest[0];
    }
    for (int64_t block = 0; block < work->plan->n_blocks; block++) {
        int64_t length = work->plan->first_own[block + 1] - work->plan->first_own[block];
        longest[1] = length > longest[1] ? length : longest[1];
    }
    OM_TRY(om_max_i64(work->group, longest, 2));
    int64_t part = longest[0] * longest[1];
    part = part < work->n_columns ? part : work->n_columns;
    int64_t stripe = work->round_values / (work->n_ranks * (part > 0 ? part : 1));
    int64_t most = work->plan->n_blocks / work->n_ranks + 1;
    stripe = stripe < most ? stripe : most;
    work->stripe = stripe > 0 ? stripe : 1;
    return OM_OK;
}

static om_status set_up(exchange *work) {
    int64_t n = work->n_ranks;
    work->sent_lengths = om_calloc(n * work->stripe, sizeof *work->sent_lengths);
    work->lengths = om_calloc(n * work->stripe, sizeof *work->lengths);
    work->sent_counts = om_calloc(n, sizeof *work->sent_counts);
    work->sent_offsets = om_calloc(n, sizeof *work->sent_offsets);
    work->received_counts = om_calloc(n, sizeof *work->received_counts);
    work->received_offsets = om_calloc(n, sizeof *work->received_offsets);
    if (work->sent_lengths == NULL || work->lengths == NULL || work->sent_counts == NULL ||
        work->sent_offsets == NULL || work->received_counts == NULL ||
        work->received_offsets == NULL) {
        return OM_MEMORY;
    }
    OM_TRY(om_synthetic_block_create(&work->block, work->n_columns));
    return om_synthetic_rows_create(&work->parts);
}

static void release(exchange *work) {
    om_synthetic_block_destroy(&work->block);
    om_synthetic_rows_destroy(&work->parts);
    om_free(work->sent_lengths);
    om_free(work->lengths);
    om_free(work->sent_counts);
    om_free(work->sent_offsets);
    om_free(work->received_counts);
    om_free(work->received_offsets);
}

static om_status sum_together(exchange *work, om_synthetic_rows *rows) {
    int64_t most = work->plan->n_blocks / work->n_ranks + 1;
    for (int64_t round = 0; round * work->stripe < most; round++) {
        OM_TRY(run_round(work, round, rows));
    }
    return OM_OK;
}

om_status om_synthetic_sum_bounded(om_synthetic_rows **out, om_ctx *group,
                                   const om_synthetic_plan *plan, const om_counts *counts,
                                   const int32_t *column_of, int64_t n_columns,
                                   int64_t round_values) {
    exchange work = {.group = group,
                     .plan = plan,
                     .counts = counts,
                     .column_of = column_of,
                     .n_columns = n_columns,
                     .n_ranks = om_context_size(group),
                     .round_values = round_values};
    *out = NULL;
    OM_TRY(choose_stripe(&work));
    om_status status = set_up(&work);
    if (status == OM_OK) {
        status = om_synthetic_rows_create(out);
    }
    status = om_agree(group, status);
    if (status == OM_OK) {
        status = work.n_ranks == 1 ? sum_alone(&work, *out) : sum_together(&work, *out);
    }
    release(&work);
    if (status != OM_OK) {
        om_synthetic_rows_destroy(out);
    }
    return status;
}

om_status om_synthetic_sum(om_synthetic_rows **out, om_ctx *group, const om_synthetic_plan *plan,
                           const om_counts *counts, const int32_t *column_of, int64_t n_columns) {
    return om_synthetic_sum_bounded(out, group, plan, counts, column_of, n_columns, ROUND_VALUES);
}
