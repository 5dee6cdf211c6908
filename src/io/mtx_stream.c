#include "io/mtx_stream.h"

#include "io/cell_gather.h"
#include "io/mtx_entries.h"
#include "oncomark/memory.h"

enum { PIECE_SHARE = 32, GATHER_SHARE = 2 }; /* of the memory */

struct om_mtx_stream {
    om_ctx *group;
    char *path;
    bool must_count;
    int64_t memory;
    om_mtx_rounds *rounds;
    om_counts batch;         /* indices and values are those of the runs */
    int64_t n_offsets;       /* room in the batch's indptr */
    int64_t next_cell;       /* first one not yet given */
    int64_t n_duplicates;    /* of all ranks in this pass */
    bool ended;              /* all cells were given */
    bool warned;             /* of duplicates */
    om_mtx_entries *entries; /* once the columns turned out not to ascend */
    om_cell_gather *gather;
};

om_status om_mtx_stream_open(om_mtx_stream **out, om_ctx *group, const char *path, bool only_counts,
                             int64_t memory) {
    om_mtx_stream *stream = om_calloc(1, sizeof *stream);
    *out = stream;
    om_status status = OM_MEMORY;
    if (stream != NULL) {
        stream->path = om_strdup(path);
        status = stream->path == NULL ? OM_MEMORY : OM_OK;
    }
    status = om_agree(group, status);
    if (status == OM_OK) {
        stream->group = group;
        stream->memory = memory;
        status = om_mtx_rounds_create(&stream->rounds, group, stream->path, only_counts,
                                      memory / PIECE_SHARE);
    }
    if (status == OM_OK) {
        const om_mtx_header *header = om_mtx_rounds_header(stream->rounds);
        stream->must_count = only_counts || header->integer;
        stream->batch.n_genes = header->rows;
        stream->batch.n_cells_total = header->columns;
        status = om_mtx_rounds_begin(stream->rounds, OM_MTX_CUT_COLUMNS);
    }
    if (status != OM_OK) {
        om_mtx_stream_close(out);
    }
    return status;
}

void om_mtx_stream_close(om_mtx_stream **stream) {
    if (stream == NULL || *stream == NULL) {
        return;
    }
    om_cell_gather_destroy(&(*stream)->gather);
    om_mtx_entries_destroy(&(*stream)->entries);
    om_mtx_rounds_destroy(&(*stream)->rounds);
    om_free((*stream)->batch.indptr);
    om_free((*stream)->path);
    om_free(*stream);
    *stream = NULL;
}

int64_t om_mtx_stream_parsed_bytes(const om_mtx_stream *stream) {
    return om_mtx_rounds_parsed_bytes(stream->rounds);
}

om_status om_mtx_stream_rewind(om_mtx_stream *stream) {
    stream->next_cell = 0;
    stream->n_duplicates = 0;
    stream->ended = false;
    return stream->gather != NULL ? om_cell_gather_rewind(stream->gather)
                                  : om_mtx_rounds_begin(stream->rounds, OM_MTX_CUT_COLUMNS);
}

static bool ascends(const om_mtx_runs *runs) {
    for (int64_t run = 1; run < runs->n_runs; run++) {
        if (runs->columns[run] <= runs->columns[run - 1]) {
            return false;
        }
    }
    return true;
}

/* Room for all cells that this rank may get, before it is known which ones lower ranks have, so
 * that nothing can fail after that. */
static om_status reserve_offsets(om_mtx_stream *stream, int64_t last_column, bool last) {
    int64_t end = last ? stream->batch.n_cells_total : last_column + 1;
    int64_t wanted = end > stream->next_cell ? end - stream->next_cell + 1 : 1;
    if (wanted > stream->n_offsets) {
        om_free(stream->batch.indptr);
        stream->batch.indptr = om_malloc(wanted, sizeof *stream->batch.indptr);
        stream->n_offsets = stream->batch.indptr == NULL ? 0 : wanted;
    }
    return wanted > stream->n_offsets ? OM_MEMORY : OM_OK;
}

