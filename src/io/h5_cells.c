#include "h5_cells.h"

#include "h5_gene_entries.h"
#include "h5_slabs.h"
#include "oncomark/memory.h"
#include "oncomark/progress.h"
#include "oncomark/stop.h"

/* Of a round: index and value of an entry; offset of a cell; a value of a dense slab. HDF5 itself
 * holds a chunk or two of each data set, and 1 MiB to convert types in. */
enum { ENTRY_BYTES = 12, CELL_BYTES = 8, VALUE_BYTES = 8, HDF5_BYTES = 8 << 20 };

struct om_h5_cells {
    om_ctx *group;
    om_h5_slabs slabs;
    int64_t memory; /* of the rank that has least */
    int64_t next_cell;
    int64_t n_duplicates;
    bool warned;
    om_progress *progress; /* of the cells; a matrix by genes has its own */
    om_counts *round;
    double *dense;               /* slab of a dense matrix */
    om_h5_gene_entries by_genes; /* of a matrix by genes */
    om_cell_gather *gather;
};

static om_status share_memory(om_h5_cells *cells, int64_t memory) {
    int64_t most = -memory;
    OM_TRY(om_max_i64(cells->group, &most, 1));
    cells->memory = -most > 2 * (int64_t)HDF5_BYTES ? -most - HDF5_BYTES : -most / 2;
    return OM_OK;
}

/* Of the group's cells: its ranks go through them together. */
static void begin_progress(om_h5_cells *cells) {
    om_progress_end(&cells->progress);
    cells->progress = om_progress_begin(om_context_log(cells->group), "ingest",
                                        cells->slabs.place->n_cells, "cells");
}

static om_status open_gather(om_h5_cells *cells) {
    const om_matrix_place *place = cells->slabs.place;
    int64_t for_entries = cells->memory / 4;
    OM_TRY(om_agree(cells->group, om_h5_gene_entries_open(&cells->by_genes, cells->group,
                                                          &cells->slabs, for_entries)));
    return om_cell_gather_create(&cells->gather, cells->group, &cells->by_genes.source, place->file,
                                 place->n_genes, place->n_cells, cells->slabs.only_counts,
                                 cells->memory - for_entries);
}

om_status om_h5_cells_open(om_h5_cells **out, om_ctx *group, const om_matrix_place *place,
                           bool only_counts, int64_t memory) {
    om_h5_cells *cells = om_calloc(1, sizeof *cells);
    *out = cells;
    om_status status = OM_MEMORY;
    if (cells != NULL) {
        cells->group = group;
        status = om_h5_slabs_open(&cells->slabs, place, only_counts);
    }
    status = om_agree(group, status);
    if (status == OM_OK) {
        status = share_memory(cells, memory);
    }
    if (status == OM_OK && place->layout == OM_MATRIX_GENES) {
        status = open_gather(cells);
    } else if (status == OM_OK) {
        begin_progress(cells);
    }
    if (status != OM_OK) {
        om_h5_cells_close(out);
    }
    return status;
}

void om_h5_cells_close(om_h5_cells **cells) {
    if (cells == NULL || *cells == NULL) {
        return;
    }
    om_progress_end(&(*cells)->progress);
    om_cell_gather_destroy(&(*cells)->gather);
    om_h5_gene_entries_close(&(*cells)->by_genes);
    om_h5_slabs_close(&(*cells)->slabs);
    om_counts_destroy(&(*cells)->round);
    om_free((*cells)->dense);
    om_free(*cells);
    *cells = NULL;
}

/* The first cell from `first` on that begins at entry `entry` or later; `end` if none. */
static int64_t cell_at(const om_h5_cells *cells, int64_t first, int64_t end, int64_t entry) {
    while (first < end) {
        int64_t middle = first + (end - first) / 2;
        if (cells->slabs.offsets[middle] < entry) {
            first = middle + 1;
        } else {
            end = middle;
        }
    }
    return first;
}

