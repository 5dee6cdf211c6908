#include "synthetic_write.h"

#include "synthetic_file.h"
#include "synthetic_packed.h"

#include "oncomark/h5_runs.h"
#include "oncomark/memory.h"
#include "oncomark/partition.h"
#include "oncomark/progress.h"
#include "oncomark/stop.h"

#include <inttypes.h>

/* Of a value: itself, its column, and the column once more where the file has 64 bits. */
enum { VALUE_BYTES = 16 };

static om_status add_group(om_synthetic_frame *frame, const om_synthetic_data *data, int64_t group,
                           bool pooled) {
    int64_t sample = group / OM_SYNTHETIC_GROUPS;
    int64_t within = group % OM_SYNTHETIC_GROUPS;
    om_synthetic_row row = {.data_set = data->data_set->id,
                            .study = data->data_set->study,
                            .tissue = data->data_set->tissue,
                            .sample = om_strings_get(data->samples, sample),
                            .patient = om_strings_get(data->patients, sample),
                            .hallmark = (int)(within / OM_SYNTHETIC_LABELS),
                            .label = within % OM_SYNTHETIC_LABELS == 0 ? 1 : 0,
                            .n_cells = pooled ? data->group_cells[group] : 0};
    for (; row.block < data->group_blocks[group]; row.block++) {
        OM_TRY(om_synthetic_frame_add(frame, &row));
    }
    return OM_OK;
}

static om_status fill_frame(om_synthetic_frame *frame, const om_synthetic_catalog *catalog) {
    for (int64_t i = 0; i < catalog->n_data; i++) {
        const om_synthetic_data *data = &catalog->data[i];
        int64_t n_groups = om_strings_count(data->samples) * OM_SYNTHETIC_GROUPS;
        for (int64_t group = 0; group < n_groups; group++) {
            OM_TRY(add_group(frame, data, group, catalog->use->pooled));
        }
    }
    return OM_OK;
}

/* The root's phase: everything but the matrix. */
static om_status create_file(const om_synthetic_catalog *catalog, int64_t n_values,
                             const char *path, om_digest *digest) {
    om_synthetic_frame *frame = NULL;
    om_status status = om_synthetic_frame_create(&frame, catalog->n_rows);
    if (status == OM_OK) {
        status = fill_frame(frame, catalog);
    }
    if (status == OM_OK) {
        status = om_synthetic_file_create(path, frame, om_gene_union_genes(catalog->genes),
                                          n_values, digest);
    }
    om_synthetic_frame_destroy(&frame);
    return status;
}

/* Writing the matrix: slabs of this rank's rows. */
typedef struct writing {
    const om_synthetic_catalog *catalog;
    om_synthetic_rows *rows;
    const om_synthetic_columns *columns;
    om_ctx *ctx;
    om_h5 *file;
    int64_t *indptr; /* [catalog->n_rows + 1] of the file */
    om_type index_type;
    int64_t most_values; /* of a slab */
    int64_t next_row;    /* of `rows` */
    int64_t n_values;    /* of the current slab */
    int64_t n_runs;
    om_h5_run *runs; /* [n_runs] of consecutive rows */
    int32_t *indices;
    int64_t *wide_indices; /* of I64 */
    uint32_t *values;
} writing;

static int64_t file_row(const writing *work, int64_t row) {
    const om_synthetic_packed_row *packed = &work->rows->rows[row];
    return work->catalog->data[packed->data].first_row + packed->block;
}

/* All ranks learn all rows' lengths. */
static om_status find_indptr(writing *work) {
    int64_t n_rows = work->catalog->n_rows;
    work->indptr = om_calloc(n_rows + 1, sizeof *work->indptr);
    OM_TRY(om_agree(work->ctx, work->indptr != NULL ? OM_OK : OM_MEMORY));
    for (int64_t row = 0; row < work->rows->n_rows; row++) {
        work->indptr[file_row(work, row) + 1] = work->rows->rows[row].n_values;
    }
    OM_TRY(om_sum_i64(work->ctx, work->indptr, n_rows + 1));
    for (int64_t row = 0; row < n_rows; row++) {
        work->indptr[row + 1] += work->indptr[row];
    }
    return OM_OK;
}

/* The rows of the slab that starts with row `first`: `last` is the one behind. */
static int64_t slab_end(const writing *work, int64_t first, int64_t *n_values) {
    int64_t row = first;
    *n_values = 0;
    while (row < work->rows->n_rows &&
           (row == first || *n_values + work->rows->rows[row].n_values <= work->most_values)) {
        *n_values += work->rows->rows[row++].n_values;
    }
    return row;
}

/* Buffers for the largest slab; *n_slabs of this rank. */
static om_status set_up(writing *work, int64_t memory, int64_t *n_slabs) {
    int64_t most_values = 0;
    int64_t most_rows = 0;
    work->most_values = memory / VALUE_BYTES;
    OM_TRY(om_h5_type(work->file, "X/indices", &work->index_type));
    *n_slabs = 0;
    for (int64_t row = 0, end = 0; row < work->rows->n_rows; row = end) {
        int64_t n_values = 0;
        end = slab_end(work, row, &n_values);
        most_values = n_values > most_values ? n_values : most_values;
        most_rows = end - row > most_rows ? end - row : most_rows;
        (*n_slabs)++;
    }
    bool wide = work->index_type != OM_I32;
    work->runs = om_malloc(most_rows, sizeof *work->runs);
    work->indices = om_malloc(most_values, sizeof *work->indices);
    work->wide_indices = om_malloc(wide ? most_values : 0, sizeof *work->wide_indices);
    work->values = om_malloc(most_values, sizeof *work->values);
    return work->runs != NULL && work->indices != NULL && work->wide_indices != NULL &&
                   work->values != NULL
               ? OM_OK
               : OM_MEMORY;
}

