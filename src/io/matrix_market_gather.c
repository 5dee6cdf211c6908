#include "io/matrix_market_gather.h"

#include "oncomark/memory.h"
#include "oncomark/partition.h"

/* Entries that all ranks together may send to one rank in a round: 64 MiB. */
enum { ROUND_ENTRIES = 1 << 22, LEAST_PER_RANK = 1 << 10 };

typedef struct exchange {
    om_ctx *group;
    int size;
    int rank;
    om_counts *counts;
    int64_t *bounds; /* [size + 1] first cell of each rank */
    int64_t *cursor; /* [n_cells] where the next entry of a cell goes */
    om_mtx_parser *parser;
    om_mtx_block *block; /* being read */
    int64_t position;    /* in the block */
    int64_t per_round;
    om_mtx_entry *picked; /* [per_round] for other ranks */
    om_mtx_entry *sent;   /* [per_round] by rank */
    om_mtx_entry *received;
    int64_t received_capacity;
    int *counts_out; /* [size] and the three after it */
    int *offsets_out;
    int *counts_in;
    int *offsets_in;
    MPI_Datatype type;
} exchange;

static inline void place(exchange *state, const om_mtx_entry *entry) {
    int64_t position = state->cursor[entry->column - state->counts->first_cell]++;
    state->counts->indices[position] = entry->row;
    state->counts->values[position] = entry->value;
}

