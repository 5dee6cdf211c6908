#include "io/cell_exchange.h"

#include "oncomark/memory.h"
#include "oncomark/partition.h"

enum { LEAST_PER_RANK = 256, MOST_PER_RANK = 1 << 24 };

struct om_cell_exchange {
    om_ctx *group;
    const char *file;
    int size;
    int64_t per_message; /* entries that a rank sends at once */
    int64_t *bounds;     /* [size + 1] first cell of each rank in the window */
    om_counts *part;     /* of the window, this rank's */
    int64_t *cursor;     /* [cells of this rank] where the next entry of a cell goes */
    bool surplus;        /* a cell got more than it has to have */
    om_entry *sent;      /* [per_message] by rank */
    om_entry *received;
    int64_t received_capacity;
    int *counts_out; /* [size] and the three after it */
    int *offsets_out;
    int *counts_in;
    int *offsets_in;
    MPI_Datatype type;
};

static om_status make_buffers(om_cell_exchange *exchange, int64_t memory) {
    int size = exchange->size;
    exchange->bounds = om_calloc(size + 1, sizeof *exchange->bounds);
    exchange->counts_out = om_calloc(4 * (int64_t)size, sizeof *exchange->counts_out);
    if (exchange->bounds == NULL || exchange->counts_out == NULL) {
        return OM_MEMORY;
    }
    exchange->offsets_out = exchange->counts_out + size;
    exchange->counts_in = exchange->offsets_out + size;
    exchange->offsets_in = exchange->counts_in + size;
    if (size == 1) {
        return OM_OK; /* all entries stay */
    }
    /* One message, and in the worst case one from every rank; together below 2^31 entries. */
    int64_t most = MOST_PER_RANK / size > LEAST_PER_RANK ? MOST_PER_RANK / size : LEAST_PER_RANK;
    int64_t per_message = memory / (int64_t)sizeof(om_entry) / (size + 1);
    per_message = per_message < most ? per_message : most;
    exchange->per_message = per_message > LEAST_PER_RANK ? per_message : LEAST_PER_RANK;
    exchange->sent = om_malloc(exchange->per_message, sizeof *exchange->sent);
    return exchange->sent == NULL ? OM_MEMORY : OM_OK;
}

om_status om_cell_exchange_create(om_cell_exchange **out, om_ctx *group, const char *file,
                                  int64_t memory) {
    om_cell_exchange *exchange = om_calloc(1, sizeof *exchange);
    *out = exchange;
    if (exchange == NULL) {
        return OM_MEMORY;
    }
    exchange->group = group;
    exchange->file = file;
    exchange->size = om_context_size(group);
    MPI_Type_contiguous((int)sizeof(om_entry), MPI_BYTE, &exchange->type);
    MPI_Type_commit(&exchange->type);
    return make_buffers(exchange, memory);
}

void om_cell_exchange_destroy(om_cell_exchange **exchange) {
    if (*exchange == NULL) {
        return;
    }
    MPI_Type_free(&(*exchange)->type);
    om_free((*exchange)->bounds);
    om_free((*exchange)->cursor);
    om_free((*exchange)->sent);
    om_free((*exchange)->received);
    om_free((*exchange)->counts_out);
    om_free(*exchange);
    *exchange = NULL;
}

om_status om_cell_exchange_open(om_cell_exchange *exchange, int64_t first, int64_t n_cells,
                                const int64_t *cumulative, om_counts **part) {
    int64_t start = 0;
    int64_t count = 0;
    *part = NULL;
    for (int rank = 0; rank < exchange->size; rank++) {
        om_range_by_weight(cumulative, n_cells, exchange->size, rank, &start, &count);
        exchange->bounds[rank] = first + start;
    }
    exchange->bounds[exchange->size] = first + n_cells;
    om_range_by_weight(cumulative, n_cells, exchange->size, om_context_rank(exchange->group),
                       &start, &count);
    cumulative += start;
    OM_TRY(om_counts_create(part, count, cumulative[count] - cumulative[0]));
    exchange->part = *part;
    exchange->surplus = false;
    (*part)->first_cell = first + start;
    om_free(exchange->cursor);
    exchange->cursor = om_malloc(count, sizeof *exchange->cursor);
    if (exchange->cursor == NULL) {
        return OM_MEMORY;
    }
    for (int64_t cell = 0; cell < count; cell++) {
        exchange->cursor[cell] = cumulative[cell] - cumulative[0];
        (*part)->indptr[cell + 1] = cumulative[cell + 1] - cumulative[0];
    }
    return OM_OK;
}

static inline void place(om_cell_exchange *exchange, const om_entry *entry) {
    om_counts *part = exchange->part;
    int64_t cell = entry->cell - part->first_cell;
    int64_t position = exchange->cursor[cell];
    if (position == part->indptr[cell + 1]) {
        exchange->surplus = true;
        return;
    }
    exchange->cursor[cell]++;
    part->indices[position] = entry->gene;
    part->values[position] = entry->value;
}