static void release(writing *work) {
    om_free(work->indptr);
    om_free(work->runs);
    om_free(work->indices);
    om_free(work->wide_indices);
    om_free(work->values);
}

/* Unpacks a row behind the others of the slab. */
static om_status unpack(writing *work, int64_t row) {
    const om_synthetic_packed_row *packed = &work->rows->rows[row];
    const om_synthetic_columns *columns = &work->columns[packed->data];
    const void *bytes = NULL;
    om_synthetic_reader reader;
    int64_t n_values = 0;
    OM_TRY(om_synthetic_rows_load(work->rows, row, &bytes));
    OM_TRY(om_synthetic_read_begin(&reader, bytes, packed->length, columns->n, &n_values));
    int32_t *indices = work->indices + work->n_values;
    uint32_t *values = work->values + work->n_values;
    int64_t place = 0;
    uint32_t value = 0;
    for (int64_t i = 0; om_synthetic_read_next(&reader, &place, &value); i++) {
        indices[i] = columns->columns[place];
        values[i] = value;
    }
    work->n_values += n_values;
    return OM_OK;
}

static void add_run(writing *work, int64_t row) {
    int64_t first = work->indptr[file_row(work, row)];
    int64_t count = work->rows->rows[row].n_values;
    int64_t last = work->n_runs - 1;
    if (last >= 0 && work->runs[last].first + work->runs[last].count == first) {
        work->runs[last].count += count;
    } else {
        work->runs[work->n_runs++] = (om_h5_run){.first = first, .count = count};
    }
}

static om_status fill_slab(writing *work) {
    work->n_values = 0;
    work->n_runs = 0;
    int64_t n_values = 0;
    int64_t end = slab_end(work, work->next_row, &n_values);
    for (; work->next_row < end; work->next_row++) {
        OM_TRY(unpack(work, work->next_row));
        add_run(work, work->next_row);
    }
    for (int64_t i = 0; i < work->n_values && work->index_type != OM_I32; i++) {
        work->wide_indices[i] = work->indices[i];
    }
    return OM_OK;
}

static om_status write_slab(writing *work) {
    OM_TRY(om_agree(work->ctx, fill_slab(work)));
    OM_TRY(om_h5_write_runs(work->file, "X/data", OM_U32, work->n_runs, work->runs, work->values));
    return om_h5_write_runs(work->file, "X/indices", work->index_type, work->n_runs, work->runs,
                            work->index_type == OM_I32 ? (const void *)work->indices
                                                       : (const void *)work->wide_indices);
}

static om_status write_slabs(writing *work, int64_t n_slabs) {
    om_stop_pace pace = {0};
    int64_t share = work->indptr[work->catalog->n_rows] / om_context_size(work->ctx);
    om_status status = om_max_i64(work->ctx, &n_slabs, 1);
    om_progress *progress =
        om_progress_begin(om_context_log(work->ctx), "writing", share, "non-zeros");
    for (int64_t slab = 0; slab < n_slabs && status == OM_OK; slab++) {
        status = om_stop_check_at_pace(work->ctx, &pace);
        status = status == OM_OK ? write_slab(work) : status;
        om_progress_add(progress, work->n_values);
    }
    om_progress_end(&progress);
    return status;
}

/* Each rank writes a part of the offsets. */
static om_status write_indptr(writing *work) {
    int64_t first = 0;
    int64_t count = 0;
    om_range_even(work->catalog->n_rows + 1, om_context_size(work->ctx), om_context_rank(work->ctx),
                  &first, &count);
    if (work->index_type != OM_I32) {
        return om_h5_write_rows(work->file, "X/indptr", OM_I64, first, count, work->indptr + first);
    }
    int32_t *offsets = om_malloc(count, sizeof *offsets);
    OM_TRY(om_agree(work->ctx, offsets != NULL ? OM_OK : OM_MEMORY));
    for (int64_t i = 0; i < count; i++) {
        offsets[i] = (int32_t)work->indptr[first + i];
    }
    om_status status = om_h5_write_rows(work->file, "X/indptr", OM_I32, first, count, offsets);
    om_free(offsets);
    return status;
}

static om_status fill_file(writing *work, int64_t memory) {
    int64_t n_slabs = 0;
    OM_TRY(om_agree(work->ctx, set_up(work, memory, &n_slabs)));
    OM_TRY(write_slabs(work, n_slabs));
    return write_indptr(work);
}

static om_status write_file(writing *work, const char *path, int64_t memory, om_digest *digest) {
    om_status status = OM_OK;
    OM_TRY(find_indptr(work));
    if (om_context_is_root(work->ctx)) {
        status = create_file(work->catalog, work->indptr[work->catalog->n_rows], path, digest);
    }
    OM_TRY(om_agree(work->ctx, status));
    OM_TRY(om_h5_open_parallel(&work->file, work->ctx, path));
    status = fill_file(work, memory);
    om_digest written = om_h5_digest(work->file);
    om_digest_add(digest, &written);
    om_status closed = om_h5_close(&work->file);
    return om_agree(work->ctx, status != OM_OK ? status : closed);
}

om_status om_synthetic_write(const om_synthetic_catalog *catalog, om_synthetic_rows *rows,
                             const om_synthetic_columns *columns, om_ctx *ctx, const char *path,
                             int64_t memory, om_digest *digest) {
    writing work = {.catalog = catalog, .rows = rows, .columns = columns, .ctx = ctx};
    om_synthetic_rows_sort(rows);
    om_status status = write_file(&work, path, memory, digest);
    release(&work);
    return status;
}
