/* Reading a Matrix Market file with all ranks of a group. */
#include "io/matrix_market_feed.h"
#include "io/matrix_market_gather.h"
#include "oncomark/memory.h"
#include "oncomark/reader.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

/* What all ranks have to know before they start, from one look at the file. */
static om_status read_header(om_mtx_feed *feed, bool *gzip) {
    om_status status = OM_OK;
    struct {
        om_mtx_header header;
        int64_t file_bytes;
        bool gzip;
    } seen;
    memset(&seen, 0, sizeof seen);
    if (om_context_is_root(feed->group)) {
        om_reader *reader = NULL;
        status = om_mtx_header_read(feed->path, &seen.header);
        if (status == OM_OK) {
            status = om_file_size(feed->path, &seen.file_bytes);
        }
        if (status == OM_OK) {
            status = om_reader_open(&reader, feed->path);
        }
        if (status == OM_OK) {
            seen.gzip = om_reader_is_gzip(reader);
            om_reader_close(&reader);
        }
    }
    OM_TRY(om_agree(feed->group, status));
    OM_TRY(om_broadcast(feed->group, 0, &seen, sizeof seen));
    feed->header = seen.header;
    feed->file_bytes = seen.file_bytes;
    *gzip = seen.gzip;
    return OM_OK;
}

static om_status read_entries(om_mtx_feed *feed, bool gzip, bool only_integers) {
    om_mtx_rules rules = {.rows = feed->header.rows,
                          .columns = feed->header.columns,
                          .integer_field = feed->header.integer,
                          .only_integers = only_integers};
    om_status status = om_mtx_parser_create(&feed->parser, rules);
    OM_TRY(om_agree(feed->group, status));
    /* The text of a gzip file is about five times its size. */
    int64_t text = (gzip ? 5 : 1) * feed->file_bytes / om_context_size(feed->group);
    feed->progress = om_progress_begin(om_context_log(feed->group), "ingest", text, "bytes");
    status = gzip ? om_mtx_feed_gzip(feed) : om_mtx_feed_plain(feed);
    om_progress_end(&feed->progress);
    OM_TRY(status);
    int64_t n_entries = feed->parser->n_entries;
    OM_TRY(om_sum_i64(feed->group, &n_entries, 1));
    if (n_entries != feed->header.entries) {
        status = om_fail(OM_INPUT,
                         "%s:%" PRId64 ": found %" PRId64 " entries in the file, expected %" PRId64
                         " as the size line says",
                         feed->path, feed->header.lines, n_entries, feed->header.entries);
    }
    return om_agree(feed->group, status);
}

/* Summed duplicates may be no counts any more. */
static om_status check_sums(const om_mtx_feed *feed, const om_counts *counts, bool *integer) {
    bool must_count = feed->parser->rules.integer_field || feed->parser->rules.only_integers;
    for (int64_t cell = 0; cell < counts->n_cells; cell++) {
        for (int64_t i = counts->indptr[cell]; i < counts->indptr[cell + 1]; i++) {
            double value = counts->values[i];
            if (value <= UINT32_MAX) {
                continue;
            }
            if (must_count || !isfinite(value)) {
                return om_fail(OM_INPUT,
                               "%s: found entries of row %" PRId64 ", column %" PRId64
                               " that add up to %.17g, expected at most %s",
                               feed->path, (int64_t)counts->indices[i] + 1,
                               counts->first_cell + cell + 1, value,
                               must_count ? "4294967295" : "1.8e308");
            }
            *integer = false;
        }
    }
    return OM_OK;
}

static om_status finish(om_mtx_feed *feed, om_counts *counts) {
    int64_t n_duplicates = 0;
    bool integer = feed->parser->integer;
    om_status status = om_mtx_tidy(counts, &n_duplicates);
    if (status == OM_OK && n_duplicates > 0) {
        status = check_sums(feed, counts, &integer);
    }
    OM_TRY(om_agree(feed->group, status));
    int64_t totals[] = {n_duplicates, integer ? 0 : 1};
    OM_TRY(om_sum_i64(feed->group, totals, 2));
    counts->integer = totals[1] == 0;
    if (totals[0] > 0 && om_context_is_root(feed->group)) {
        om_log_warn(om_context_log(feed->group),
                    "%s: %" PRId64 " entries name a gene and cell a second time; they are summed",
                    feed->path, totals[0]);
    }
    return OM_OK;
}

static om_status read_matrix(om_counts **out, om_ctx *group, const char *path, bool only_integers,
                             int64_t *parsed_bytes) {
    *out = NULL;
    om_counts *counts = NULL;
    om_mtx_feed feed = {.group = group, .path = path};
    bool gzip = false;
    om_status status = read_header(&feed, &gzip);
    if (status == OM_OK) {
        status = read_entries(&feed, gzip, only_integers);
    }
    if (status == OM_OK) {
        status = om_mtx_gather(&counts, group, feed.parser);
    }
    if (status == OM_OK) {
        status = finish(&feed, counts);
    }
    if (parsed_bytes != NULL) {
        *parsed_bytes = feed.parsed_bytes;
    }
    om_mtx_parser_destroy(&feed.parser);
    if (status != OM_OK) {
        om_counts_destroy(&counts);
        return status;
    }
    *out = counts;
    return OM_OK;
}

om_status om_mtx_read(om_counts **out, om_ctx *group, const char *path, int64_t *parsed_bytes) {
    return read_matrix(out, group, path, false, parsed_bytes);
}

om_status om_mtx_read_integers(om_counts **out, om_ctx *group, const char *path,
                               int64_t *parsed_bytes) {
    return read_matrix(out, group, path, true, parsed_bytes);
}
