#include "synthetic_sum.h"

#include "synthetic_exchange.h"

#include "oncomark/cell_stream.h"
#include "oncomark/memory.h"
#include "oncomark/stop.h"

#include <string.h>

typedef struct summing {
    const om_synthetic_task *task;
    om_ctx *group;
    om_synthetic_window *window;
    om_synthetic_layout *layout;
    om_synthetic_merge merge;
    uint8_t *marks; /* [n_cells] see below */
    int64_t *next;  /* [n_blocks] into plan->own: the block's first cell that was not added yet */
} summing;

/* Of a cell: it is in some block; no block has cells both before it and from it on. */
enum { NEEDED = 1, BOUNDARY = 2 };

/* Marks the boundaries by counting the blocks that are open at each cell. */
static om_status mark_boundaries(summing *work) {
    const om_synthetic_plan *plan = work->task->plan;
    int32_t *change = om_calloc(work->task->n_cells + 1, sizeof *change);
    if (change == NULL) {
        return OM_MEMORY;
    }
    for (int64_t b = 0; b < plan->n_blocks; b++) {
        int64_t begin = plan->first_own[b];
        int64_t end = plan->first_own[b + 1];
        if (begin < end) {
            change[plan->own[begin] + 1]++;
            change[plan->own[end - 1] + 1]--;
        }
    }
    int32_t n_open = 0;
    for (int64_t own = 0; own < work->task->n_cells; own++) {
        n_open += change[own];
        work->marks[own] |= n_open == 0 ? BOUNDARY : 0;
    }
    om_free(change);
    return OM_OK;
}

static om_status mark_cells(summing *work) {
    const om_synthetic_plan *plan = work->task->plan;
    work->marks = om_calloc(work->task->n_cells, sizeof *work->marks);
    work->next = om_malloc(plan->n_blocks, sizeof *work->next);
    if (work->marks == NULL || work->next == NULL) {
        return OM_MEMORY;
    }
    for (int64_t i = 0; i < plan->first_own[plan->n_blocks]; i++) {
        work->marks[plan->own[i]] = NEEDED;
    }
    if (plan->n_blocks > 0) {
        memcpy(work->next, plan->first_own, (size_t)plan->n_blocks * sizeof *work->next);
    }
    return mark_boundaries(work);
}

/* Adds the window's cells of a block; a block that they complete is a row, else a part. */
static om_status sum_block(summing *work, int64_t block) {
    const om_synthetic_plan *plan = work->task->plan;
    int64_t window_end = work->window->first + work->window->n;
    int64_t begin = work->next[block];
    int64_t end = begin;
    while (end < plan->first_own[block + 1] && plan->own[end] < window_end) {
        end++;
    }
    if (end == begin) {
        return OM_OK;
    }
    work->next[block] = end;
    om_synthetic_block_add_cells(work->merge.block, work->window, end - begin, plan->own + begin);
    bool whole = plan->shared[block] == 0 && begin == plan->first_own[block] &&
                 end == plan->first_own[block + 1];
    return om_synthetic_finish_row(&work->merge, whole ? work->merge.rows : work->merge.parts,
                                   block);
}

/* Sums what is in the window; the next cell that comes is `next_cell`. */
static om_status sum_window(summing *work, int64_t next_cell) {
    OM_TRY(om_stop_poll(work->group));
    for (int64_t b = 0; b < work->task->plan->n_blocks && work->window->n > 0; b++) {
        OM_TRY(sum_block(work, b));
    }
    om_synthetic_window_clear(work->window, next_cell);
    return OM_OK;
}

static om_status add_cell(summing *work, const om_counts *batch, int64_t cell) {
    int64_t own = batch->first_cell + cell - work->task->first_cell;
    int64_t n_values = batch->indptr[cell + 1] - batch->indptr[cell];
    int64_t n_skipped = own - work->window->first - work->window->n;
    /* Rather a window that is not full than blocks in parts. */
    bool ends =
        (work->marks[own] & BOUNDARY) != 0 && om_synthetic_window_is_half_full(work->window);
    if (ends || !om_synthetic_window_has_room(work->window, work->layout, n_skipped, n_values)) {
        OM_TRY(sum_window(work, own));
    }
    return om_synthetic_window_add(work->window, work->layout, batch, cell, own);
}

