#include "oncomark/cell_stream.h"

#include "elements.h"
#include "h5ad_private.h"
#include "oncomark/memory.h"
#include "read_ahead.h"
#include "row_check.h"

#include <inttypes.h>
#include <string.h>

/* What is converted and then checked while it is in the cache; a batch, above which larger ones
 * gain nothing; and as how many non-zeros a cell counts, for its offset. */
enum { PIECE_ELEMENTS = 1 << 14, MOST_ELEMENTS = 1 << 18, CELL_ELEMENTS = 8 };

enum { VALUES, INDICES };

/* One of the two data sets with an element for each non-zero. */
typedef struct stream_part {
    char object[OM_H5AD_PATH_CAPACITY];
    om_h5_extent extent;
    bool direct; /* read round HDF5 */
} stream_part;

/* Cells begin .. end - 1 of the stream. */
typedef struct cell_range {
    int64_t begin;
    int64_t end;
} cell_range;

struct om_cell_stream {
    const om_h5 *file;
    char *path;
    stream_part parts[OM_READ_PARTS];
    int64_t first_cell;
    int64_t n_cells;
    int64_t *offsets;      /* [n_cells + 1] in the data set */
    int64_t most_elements; /* non-zeros and cells of a batch of several cells */
    int64_t next_cell;     /* of the stream, from 0 */
    cell_range ahead;      /* what the reader was told to read; may be empty */
    om_read_ahead *reader;
    bool whole_type; /* values are whole numbers by their type */
    double *values;
    int32_t *indices; /* where the stored ones are not used in place */
    om_counts batch;
};

/* --- opening -------------------------------------------------------------------------------------
 */

static om_status find_part(om_cell_stream *stream, int which, const char *name) {
    stream_part *part = &stream->parts[which];
    OM_TRY(om_h5ad_join(part->object, stream->file, stream->path, name));
    OM_TRY(om_h5_extent_find(&part->extent, stream->file, part->object, &part->direct));
    om_type type = part->extent.type;
    part->direct = part->direct && (which == INDICES ? type == OM_I32 || type == OM_I64
                                                     : type == OM_U16 || type == OM_U32 ||
                                                           type == OM_F32 || type == OM_F64);
    return OM_OK;
}

/* 32-bit indices of a contiguous data set are what the caller wants. */
static bool uses_stored_indices(const om_cell_stream *stream) {
    const stream_part *part = &stream->parts[INDICES];
    return part->direct && part->extent.type == OM_I32 && part->extent.chunk_elements == 0;
}

static void describe_parts(const om_cell_stream *stream, om_read_part parts[OM_READ_PARTS]) {
    for (int which = 0; which < OM_READ_PARTS; which++) {
        const stream_part *part = &stream->parts[which];
        parts[which] = (om_read_part){part->object, part->direct ? &part->extent : NULL};
    }
}

/* Bytes of a batch of `n` non-zeros or cells, with what reading the next one takes. */
static int64_t batch_bytes(const om_cell_stream *stream, int64_t n) {
    om_read_part parts[OM_READ_PARTS];
    describe_parts(stream, parts);
    int64_t own = (int64_t)sizeof(double) + (int64_t)sizeof(int64_t) / CELL_ELEMENTS +
                  (uses_stored_indices(stream) ? 0 : (int64_t)sizeof(int32_t));
    return om_read_ahead_bytes(parts, n) + n * own;
}

/* The most elements that `memory` allows. At least 1, since a single cell is taken anyway, or a
 * chunk's: the room for it is needed anyway. */