/* As many cells as all ranks together have memory for, at least one. */
static int64_t round_end(const om_h5_cells *cells) {
    const int64_t *offsets = cells->slabs.offsets;
    int64_t n_ranks = om_context_size(cells->group);
    int64_t first = cells->next_cell;
    int64_t low = first + 1;
    int64_t high = cells->slabs.place->n_cells;
    while (low < high) {
        int64_t middle = low + (high - low + 1) / 2;
        int64_t bytes =
            (offsets[middle] - offsets[first]) * ENTRY_BYTES + (middle - first) * CELL_BYTES;
        if (bytes / n_ranks <= cells->memory) {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    return low;
}

/* Where this rank's part of cells first .. end - 1 begins, by entries; `part` may be the number of
 * ranks. */
static int64_t part_start(const om_h5_cells *cells, int64_t first, int64_t end, int part) {
    const int64_t *offsets = cells->slabs.offsets;
    int n_ranks = om_context_size(cells->group);
    int64_t n = offsets[end] - offsets[first];
    if (part == n_ranks) {
        return end;
    }
    int64_t before = n / n_ranks * part + n % n_ranks * part / n_ranks;
    return cell_at(cells, first, end, offsets[first] + before);
}

static om_status create_round(om_h5_cells *cells, int64_t first, int64_t n_cells,
                              int64_t n_nonzeros) {
    om_counts_destroy(&cells->round);
    OM_TRY(om_counts_create(&cells->round, n_cells, n_nonzeros));
    cells->round->n_genes = cells->slabs.place->n_genes;
    cells->round->n_cells_total = cells->slabs.place->n_cells;
    cells->round->first_cell = first;
    return OM_OK;
}

static om_status read_cells(om_h5_cells *cells, int64_t first, int64_t end, int64_t *n_duplicates) {
    const int64_t *offsets = cells->slabs.offsets;
    int64_t n = offsets[end] - offsets[first];
    OM_TRY(create_round(cells, first, end - first, n));
    for (int64_t cell = first; cell <= end; cell++) {
        cells->round->indptr[cell - first] = offsets[cell] - offsets[first];
    }
    OM_TRY(om_h5_slabs_read(&cells->slabs, offsets[first], n, cells->round->indices,
                            cells->round->values));
    return om_counts_tidy(cells->round, n_duplicates);
}

static om_status next_sparse(om_h5_cells *cells, int64_t *n_duplicates) {
    int64_t first = cells->next_cell;
    int64_t end = round_end(cells);
    int rank = om_context_rank(cells->group);
    cells->next_cell = end;
    return read_cells(cells, part_start(cells, first, end, rank),
                      part_start(cells, first, end, rank + 1), n_duplicates);
}

/* The positive values of a dense slab. */
static om_status take_dense(om_h5_cells *cells, int64_t first, int64_t n_cells) {
    int64_t n_genes = cells->slabs.place->n_genes;
    int64_t n = 0;
    for (int64_t i = 0; i < n_cells * n_genes; i++) {
        n += cells->dense[i] > 0;
    }
    OM_TRY(create_round(cells, first, n_cells, n));
    om_counts *round = cells->round;
    n = 0;
    for (int64_t cell = 0; cell < n_cells; cell++) {
        const double *row = cells->dense + cell * n_genes;
        for (int64_t gene = 0; gene < n_genes; gene++) {
            if (row[gene] > 0) {
                round->indices[n] = (int32_t)gene;
                round->values[n++] = row[gene];
            }
        }
        round->indptr[cell + 1] = n;
    }
    return OM_OK;
}

static om_status next_dense(om_h5_cells *cells) {
    const om_matrix_place *place = cells->slabs.place;
    int64_t n_ranks = om_context_size(cells->group);
    int64_t left = place->n_cells - cells->next_cell;
    int64_t share = left / n_ranks + (left % n_ranks > 0);
    int64_t most = cells->memory / (place->n_genes * (VALUE_BYTES + ENTRY_BYTES) + CELL_BYTES);
    most = most > share ? share : most;
    most = most < 1 ? 1 : most;
    int64_t before = om_context_rank(cells->group) * most;
    int64_t first = cells->next_cell + (before < left ? before : left);
    int64_t n = place->n_cells - first < most ? place->n_cells - first : most;
    cells->next_cell += n_ranks * most < left ? n_ranks * most : left;
    om_counts_destroy(&cells->round);
    if (cells->dense == NULL) { /* the first round is the largest */
        cells->dense = om_malloc(most * place->n_genes, sizeof *cells->dense);
    }
    if (cells->dense == NULL) {
        return OM_MEMORY;
    }
    OM_TRY(om_h5_slabs_read_dense(&cells->slabs, first, n, cells->dense));
    return take_dense(cells, first, n);
}

static void warn_of_duplicates(om_h5_cells *cells) {
    if (cells->n_duplicates > 0 && !cells->warned && om_context_is_root(cells->group)) {
        om_cell_gather_warn(om_context_log(cells->group), cells->slabs.place->file,
                            cells->n_duplicates);
    }
    cells->warned = true;
}

om_status om_h5_cells_next(om_h5_cells *cells, const om_counts **batch, om_feed_event *event) {
    const om_matrix_place *place = cells->slabs.place;
    int64_t n_duplicates = 0;
    int64_t first = cells->next_cell;
    if (cells->gather != NULL) {
        return om_cell_gather_next(cells->gather, batch, event);
    }
    *batch = NULL;
    *event = OM_FEED_END;
    if (cells->next_cell == place->n_cells) {
        warn_of_duplicates(cells);
        return OM_OK;
    }
    om_status status = om_stop_poll(cells->group);
    if (status == OM_OK) {
        status = place->layout == OM_MATRIX_DENSE ? next_dense(cells)
                                                  : next_sparse(cells, &n_duplicates);
    }
    if (status == OM_OK) {
        status = om_cell_gather_check(cells->round, place->file, cells->slabs.only_counts);
    }
    OM_TRY(om_agree(cells->group, status));
    OM_TRY(om_sum_i64(cells->group, &n_duplicates, 1));
    cells->n_duplicates += n_duplicates;
    om_progress_add(cells->progress, cells->next_cell - first);
    *batch = cells->round;
    *event = OM_FEED_ROUND;
    return OM_OK;
}

om_status om_h5_cells_rewind(om_h5_cells *cells) {
    cells->next_cell = 0;
    cells->n_duplicates = 0;
    if (cells->gather != NULL) {
        return om_cell_gather_rewind(cells->gather);
    }
    begin_progress(cells);
    return OM_OK;
}

int64_t om_h5_cells_parsed_bytes(const om_h5_cells *cells) {
    return cells->slabs.parsed_bytes;
}