/* Parses and tidies this rank's piece; each run is a cell. Local. */
static om_status read_piece(om_mtx_stream *stream, om_mtx_runs **read, om_mtx_note *note) {
    const om_mtx_piece *piece = NULL;
    *note = (om_mtx_note){.first_column = -1, .last_column = -1};
    OM_TRY(om_mtx_rounds_parse(stream->rounds, read, &piece));
    om_mtx_runs *runs = *read;
    if (piece->long_column || !ascends(runs)) {
        note->unsorted = 1;
        return OM_OK;
    }
    if (runs->n_runs > 0) {
        note->first_column = runs->columns[0];
        note->last_column = runs->columns[runs->n_runs - 1];
    }
    OM_TRY(reserve_offsets(stream, note->last_column, piece->last));
    if (runs->tidy) {
        return OM_OK;
    }
    om_counts cells = {.n_genes = stream->batch.n_genes,
                       .n_cells = runs->n_runs,
                       .indptr = runs->starts,
                       .indices = runs->rows,
                       .values = runs->values};
    return om_counts_tidy(&cells, &note->n_duplicates);
}

/* Where this rank's cells begin and end: cells without entries go with those behind them, the last
 * ones to the last rank. False: columns do not ascend from piece to piece. */
static bool place_cells(om_mtx_stream *stream, const om_mtx_note *notes, bool last) {
    int size = om_context_size(stream->group);
    for (int rank = 0; rank < size; rank++) {
        int64_t first = stream->next_cell;
        int64_t end = first;
        if (notes[rank].unsorted != 0) {
            return false;
        }
        if (notes[rank].first_column >= 0) {
            if (notes[rank].first_column < first) {
                return false;
            }
            end = notes[rank].last_column + 1;
        }
        if (last && rank == size - 1) {
            end = stream->batch.n_cells_total;
        }
        if (rank == om_context_rank(stream->group)) {
            stream->batch.first_cell = first;
            stream->batch.n_cells = end - first;
        }
        stream->n_duplicates += notes[rank].n_duplicates;
        stream->next_cell = end;
    }
    return true;
}

/* The batch from the runs, with cells that have no entries. Local. */
static void make_batch(om_mtx_stream *stream, const om_mtx_runs *runs) {
    om_counts *batch = &stream->batch;
    int64_t next = 0; /* cell in the batch */
    for (int64_t run = 0; run < runs->n_runs; run++) {
        for (int64_t cell = runs->columns[run] - batch->first_cell; next <= cell; next++) {
            batch->indptr[next] = runs->starts[run];
        }
    }
    for (; next <= batch->n_cells; next++) {
        batch->indptr[next] = runs->starts[runs->n_runs];
    }
    batch->indices = runs->rows;
    batch->values = runs->values;
    batch->integer = runs->integer;
}

/* From now on entries are gathered from all over the file. */
static om_status restart(om_mtx_stream *stream, om_feed_event *event) {
    const om_mtx_header *header = om_mtx_rounds_header(stream->rounds);
    OM_TRY(om_agree(stream->group, om_mtx_entries_create(&stream->entries, stream->rounds)));
    *event = OM_FEED_RESTART;
    return om_cell_gather_create(
        &stream->gather, stream->group, om_mtx_entries_source(stream->entries), stream->path,
        header->rows, header->columns, stream->must_count, stream->memory / GATHER_SHARE);
}

static void warn_of_duplicates(om_mtx_stream *stream) {
    if (stream->n_duplicates > 0 && !stream->warned && om_context_is_root(stream->group)) {
        om_cell_gather_warn(om_context_log(stream->group), stream->path, stream->n_duplicates);
    }
    stream->warned = true;
}

om_status om_mtx_stream_next(om_mtx_stream *stream, const om_counts **batch, om_feed_event *event) {
    if (stream->gather != NULL) {
        return om_cell_gather_next(stream->gather, batch, event);
    }
    if (stream->ended) {
        warn_of_duplicates(stream);
        *event = OM_FEED_END;
        return OM_OK;
    }
    om_mtx_runs *runs = NULL;
    om_mtx_note mine;
    const om_mtx_note *notes = NULL;
    om_status status = read_piece(stream, &runs, &mine);
    OM_TRY(om_mtx_rounds_settle(stream->rounds, status, &mine, &notes, &stream->ended));
    if (!place_cells(stream, notes, stream->ended)) {
        return restart(stream, event);
    }
    make_batch(stream, runs);
    if (stream->n_duplicates > 0) {
        status = om_cell_gather_check(&stream->batch, stream->path, stream->must_count);
        OM_TRY(om_agree(stream->group, status));
    }
    *batch = &stream->batch;
    *event = OM_FEED_ROUND;
    return OM_OK;
}