static int64_t find_most_elements(const om_cell_stream *stream, int64_t memory) {
    int64_t low = 1;
    for (int which = 0; which < OM_READ_PARTS; which++) {
        const stream_part *part = &stream->parts[which];
        int64_t length = part->direct ? part->extent.chunk_elements : 0;
        low = length > low ? length : low;
    }
    int64_t high = MOST_ELEMENTS;
    while (low < high) {
        int64_t middle = low + (high - low + 1) / 2;
        if (batch_bytes(stream, middle) <= memory) {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    return low;
}

static cell_range plan(const om_cell_stream *stream, int64_t begin) {
    int64_t end = begin;
    int64_t start = stream->offsets[begin];
    while (end < stream->n_cells &&
           (end == begin || stream->offsets[end + 1] - start + (end + 1 - begin) * CELL_ELEMENTS <=
                                stream->most_elements)) {
        end++;
    }
    return (cell_range){begin, end};
}

/* The largest batch: of most_elements, or one long cell, or the whole stream. */
static void find_capacity(const om_cell_stream *stream, int64_t *n_cells, int64_t *n_nonzeros) {
    int64_t most = stream->most_elements;
    int64_t total = stream->offsets[stream->n_cells] - stream->offsets[0];
    int64_t longest = 0;
    for (int64_t cell = 0; cell < stream->n_cells; cell++) {
        int64_t length = stream->offsets[cell + 1] - stream->offsets[cell];
        longest = length > longest ? length : longest;
    }
    *n_nonzeros = longest > most ? longest : most;
    *n_nonzeros = *n_nonzeros < total ? *n_nonzeros : total;
    *n_cells = most / CELL_ELEMENTS + 1;
    *n_cells = *n_cells < stream->n_cells ? *n_cells : stream->n_cells;
}

static om_status allocate(om_cell_stream *stream) {
    int64_t n_cells = 0;
    int64_t n_nonzeros = 0;
    om_read_part parts[OM_READ_PARTS];
    find_capacity(stream, &n_cells, &n_nonzeros);
    describe_parts(stream, parts);
    stream->batch.indptr = om_malloc(n_cells + 1, sizeof *stream->batch.indptr);
    stream->values = om_malloc(n_nonzeros, sizeof *stream->values);
    stream->indices =
        om_malloc(uses_stored_indices(stream) ? 0 : n_nonzeros, sizeof *stream->indices);
    if (stream->batch.indptr == NULL || stream->values == NULL || stream->indices == NULL) {
        return OM_MEMORY;
    }
    return om_read_ahead_create(&stream->reader, om_h5_path(stream->file),
                                om_h5_descriptor(stream->file), parts, n_nonzeros);
}

static om_status find_whole_type(om_cell_stream *stream) {
    om_type type;
    OM_TRY(om_h5_type(stream->file, stream->parts[VALUES].object, &type));
    stream->whole_type = type != OM_I64 && type != OM_F32 && type != OM_F64;
    return OM_OK;
}

static om_status prepare(om_cell_stream *stream, int64_t memory) {
    const om_h5 *file = stream->file;
    const char *path = stream->path;
    int64_t n_nonzeros = 0;
    OM_TRY(om_h5ad_csr_shape(file, path, &stream->batch.n_cells_total, &stream->batch.n_genes,
                             &n_nonzeros));
    int64_t n_rows = stream->batch.n_cells_total;
    if (stream->first_cell < 0 || stream->n_cells < 0 ||
        stream->first_cell > n_rows - stream->n_cells) {
        return om_fail(OM_INPUT,
                       "%s: object '%s': found %" PRId64 " rows, expected rows %" PRId64
                       " to %" PRId64,
                       om_h5_path(file), path, n_rows, stream->first_cell,
                       stream->first_cell + stream->n_cells);
    }
    OM_TRY(om_h5ad_read_offsets(file, path, stream->first_cell, stream->n_cells, n_nonzeros,
                                &stream->offsets));
    OM_TRY(find_part(stream, VALUES, "data"));
    OM_TRY(find_part(stream, INDICES, "indices"));
    OM_TRY(find_whole_type(stream));
    stream->most_elements = find_most_elements(stream, memory);
    return allocate(stream);
}

om_status om_cell_stream_open(om_cell_stream **out, const om_h5 *file, const char *path,
                              int64_t first_cell, int64_t n_cells, int64_t memory) {
    om_cell_stream *stream = om_calloc(1, sizeof *stream);
    *out = stream;
    if (stream == NULL) {
        return OM_MEMORY;
    }
    stream->file = file;
    stream->first_cell = first_cell;
    stream->n_cells = n_cells;
    stream->path = om_strdup(path);
    om_status status = stream->path == NULL ? OM_MEMORY : prepare(stream, memory);
    if (status != OM_OK) {
        om_cell_stream_close(out);
    }
    return status;
}

void om_cell_stream_close(om_cell_stream **out) {
    om_cell_stream *stream = *out;
    if (stream == NULL) {
        return;
    }
    om_read_ahead_destroy(&stream->reader);
    for (int which = 0; which < OM_READ_PARTS; which++) {
        om_h5_extent_clear(&stream->parts[which].extent);
    }
    om_free(stream->indices);
    om_free(stream->values);
    om_free(stream->batch.indptr);
    om_free(stream->offsets);
    om_free(stream->path);
    om_free(stream);
    *out = NULL;
}

/* --- batches -------------------------------------------------------------------------------------
 */

static void begin_reading(om_cell_stream *stream, int64_t cell) {
    stream->ahead = plan(stream, cell);
    int64_t start = stream->offsets[stream->ahead.begin];
    if (stream->ahead.begin < stream->ahead.end) {
        om_read_ahead_begin(stream->reader, start, stream->offsets[stream->ahead.end] - start);
    }
}

/* Of the slab, elements from `from` on, where a run of them lies in one piece. */
typedef struct element_run {
    const unsigned char *bytes;
    int64_t n_chunk;
    int64_t first;
    int64_t n;
} element_run;

/* `from` and `n` count in the data set. */
static element_run find_run(const stream_part *part, const om_read_slab *slab, int which,
                            int64_t from, int64_t n) {
    int64_t length = part->extent.chunk_elements;
    if (length == 0) {
        return (element_run){slab->bytes[which], 0, from - slab->first, n};
    }
    int64_t inside = from % length;
    int64_t chunk = from / length - slab->first / length;
    return (element_run){slab->bytes[which] + chunk * length * om_type_size(part->extent.type),
                         length, inside, n < length - inside ? n : length - inside};
}

/* True where all are above 0 and finite. */
static bool convert_values(const om_cell_stream *stream, const om_read_slab *slab, int64_t from,
                           int64_t n, double *values) {
    const stream_part *part = &stream->parts[VALUES];
    bool positive = true;
    while (n > 0) {
        element_run run = find_run(part, slab, VALUES, from, n);
        positive &= om_elements_to_values(part->extent.type, run.bytes, run.n_chunk, run.first,
                                          run.n, values);
        from += run.n;
        values += run.n;
        n -= run.n;
    }
    return positive;
}

static om_status convert_indices(om_cell_stream *stream, const om_read_slab *slab, int64_t from,
                                 int64_t n, int32_t *indices) {
    const stream_part *part = &stream->parts[INDICES];
    while (n > 0) {
        element_run run = find_run(part, slab, INDICES, from, n);
        if (!om_elements_to_indices(part->extent.type, run.bytes, run.n_chunk, run.first, run.n,
                                    indices)) {
            return om_fail(OM_INPUT, "%s: object '%s': found a value that int32 cannot hold",
                           om_h5_path(stream->file), part->object);
        }
        from += run.n;
        indices += run.n;
        n -= run.n;
    }
    return OM_OK;
}

/* Converts and checks cells begin .. end - 1 of the batch. */
static om_status fill_cells(om_cell_stream *stream, const om_read_slab *slab, int64_t start,
                            cell_range cells, bool *tidy) {
    om_counts *batch = &stream->batch;
    int64_t first = batch->indptr[cells.begin];
    int64_t n = batch->indptr[cells.end] - first;
    if (stream->parts[VALUES].direct) {
        *tidy &= convert_values(stream, slab, start + first, n, batch->values + first);
    } else {
        *tidy &= om_rows_values_positive(batch->values + first, n);
    }
    if (stream->parts[INDICES].direct && !uses_stored_indices(stream)) {
        OM_TRY(convert_indices(stream, slab, start + first, n, batch->indices + first));
    }
    for (int64_t cell = cells.begin; cell < cells.end; cell++) {
        int64_t at = batch->indptr[cell];
        *tidy &=
            om_rows_genes_ascend(batch->indices + at, batch->indptr[cell + 1] - at, batch->n_genes);
    }
    batch->integer =
        batch->integer && (stream->whole_type || om_rows_values_whole(batch->values + first, n));
    return OM_OK;
}

/* Elements that only HDF5 can read. */
static om_status read_by_hdf5(om_cell_stream *stream, int64_t start, int64_t n) {
    /* HDF5 leaves alone what stands for a chunk that is not there, in a damaged file. */
    if (!stream->parts[VALUES].direct) {
        memset(stream->values, 0, (size_t)n * sizeof *stream->values);
        OM_TRY(om_h5_read_rows(stream->file, stream->parts[VALUES].object, OM_F64, start, n,
                               stream->values));
    }
    if (!stream->parts[INDICES].direct) {
        memset(stream->indices, 0, (size_t)n * sizeof *stream->indices);
        OM_TRY(om_h5_read_rows(stream->file, stream->parts[INDICES].object, OM_I32, start, n,
                               stream->indices));
    }
    return OM_OK;
}

static om_status fill_batch(om_cell_stream *stream, const om_read_slab *slab, cell_range cells) {
    om_counts *batch = &stream->batch;
    const int64_t *offsets = stream->offsets + cells.begin;
    int64_t start = offsets[0];
    bool tidy = true;
    batch->first_cell = stream->first_cell + cells.begin;
    batch->n_cells = cells.end - cells.begin;
    batch->integer = true;
    batch->values = stream->values;
    batch->indices = stream->indices;
    if (uses_stored_indices(stream)) {
        batch->indices = (int32_t *)(void *)slab->bytes[INDICES] + (start - slab->first);
    }
    for (int64_t cell = 0; cell <= batch->n_cells; cell++) {
        batch->indptr[cell] = offsets[cell] - start;
    }
    OM_TRY(read_by_hdf5(stream, start, batch->indptr[batch->n_cells]));
    cell_range piece = {0, 0};
    while (piece.begin < batch->n_cells) {
        do {
            piece.end++;
        } while (piece.end < batch->n_cells &&
                 batch->indptr[piece.end + 1] - batch->indptr[piece.begin] <= PIECE_ELEMENTS);
        OM_TRY(fill_cells(stream, slab, start, piece, &tidy));
        piece.begin = piece.end;
    }
    return tidy ? OM_OK : om_h5ad_tidy_rows(batch, stream->file, stream->path);
}

om_status om_cell_stream_next(om_cell_stream *stream, const om_counts **batch) {
    *batch = NULL;
    if (stream->next_cell == stream->n_cells) {
        return OM_OK;
    }
    if (stream->ahead.begin == stream->ahead.end) {
        begin_reading(stream, stream->next_cell);
    }
    om_read_slab *slab;
    cell_range cells = stream->ahead;
    OM_TRY(om_read_ahead_wait(stream->reader, &slab));
    begin_reading(stream, cells.end);
    stream->next_cell = cells.end;
    OM_TRY(fill_batch(stream, slab, cells));
    *batch = &stream->batch;
    return OM_OK;
}

om_status om_cell_stream_skip_to(om_cell_stream *stream, int64_t cell) {
    int64_t target = cell - stream->first_cell;
    target = target < stream->n_cells ? target : stream->n_cells;
    if (target < stream->next_cell) {
        return om_fail(OM_BUG, "a stream of cells cannot go back");
    }
    stream->next_cell = target;
    if (stream->ahead.begin < stream->ahead.end && target > stream->ahead.begin) {
        if (target < stream->ahead.end) {
            stream->ahead.begin = target; /* the rest of what is read */
            return OM_OK;
        }
        om_read_slab *unused;
        stream->ahead = (cell_range){target, target};
        return om_read_ahead_wait(stream->reader, &unused);
    }
    return OM_OK;
}
