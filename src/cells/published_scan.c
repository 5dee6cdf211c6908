#include "published_scan.h"

#include "oncomark/h5ad.h"
#include "oncomark/line_feed.h"
#include "oncomark/memory.h"
#include "oncomark/stop.h"

#include <inttypes.h>

/* A rank's piece of a round. */
typedef struct piece_record {
    int64_t n_rows;
    int64_t n_values;
    int64_t first_row; /* in the table */
    int64_t first_value;
    int64_t position; /* in the spill */
} piece_record;

struct om_published_scan {
    om_ctx *ctx;
    om_published_source source;
    om_spill *spill;
    om_published_rows *rows; /* of the piece in hand */
    int64_t n_rounds;
    int64_t capacity;
    piece_record *pieces; /* [n_rounds] of this rank */
    om_strings *names;    /* of this rank's rows */
    int64_t n_rows;       /* of all ranks */
    int64_t n_values;
    int64_t parsed_bytes;
};

static om_status parse(const om_published_scan *scan, const om_line_feed *feed,
                       const om_lines *lines) {
    om_published_fault fault = {.field = -1};
    om_status status = om_published_rows_parse(scan->rows, scan->source.layout, lines->text,
                                               lines->length, &fault);
    if (status != OM_INPUT) {
        return status;
    }
    int64_t line = 0;
    OM_TRY(om_line_feed_number(feed, fault.offset, &line));
    if (fault.field < 0) {
        return om_fail(OM_INPUT, "%s:%" PRId64 ": %s", scan->source.path, line, fault.message);
    }
    return om_fail(OM_INPUT, "%s:%" PRId64 ": gene %s: %s", scan->source.path, line,
                   om_strings_get(scan->source.header->genes, fault.field), fault.message);
}

static om_status add_record(om_published_scan *scan) {
    if (scan->n_rounds == scan->capacity) {
        int64_t wanted = 2 * scan->capacity + 64;
        piece_record *pieces = om_realloc(scan->pieces, wanted, sizeof *pieces);
        if (pieces == NULL) {
            return OM_MEMORY;
        }
        scan->pieces = pieces;
        scan->capacity = wanted;
    }
    scan->pieces[scan->n_rounds++] = (piece_record){0};
    return OM_OK;
}

/* Bytes of the three arrays. */
static int64_t indptr_bytes(const piece_record *record) {
    return (record->n_rows + 1) * (int64_t)sizeof(int64_t);
}

static int64_t value_bytes(const piece_record *record) {
    return record->n_values * (int64_t)sizeof(uint32_t);
}

static om_status put_aside(om_published_scan *scan, piece_record *record) {
    const om_published_rows *rows = scan->rows;
    record->position = om_spill_length(scan->spill);
    OM_TRY(om_spill_append(scan->spill, rows->indptr, indptr_bytes(record)));
    OM_TRY(om_spill_append(scan->spill, rows->indices, value_bytes(record)));
    return om_spill_append(scan->spill, rows->values, value_bytes(record));
}

/* Brings a piece back into `rows`. */
static om_status fetch(om_published_scan *scan, const piece_record *record) {
    om_published_rows *rows = scan->rows;
    OM_TRY(om_published_rows_reserve(rows, record->n_rows, record->n_values));
    int64_t at = record->position;
    OM_TRY(om_spill_read(scan->spill, at, indptr_bytes(record), rows->indptr));
    at += indptr_bytes(record);
    OM_TRY(om_spill_read(scan->spill, at, value_bytes(record), rows->indices));
    at += value_bytes(record);
    OM_TRY(om_spill_read(scan->spill, at, value_bytes(record), rows->values));
    rows->n_rows = record->n_rows;
    return OM_OK;
}

static om_status take_piece(om_published_scan *scan, const om_line_feed *feed,
                            const om_lines *lines) {
    OM_TRY(add_record(scan));
    if (lines->length == 0) {
        return OM_OK;
    }
    OM_TRY(parse(scan, feed, lines));
    scan->parsed_bytes += lines->length;
    const om_published_rows *rows = scan->rows;
    piece_record *record = &scan->pieces[scan->n_rounds - 1];
    record->n_rows = rows->n_rows;
    record->n_values = rows->indptr[rows->n_rows];
    for (int64_t i = 0; i < rows->n_rows; i++) {
        OM_TRY(om_strings_add(scan->names, om_strings_get(rows->names, i)));
    }
    return put_aside(scan, record);
}

