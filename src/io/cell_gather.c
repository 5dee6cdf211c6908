#include "io/cell_gather.h"

#include "io/cell_exchange.h"
#include "oncomark/memory.h"

#include <inttypes.h>
#include <math.h>

enum { ENTRY_BYTES = 12, CELL_BYTES = 24 }; /* of a window: index, value; offsets, cursor */

struct om_cell_gather {
    om_ctx *group;
    om_entry_source *source;
    const char *file;
    int64_t n_genes;
    int64_t n_cells;
    bool must_count;
    int64_t window_bytes; /* of all ranks */
    int64_t *cumulative;  /* [n_cells + 1] entries before each cell */
    bool counted;
    int64_t next_cell; /* first of the next window */
    int64_t n_duplicates;
    bool warned;
    om_counts *window; /* this rank's part */
    om_cell_exchange *exchange;
};

om_status om_cell_gather_create(om_cell_gather **out, om_ctx *group, om_entry_source *source,
                                const char *file, int64_t n_genes, int64_t n_cells,
                                bool only_counts, int64_t memory) {
    om_cell_gather *gather = om_calloc(1, sizeof *gather);
    *out = gather;
    om_status status = OM_MEMORY;
    if (gather != NULL) {
        *gather = (om_cell_gather){.group = group,
                                   .source = source,
                                   .file = file,
                                   .n_genes = n_genes,
                                   .n_cells = n_cells,
                                   .must_count = only_counts,
                                   .window_bytes = memory / 2 * om_context_size(group)};
        gather->cumulative = om_calloc(n_cells + 1, sizeof *gather->cumulative);
        status = gather->cumulative == NULL
                     ? OM_MEMORY
                     : om_cell_exchange_create(&gather->exchange, group, file, memory / 2);
    }
    return om_agree(group, status);
}

void om_cell_gather_destroy(om_cell_gather **gather) {
    if (gather == NULL || *gather == NULL) {
        return;
    }
    om_cell_exchange_destroy(&(*gather)->exchange);
    om_counts_destroy(&(*gather)->window);
    om_free((*gather)->cumulative);
    om_free(*gather);
    *gather = NULL;
}

/* The first pass. */
static om_status count_entries(om_cell_gather *gather) {
    int64_t *counts = gather->cumulative + 1;
    OM_TRY(gather->source->rewind(gather->source));
    for (;;) {
        const om_entry *entries = NULL;
        int64_t n = 0;
        bool end = false;
        OM_TRY(gather->source->next(gather->source, &entries, &n, &end));
        if (end) {
            break;
        }
        for (int64_t i = 0; i < n; i++) {
            counts[entries[i].cell] += entries[i].value != 0;
        }
    }
    OM_TRY(om_sum_i64(gather->group, counts, gather->n_cells));
    for (int64_t cell = 0; cell < gather->n_cells; cell++) {
        counts[cell] += gather->cumulative[cell];
    }
    gather->counted = true;
    return OM_OK;
}

/* As many cells from `first` on as fit, at least one. */
static int64_t window_end(const om_cell_gather *gather, int64_t first) {
    const int64_t *cumulative = gather->cumulative;
    int64_t low = first + 1;
    int64_t high = gather->n_cells;
    while (low < high) {
        int64_t middle = low + (high - low + 1) / 2;
        int64_t n_entries = cumulative[middle] - cumulative[first];
        if (n_entries * ENTRY_BYTES + (middle - first) * CELL_BYTES <= gather->window_bytes) {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    return low;
}

/* This rank's part of the window, empty, with its cells' places. */
static om_status open_window(om_cell_gather *gather, int64_t first, int64_t end) {
    om_counts_destroy(&gather->window);
    int64_t *cumulative = om_malloc(end - first + 1, sizeof *cumulative);
    if (cumulative == NULL) {
        return OM_MEMORY;
    }
    for (int64_t cell = first; cell <= end; cell++) {
        cumulative[cell - first] = gather->cumulative[cell] - gather->cumulative[first];
    }
    om_status status =
        om_cell_exchange_open(gather->exchange, first, end - first, cumulative, &gather->window);
    om_free(cumulative);
    OM_TRY(status);
    gather->window->n_genes = gather->n_genes;
    gather->window->n_cells_total = gather->n_cells;
    return OM_OK;
}

/* A pass over all entries, of which those of the window's cells are taken. */
static om_status read_window(om_cell_gather *gather) {
    OM_TRY(gather->source->rewind(gather->source));
    for (;;) {
        const om_entry *entries = NULL;
        int64_t n = 0;
        bool end = false;
        OM_TRY(gather->source->next(gather->source, &entries, &n, &end));
        if (end) {
            return OM_OK;
        }
        OM_TRY(om_cell_exchange_round(gather->exchange, entries, n));
    }
}

om_status om_cell_gather_check(om_counts *counts, const char *file, bool must_count) {
    counts->integer = true;
    for (int64_t cell = 0; cell < counts->n_cells; cell++) {
        for (int64_t i = counts->indptr[cell]; i < counts->indptr[cell + 1]; i++) {
            double value = counts->values[i];
            if (value <= UINT32_MAX && value == (double)(uint32_t)value) {
                continue;
            }
            if (!isfinite(value) || (must_count && value > UINT32_MAX)) {
                return om_fail(OM_INPUT,
                               "%s: found entries of row %" PRId64 ", column %" PRId64
                               " that add up to %.17g, expected at most %s",
                               file, (int64_t)counts->indices[i] + 1, counts->first_cell + cell + 1,
                               value, must_count ? "4294967295" : "1.8e308");
            }
            counts->integer = false;
        }
    }
    return OM_OK;
}

void om_cell_gather_warn(om_log *log, const char *file, int64_t n_duplicates) {
    om_log_warn(log, "%s: %" PRId64 " entries name a gene and cell a second time; they are summed",
                file, n_duplicates);
}

static om_status finish_window(om_cell_gather *gather) {
    int64_t n_duplicates = 0;
    om_status status = om_cell_exchange_check(gather->exchange);
    if (status == OM_OK) {
        status = om_counts_tidy(gather->window, &n_duplicates);
    }
    if (status == OM_OK) {
        status = om_cell_gather_check(gather->window, gather->file, gather->must_count);
    }
    OM_TRY(om_agree(gather->group, status));
    OM_TRY(om_sum_i64(gather->group, &n_duplicates, 1));
    gather->n_duplicates += n_duplicates;
    return OM_OK;
}

om_status om_cell_gather_next(om_cell_gather *gather, const om_counts **batch,
                              om_feed_event *event) {
    if (!gather->counted) {
        OM_TRY(count_entries(gather));
    }
    if (gather->next_cell == gather->n_cells) {
        if (gather->n_duplicates > 0 && !gather->warned && om_context_is_root(gather->group)) {
            om_cell_gather_warn(om_context_log(gather->group), gather->file, gather->n_duplicates);
        }
        gather->warned = true;
        *event = OM_FEED_END;
        return OM_OK;
    }
    int64_t end = window_end(gather, gather->next_cell);
    OM_TRY(om_agree(gather->group, open_window(gather, gather->next_cell, end)));
    OM_TRY(read_window(gather));
    OM_TRY(finish_window(gather));
    gather->next_cell = end;
    *batch = gather->window;
    *event = OM_FEED_ROUND;
    return OM_OK;
}

om_status om_cell_gather_rewind(om_cell_gather *gather) {
    gather->next_cell = 0;
    gather->n_duplicates = 0;
    return OM_OK;
}