static om_status name_data_set(const summing *work, om_status status) {
    if (status != OM_INPUT) {
        return status;
    }
    char *cause = om_strdup(om_error_message());
    if (cause != NULL) {
        status = om_fail(OM_INPUT, "data set %s: %s", work->task->plan->data_set, cause);
    }
    om_free(cause);
    return status;
}

static om_status add_batch(summing *work, const om_counts *batch) {
    const om_synthetic_task *task = work->task;
    if (task->only_counts && !batch->integer) {
        return om_fail(OM_INPUT,
                       "data set %s: found values that are no whole numbers, expected `values: "
                       "tpm` or `values: log` in the job file, or counts",
                       task->plan->data_set);
    }
    if (work->merge.block == NULL) {
        OM_TRY(om_synthetic_layout_warm(work->layout, batch));
        OM_TRY(om_synthetic_block_create(&work->merge.block, work->layout));
    }
    for (int64_t cell = 0; cell < batch->n_cells; cell++) {
        if ((work->marks[batch->first_cell + cell - task->first_cell] & NEEDED) != 0) {
            OM_TRY(name_data_set(work, add_cell(work, batch, cell)));
        }
    }
    om_progress_add(task->progress, batch->indptr[batch->n_cells] * om_context_size(work->group));
    return om_stop_poll(work->group);
}

/* The first cell from `own` on that is needed. */
static int64_t find_needed(const summing *work, int64_t own) {
    while (own < work->task->n_cells && (work->marks[own] & NEEDED) == 0) {
        own++;
    }
    return own;
}

static om_status read_cells(summing *work, om_cell_stream *stream) {
    const om_synthetic_task *task = work->task;
    const om_counts *batch = NULL;
    om_synthetic_window_clear(work->window, 0);
    OM_TRY(om_cell_stream_skip_to(stream, task->first_cell + find_needed(work, 0)));
    OM_TRY(om_cell_stream_next(stream, &batch));
    while (batch != NULL) {
        OM_TRY(add_batch(work, batch));
        int64_t next = batch->first_cell + batch->n_cells;
        int64_t needed = task->first_cell + find_needed(work, next - task->first_cell);
        if (needed > next) {
            OM_TRY(om_cell_stream_skip_to(stream, needed));
        }
        OM_TRY(om_cell_stream_next(stream, &batch));
    }
    return sum_window(work, task->n_cells);
}

/* This rank's cells. */
static om_status sum_own(summing *work, const om_synthetic_memory *memory) {
    const om_synthetic_task *task = work->task;
    om_cell_stream *stream = NULL;
    OM_TRY(om_synthetic_layout_create(&work->layout, task->n_genes, task->column_of));
    OM_TRY(om_synthetic_rows_create(&work->merge.parts, task->spill_path, memory->parts));
    OM_TRY(mark_cells(work));
    om_status status = om_cell_stream_open(&stream, task->store, "X", task->first_cell,
                                           task->n_cells, memory->stream);
    if (status == OM_OK) {
        status = read_cells(work, stream);
    }
    om_cell_stream_close(&stream);
    if (status == OM_OK && work->merge.block == NULL) {
        status = om_synthetic_block_create(&work->merge.block, work->layout);
    }
    if (status == OM_OK) {
        om_synthetic_rows_sort(work->merge.parts);
        status = om_synthetic_merge_own(&work->merge);
    }
    return status;
}

om_status om_synthetic_sum(om_synthetic_rows *rows, om_ctx *group, const om_synthetic_task *task,
                           om_synthetic_window *window, const om_synthetic_memory *memory) {
    summing work = {
        .task = task, .group = group, .window = window, .merge = {.task = task, .rows = rows}};
    om_status status = om_agree(group, sum_own(&work, memory));
    if (status == OM_OK) {
        status = om_synthetic_exchange(&work.merge, group, memory->exchange);
    }
    om_synthetic_rows_destroy(&work.merge.parts);
    om_synthetic_block_destroy(&work.merge.block);
    om_synthetic_layout_destroy(&work.layout);
    om_free(work.marks);
    om_free(work.next);
    return status;
}