static om_status read_all(om_published_scan *scan, om_line_feed *feed, om_progress *progress) {
    for (;;) {
        om_lines lines;
        bool more = false;
        OM_TRY(om_line_feed_next(feed, &lines, &more));
        if (!more) {
            return OM_OK;
        }
        OM_TRY(om_agree(scan->ctx, take_piece(scan, feed, &lines)));
        om_progress_add(progress, lines.length);
    }
}

/* Where each piece's rows and values go: pieces follow one another by round, then by rank. */
static om_status place_pieces(om_published_scan *scan) {
    int size = om_context_size(scan->ctx);
    int rank = om_context_rank(scan->ctx);
    int64_t n_rounds = scan->n_rounds;
    int64_t *sizes = om_calloc(n_rounds * size * 2, sizeof *sizes);
    OM_TRY(om_agree(scan->ctx, sizes != NULL ? OM_OK : OM_MEMORY));
    for (int64_t round = 0; round < n_rounds; round++) {
        const piece_record *record = &scan->pieces[round];
        sizes[(round * size + rank) * 2] = record->n_rows;
        sizes[(round * size + rank) * 2 + 1] = record->n_values;
    }
    om_status status = om_sum_i64(scan->ctx, sizes, n_rounds * size * 2);
    for (int64_t piece = 0; piece < n_rounds * size && status == OM_OK; piece++) {
        if (piece % size == rank) {
            scan->pieces[piece / size].first_row = scan->n_rows;
            scan->pieces[piece / size].first_value = scan->n_values;
        }
        scan->n_rows += sizes[piece * 2];
        scan->n_values += sizes[piece * 2 + 1];
    }
    om_free(sizes);
    return status;
}

static om_status scan_table(om_published_scan *scan, om_progress *progress) {
    om_line_feed *feed = NULL;
    om_status status = om_strings_create(&scan->names);
    if (status == OM_OK) {
        status = om_published_rows_create(&scan->rows, scan->source.layout->n_columns);
    }
    OM_TRY(om_agree(scan->ctx, status));
    OM_TRY(om_line_feed_open(&feed, scan->ctx, scan->source.path, scan->source.header->bytes,
                             scan->source.header->lines, scan->source.piece_bytes));
    status = read_all(scan, feed, progress);
    om_line_feed_close(&feed);
    return status == OM_OK ? place_pieces(scan) : status;
}

om_status om_published_scan_create(om_published_scan **out, om_ctx *ctx,
                                   const om_published_source *source, om_spill *spill,
                                   om_progress *progress) {
    om_published_scan *scan = om_calloc(1, sizeof *scan);
    *out = scan;
    om_status status = om_agree(ctx, scan != NULL ? OM_OK : OM_MEMORY);
    if (status == OM_OK) {
        scan->ctx = ctx;
        scan->source = *source;
        scan->spill = spill;
        status = scan_table(scan, progress);
    }
    if (status != OM_OK) {
        om_published_scan_destroy(out);
    }
    return status;
}

void om_published_scan_destroy(om_published_scan **scan) {
    if (*scan == NULL) {
        return;
    }
    om_published_rows_destroy(&(*scan)->rows);
    om_free((*scan)->pieces);
    om_strings_destroy(&(*scan)->names);
    om_free(*scan);
    *scan = NULL;
}

int64_t om_published_scan_rows(const om_published_scan *scan) {
    return scan->n_rows;
}

int64_t om_published_scan_values(const om_published_scan *scan) {
    return scan->n_values;
}

int64_t om_published_scan_own_values(const om_published_scan *scan) {
    int64_t n = 0;
    for (int64_t round = 0; round < scan->n_rounds; round++) {
        n += scan->pieces[round].n_values;
    }
    return n;
}

int64_t om_published_scan_own_bytes(const om_published_scan *scan) {
    return scan->parsed_bytes;
}