/* Places this rank's own entries; returns how many are in other ranks' parts of the window. */
static int64_t place_own(om_cell_exchange *exchange, const om_entry *entries, int64_t n) {
    int64_t first = exchange->bounds[0];
    int64_t stop = exchange->bounds[exchange->size];
    int64_t first_here = exchange->part->first_cell;
    int64_t stop_here = first_here + exchange->part->n_cells;
    int64_t n_others = 0;
    for (int64_t i = 0; i < n; i++) {
        int64_t cell = entries[i].cell;
        if (cell < first || cell >= stop || entries[i].value == 0) {
            continue;
        }
        if (first_here <= cell && cell < stop_here) {
            place(exchange, &entries[i]);
        } else {
            n_others++;
        }
    }
    return n_others;
}

/* The rank that an entry is sent to, -1: none; neighbours mostly go to the same rank (`guess`). */
static int receiver_of(const om_cell_exchange *exchange, const om_entry *entry, int guess) {
    const int64_t *bounds = exchange->bounds;
    int64_t cell = entry->cell;
    if (cell < bounds[0] || cell >= bounds[exchange->size] || entry->value == 0) {
        return -1;
    }
    int low = 0;
    int high = exchange->size; /* bounds[low] <= cell < bounds[high] */
    if (guess >= 0 && bounds[guess] <= cell && cell < bounds[guess + 1]) {
        low = guess;
        high = guess + 1;
    }
    while (high - low > 1) {
        int middle = low + (high - low) / 2;
        if (bounds[middle] <= cell) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low == om_context_rank(exchange->group) ? -1 : low;
}

static int64_t offsets_of(const int *counts, int *offsets, int size) {
    int64_t total = 0;
    for (int rank = 0; rank < size; rank++) {
        offsets[rank] = (int)total;
        total += counts[rank];
    }
    return total;
}

/* Puts the next entries for other ranks into `sent`, by rank. Returns where to go on. */
static int64_t pack(om_cell_exchange *exchange, const om_entry *entries, int64_t first, int64_t n) {
    int64_t stop = first;
    int receiver = -1;
    for (int rank = 0; rank < exchange->size; rank++) {
        exchange->counts_out[rank] = 0;
    }
    for (int64_t n_sent = 0; stop < n && n_sent < exchange->per_message; stop++) {
        receiver = receiver_of(exchange, &entries[stop], receiver);
        if (receiver >= 0) {
            exchange->counts_out[receiver]++;
            n_sent++;
        }
    }
    offsets_of(exchange->counts_out, exchange->offsets_out, exchange->size);
    for (int64_t i = first; i < stop; i++) {
        receiver = receiver_of(exchange, &entries[i], receiver);
        if (receiver >= 0) {
            exchange->sent[exchange->offsets_out[receiver]++] = entries[i];
        }
    }
    offsets_of(exchange->counts_out, exchange->offsets_out, exchange->size);
    return stop;
}

static om_status reserve_received(om_cell_exchange *exchange, int64_t n) {
    if (n > exchange->received_capacity) {
        om_free(exchange->received);
        exchange->received = om_malloc(n, sizeof *exchange->received);
        exchange->received_capacity = exchange->received == NULL ? 0 : n;
    }
    return n > exchange->received_capacity ? OM_MEMORY : OM_OK;
}

/* What is packed goes to its ranks. */
static om_status send_packed(om_cell_exchange *exchange) {
    MPI_Comm comm = om_context_comm(exchange->group);
    MPI_Alltoall(exchange->counts_out, 1, MPI_INT, exchange->counts_in, 1, MPI_INT, comm);
    int64_t n = offsets_of(exchange->counts_in, exchange->offsets_in, exchange->size);
    OM_TRY(om_agree(exchange->group, reserve_received(exchange, n)));
    MPI_Alltoallv(exchange->sent, exchange->counts_out, exchange->offsets_out, exchange->type,
                  exchange->received, exchange->counts_in, exchange->offsets_in, exchange->type,
                  comm);
    for (int64_t i = 0; i < n; i++) {
        place(exchange, &exchange->received[i]);
    }
    return OM_OK;
}

om_status om_cell_exchange_round(om_cell_exchange *exchange, const om_entry *entries, int64_t n) {
    int64_t n_others = place_own(exchange, entries, n);
    if (exchange->size == 1) {
        return OM_OK;
    }
    int64_t n_messages = (n_others + exchange->per_message - 1) / exchange->per_message;
    OM_TRY(om_max_i64(exchange->group, &n_messages, 1));
    int64_t next = 0;
    for (int64_t message = 0; message < n_messages; message++) {
        next = pack(exchange, entries, next, n);
        OM_TRY(send_packed(exchange));
    }
    return OM_OK;
}

om_status om_cell_exchange_check(const om_cell_exchange *exchange) {
    bool same = !exchange->surplus;
    for (int64_t cell = 0; same && cell < exchange->part->n_cells; cell++) {
        same = exchange->cursor[cell] == exchange->part->indptr[cell + 1];
    }
    return same ? OM_OK : om_fail(OM_SYSTEM, "%s: changed while it was read", exchange->file);
}