/* The rank whose cells hold `column`; neighbours in a file mostly go to the same rank (`guess`). */
static int owner_of(const exchange *state, int64_t column, int guess) {
    const int64_t *bounds = state->bounds;
    if (bounds[guess] <= column && column < bounds[guess + 1]) {
        return guess;
    }
    int low = 0;
    int high = state->size; /* bounds[low] <= column < bounds[high] */
    while (high - low > 1) {
        int middle = low + (high - low) / 2;
        if (bounds[middle] <= column) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low;
}

/* Places this rank's own entries and picks up to per_round of the others. */
static int64_t pick(exchange *state) {
    int64_t n_picked = 0;
    int64_t first = state->counts->first_cell;
    int64_t stop = first + state->counts->n_cells;
    for (;;) {
        if (state->block == NULL) {
            state->block = om_mtx_parser_take(state->parser);
            state->position = 0;
            if (state->block == NULL) {
                return n_picked;
            }
        }
        while (state->position < state->block->count) {
            const om_mtx_entry *entry = &state->block->entries[state->position];
            if (first <= entry->column && entry->column < stop) {
                place(state, entry);
            } else if (n_picked < state->per_round) {
                state->picked[n_picked++] = *entry;
            } else {
                return n_picked;
            }
            state->position++;
        }
        om_free(state->block);
        state->block = NULL;
    }
}

static int64_t offsets_of(const int *counts, int *offsets, int size) {
    int64_t total = 0;
    for (int rank = 0; rank < size; rank++) {
        offsets[rank] = (int)total;
        total += counts[rank];
    }
    return total;
}

/* Puts the picked entries in the order of the ranks they go to. */
static void group_by_rank(exchange *state, int64_t n_picked) {
    for (int rank = 0; rank < state->size; rank++) {
        state->counts_out[rank] = 0;
    }
    int owner = 0;
    for (int64_t i = 0; i < n_picked; i++) {
        owner = owner_of(state, state->picked[i].column, owner);
        state->counts_out[owner]++;
    }
    offsets_of(state->counts_out, state->offsets_out, state->size);
    for (int64_t i = 0; i < n_picked; i++) {
        owner = owner_of(state, state->picked[i].column, owner);
        state->sent[state->offsets_out[owner]++] = state->picked[i];
    }
    offsets_of(state->counts_out, state->offsets_out, state->size);
}

static om_status send_round(exchange *state, int64_t n_picked) {
    MPI_Comm comm = om_context_comm(state->group);
    group_by_rank(state, n_picked);
    MPI_Alltoall(state->counts_out, 1, MPI_INT, state->counts_in, 1, MPI_INT, comm);
    int64_t n_received = offsets_of(state->counts_in, state->offsets_in, state->size);
    om_status status = OM_OK;
    if (n_received > state->received_capacity) {
        om_mtx_entry *larger = om_realloc(state->received, n_received, sizeof *larger);
        if (larger == NULL) {
            status = OM_MEMORY;
        } else {
            state->received = larger;
            state->received_capacity = n_received;
        }
    }
    OM_TRY(om_agree(state->group, status));
    MPI_Alltoallv(state->sent, state->counts_out, state->offsets_out, state->type, state->received,
                  state->counts_in, state->offsets_in, state->type, comm);
    for (int64_t i = 0; i < n_received; i++) {
        place(state, &state->received[i]);
    }
    return OM_OK;
}

static om_status exchange_all(exchange *state) {
    for (;;) {
        int64_t n_picked = pick(state);
        int64_t most = n_picked;
        OM_TRY(om_max_i64(state->group, &most, 1));
        if (most == 0) {
            return OM_OK;
        }
        OM_TRY(send_round(state, n_picked));
    }
}

/* Makes this rank's part of the matrix, empty, and the places of its cells. `cumulative`: non-zeros
 * before each cell, [columns + 1]. */
static om_status prepare(exchange *state, const int64_t *cumulative) {
    int64_t columns = state->parser->rules.columns;
    state->bounds = om_calloc(state->size + 1, sizeof *state->bounds);
    if (state->bounds == NULL) {
        return OM_MEMORY;
    }
    int64_t first = 0;
    int64_t count = 0;
    for (int rank = 0; rank < state->size; rank++) {
        om_range_by_weight(cumulative, columns, state->size, rank, &first, &count);
        state->bounds[rank] = first;
    }
    state->bounds[state->size] = columns;
    om_range_by_weight(cumulative, columns, state->size, state->rank, &first, &count);
    OM_TRY(om_counts_create(&state->counts, count, cumulative[first + count] - cumulative[first]));
    state->counts->n_genes = state->parser->rules.rows;
    state->counts->n_cells_total = columns;
    state->counts->first_cell = first;
    state->cursor = om_calloc(count, sizeof *state->cursor);
    if (state->cursor == NULL) {
        return OM_MEMORY;
    }
    for (int64_t i = 0; i < count; i++) {
        state->cursor[i] = cumulative[first + i] - cumulative[first];
        state->counts->indptr[i + 1] = cumulative[first + i + 1] - cumulative[first];
    }
    return OM_OK;
}

static om_status make_buffers(exchange *state) {
    if (state->size == 1) {
        return OM_OK; /* all entries stay */
    }
    state->per_round = ROUND_ENTRIES / state->size;
    state->per_round = state->per_round < LEAST_PER_RANK ? LEAST_PER_RANK : state->per_round;
    state->picked = om_malloc(state->per_round, sizeof *state->picked);
    state->sent = om_malloc(state->per_round, sizeof *state->sent);
    state->counts_out = om_calloc(4 * (int64_t)state->size, sizeof *state->counts_out);
    if (state->picked == NULL || state->sent == NULL || state->counts_out == NULL) {
        return OM_MEMORY;
    }
    state->offsets_out = state->counts_out + state->size;
    state->counts_in = state->offsets_out + state->size;
    state->offsets_in = state->counts_in + state->size;
    return OM_OK;
}

static void release(exchange *state) {
    om_counts_destroy(&state->counts);
    om_free(state->bounds);
    om_free(state->cursor);
    om_free(state->block);
    om_free(state->picked);
    om_free(state->sent);
    om_free(state->received);
    om_free(state->counts_out);
    MPI_Type_free(&state->type);
}

om_status om_mtx_gather(om_counts **out, om_ctx *group, om_mtx_parser *parser) {
    *out = NULL;
    exchange state = {.group = group,
                      .size = om_context_size(group),
                      .rank = om_context_rank(group),
                      .parser = parser};
    MPI_Type_contiguous((int)sizeof(om_mtx_entry), MPI_BYTE, &state.type);
    MPI_Type_commit(&state.type);
    int64_t columns = parser->rules.columns;
    int64_t *cumulative = om_calloc(columns + 1, sizeof *cumulative);
    om_status status = om_agree(group, cumulative == NULL ? OM_MEMORY : OM_OK);
    if (status == OM_OK) {
        status = om_sum_i64(group, parser->column_counts, columns);
    }
    if (status == OM_OK) {
        for (int64_t i = 0; i < columns; i++) {
            cumulative[i + 1] = cumulative[i] + parser->column_counts[i];
        }
        status = prepare(&state, cumulative);
        status = status == OM_OK ? make_buffers(&state) : status;
        status = om_agree(group, status);
    }
    om_free(cumulative);
    if (status == OM_OK) {
        status = exchange_all(&state);
    }
    if (status == OM_OK) {
        *out = state.counts;
        state.counts = NULL;
    }
    release(&state);
    return status;
}