/* On rank 0: the names of one rank's rows to their places among all. */
static void place_names(const char **placed, const om_strings *names, const int64_t *sizes,
                        int64_t n_rounds) {
    int64_t next = 0;
    for (int64_t round = 0; round < n_rounds; round++) {
        for (int64_t i = 0; i < sizes[2 * round]; i++) {
            placed[sizes[2 * round + 1] + i] = om_strings_get(names, next++);
        }
    }
}

/* The names of one rank, and in `sizes` [2 x n_rounds] how many of each round go where, on rank 0
 * and that rank. */
static om_status send_names(const om_published_scan *scan, int rank, om_strings **names,
                            int64_t *sizes) {
    bool mine = om_context_rank(scan->ctx) == rank;
    for (int64_t round = 0; round < scan->n_rounds && mine; round++) {
        sizes[2 * round] = scan->pieces[round].n_rows;
        sizes[2 * round + 1] = scan->pieces[round].first_row;
    }
    OM_TRY(om_broadcast(scan->ctx, rank, sizes, 2 * scan->n_rounds * (int64_t)sizeof *sizes));
    om_status status = mine ? om_strings_copy(names, scan->names) : OM_OK;
    OM_TRY(om_agree(scan->ctx, status));
    return om_broadcast_strings(scan->ctx, rank, names);
}

static om_status join_names(om_strings **out, const char *const *placed, int64_t n) {
    om_status status = om_strings_create(out);
    for (int64_t i = 0; i < n && status == OM_OK; i++) {
        status = om_strings_add(*out, placed[i]);
    }
    return status;
}

om_status om_published_scan_names(const om_published_scan *scan, om_strings **names) {
    int size = om_context_size(scan->ctx);
    bool is_root = om_context_is_root(scan->ctx);
    *names = NULL;
    int64_t *sizes = om_malloc(2 * scan->n_rounds, sizeof *sizes);
    om_strings **parts = om_calloc(size, sizeof(om_strings *));
    const char **placed = om_calloc(is_root ? scan->n_rows : 0, sizeof *placed);
    bool complete = sizes != NULL && parts != NULL && placed != NULL;
    om_status status = om_agree(scan->ctx, complete ? OM_OK : OM_MEMORY);
    for (int rank = 0; rank < size && status == OM_OK; rank++) {
        status = send_names(scan, rank, &parts[rank], sizes);
        if (status == OM_OK && is_root) {
            place_names(placed, parts[rank], sizes, scan->n_rounds);
        } else {
            om_strings_destroy(&parts[rank]);
        }
    }
    if (status == OM_OK) {
        status = om_agree(scan->ctx, is_root ? join_names(names, placed, scan->n_rows) : OM_OK);
    }
    for (int rank = 0; rank < size && parts != NULL; rank++) {
        om_strings_destroy(&parts[rank]);
    }
    om_free(placed);
    om_free(parts);
    om_free(sizes);
    if (status != OM_OK) {
        om_strings_destroy(names);
    }
    return status;
}

om_status om_published_scan_write(om_published_scan *scan, om_h5 *file, int64_t total_rows,
                                  int64_t first_row, int64_t first_value, om_progress *progress) {
    const int64_t no_rows = 0;
    om_stop_pace pace = {0};
    for (int64_t round = 0; round < scan->n_rounds; round++) {
        const piece_record *record = &scan->pieces[round];
        bool has_rows = record->n_rows > 0;
        OM_TRY(om_stop_check_at_pace(scan->ctx, &pace));
        OM_TRY(om_agree(scan->ctx, has_rows ? fetch(scan, record) : OM_OK));
        if (has_rows) {
            OM_TRY(om_h5ad_write_csr_rows(file, "X", OM_U32, first_row + record->first_row,
                                          record->n_rows, total_rows,
                                          first_value + record->first_value, scan->rows->indptr,
                                          scan->rows->indices, scan->rows->values));
        } else {
            OM_TRY(om_h5ad_write_csr_rows(file, "X", OM_U32, 0, 0, total_rows, 0, &no_rows, NULL,
                                          NULL));
        }
        om_progress_add(progress, record->n_values);
    }
    return OM_OK;
}
