#include "excerpt.h"

#include "cells/study.h"
#include "oncomark/cell_feed.h"
#include "oncomark/h5ad.h"
#include "oncomark/h5ad_import.h"
#include "oncomark/memory.h"
#include "oncomark/reader.h"

#include <mpi.h>
#include <string.h>

/* Of a feed: enough for text at full speed; of HDF5, which fills it before it gives any cells. */
static const int64_t text_memory = (int64_t)128 << 20;
static const int64_t slab_memory = (int64_t)48 << 20;

enum { INFLATE_PIECE = 1 << 20 };

void om_excerpt_release(om_excerpt *excerpt) {
    om_counts_destroy(&excerpt->cells);
    om_strings_destroy(&excerpt->genes);
}

/* Appends the cells of a batch for which there is room; false where that is not all of them. */
static bool append(om_counts *cells, const om_counts *batch, int64_t most) {
    int64_t n = cells->indptr[cells->n_cells];
    for (int64_t cell = 0; cell < batch->n_cells; cell++) {
        int64_t begin = batch->indptr[cell];
        int64_t count = batch->indptr[cell + 1] - begin;
        if (n + count > most) {
            return false;
        }
        memcpy(cells->indices + n, batch->indices + begin, (size_t)count * sizeof *cells->indices);
        memcpy(cells->values + n, batch->values + begin, (size_t)count * sizeof *cells->values);
        n += count;
        cells->indptr[++cells->n_cells] = n;
    }
    cells->integer = cells->integer && batch->integer;
    return true;
}

static om_status read_rounds(om_excerpt *excerpt, om_feed *feed, int64_t most, double seconds) {
    bool goes_on = true;
    while (goes_on && excerpt->read_seconds < seconds) {
        const om_counts *batch = NULL;
        om_feed_event event = OM_FEED_END;
        double started = MPI_Wtime();
        OM_TRY(om_feed_next(feed, &batch, &event));
        excerpt->read_seconds += MPI_Wtime() - started;
        goes_on = event == OM_FEED_ROUND;
        if (goes_on) {
            excerpt->n_read += batch->indptr[batch->n_cells];
            goes_on = append(excerpt->cells, batch, most);
        }
    }
    excerpt->text_bytes = om_feed_parsed_bytes(feed);
    return OM_OK;
}

static om_status read_cells(om_excerpt *excerpt, om_ctx *ctx, const om_matrix_place *place,
                            bool only_counts, int64_t most, double seconds) {
    om_feed *feed = NULL;
    if (place->layout == OM_MATRIX_GENES) {
        return OM_OK; /* the first cell comes when all was read */
    }
    OM_TRY(om_counts_create(&excerpt->cells, place->n_cells, most));
    om_counts *cells = excerpt->cells;
    cells->n_genes = place->n_kept;
    cells->n_cells = 0;
    cells->indptr[0] = 0;
    cells->integer = true;
    int64_t memory = place->layout == OM_MATRIX_MTX ? text_memory : slab_memory;
    om_status status = om_feed_open(&feed, ctx, place, only_counts, memory);
    status = status == OM_OK ? read_rounds(excerpt, feed, most, seconds) : status;
    om_feed_close(&feed);
    cells->n_cells_total = cells->n_cells;
    return status;
}

/* What inflating alone took of the time of reading text in gzip. */
static om_status time_inflating(om_excerpt *excerpt, const char *path) {
    om_reader *reader = NULL;
    void *piece = om_malloc(INFLATE_PIECE, 1);
    size_t length = 1;
    om_status status = piece != NULL ? om_reader_open(&reader, path) : OM_MEMORY;
    bool is_gzip = status == OM_OK && om_reader_is_gzip(reader);
    double started = MPI_Wtime();
    for (int64_t text = 0; status == OM_OK && is_gzip && length > 0 && text < excerpt->text_bytes;
         text += (int64_t)length) {
        status = om_reader_bytes(reader, piece, INFLATE_PIECE, &length);
    }
    excerpt->inflate_seconds = is_gzip ? MPI_Wtime() - started : 0;
    om_reader_close(&reader);
    om_free(piece);
    return status;
}

static om_status read_input(om_excerpt *excerpt, om_ctx *ctx, const om_data_set *data_set,
                            int64_t most, double seconds) {
    om_study_place *place = NULL;
    om_study *study = NULL;
    double started = MPI_Wtime();
    om_status status = om_study_find(&place, data_set);
    status = status == OM_OK ? om_study_load(&study, place, NULL) : status;
    excerpt->load_seconds = MPI_Wtime() - started;
    if (status == OM_OK) {
        excerpt->n_loaded = study->matrix->n_cells;
        status = om_strings_copy(&excerpt->genes, study->genes);
    }
    if (status == OM_OK) {
        status = read_cells(excerpt, ctx, study->matrix, data_set->values == OM_VALUES_COUNTS, most,
                            seconds);
    }
    if (status == OM_OK && study->matrix->layout == OM_MATRIX_MTX) {
        status = time_inflating(excerpt, study->matrix->file);
    }
    om_study_destroy(&study);
    om_study_place_destroy(&place);
    return status;
}

static om_status read_store(om_excerpt *excerpt, om_ctx *ctx, const om_data_set *data_set,
                            const char *store, int64_t most, double seconds) {
    om_h5 *file = NULL;
    om_matrix_place *place = om_calloc(1, sizeof *place);
    om_status status = OM_MEMORY;
    if (place != NULL) {
        place->file = om_strdup(store);
        status = place->file != NULL ? om_h5_open(&file, store) : OM_MEMORY;
    }
    status = status == OM_OK ? om_h5ad_import_matrix(place, file, "X") : status;
    status = status == OM_OK ? om_h5ad_read_index(file, "var", &excerpt->genes) : status;
    om_status closed = om_h5_close(&file);
    status = status == OM_OK ? closed : status;
    if (status == OM_OK) {
        status =
            read_cells(excerpt, ctx, place, data_set->values == OM_VALUES_COUNTS, most, seconds);
    }
    om_study_matrix_destroy(&place);
    return status;
}

om_status om_excerpt_read(om_excerpt *excerpt, om_ctx *ctx, const om_data_set *data_set,
                          const char *store, int64_t most, double seconds) {
    return store != NULL ? read_store(excerpt, ctx, data_set, store, most, seconds)
                         : read_input(excerpt, ctx, data_set, most, seconds);
}
