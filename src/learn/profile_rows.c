#include "profile_rows.h"

#include "oncomark/number.h"

#include <inttypes.h>
#include <string.h>

om_status om_profile_rows_open(om_profile_rows *rows, const om_profile_source *source) {
    const om_profile_header *header = &source->layout->header;
    int64_t bytes = 0;
    *rows = (om_profile_rows){.source = source};
    om_status status = om_text_create(&rows->name);
    status = status == OM_OK ? om_file_size(source->path, &bytes) : status;
    OM_TRY(om_agree(source->ctx, status));
    rows->progress = om_progress_begin(om_context_log(source->ctx), "predict",
                                       bytes / om_context_size(source->ctx), "bytes");
    return om_line_feed_open(&rows->feed, source->ctx, source->path, header->skipped_bytes,
                             header->skipped_lines, source->piece_bytes);
}

void om_profile_rows_close(om_profile_rows *rows) {
    om_line_feed_close(&rows->feed);
    om_progress_end(&rows->progress);
    om_field_index_release(&rows->index);
    om_text_destroy(&rows->name);
}

void om_profile_rows_rewind(om_profile_rows *rows) {
    rows->at = rows->lines.text;
}

om_status om_profile_rows_number(const om_profile_rows *rows, int64_t *line) {
    return om_line_feed_number(rows->feed, rows->line.at - rows->lines.text, line);
}

/* Text ends at a NUL for much of the library. */
static om_status check_text(om_profile_rows *rows) {
    const char *text = rows->lines.text;
    const char *nul = memchr(text, '\0', (size_t)rows->lines.length);
    if (nul == NULL) {
        return OM_OK;
    }
    int64_t line = 0;
    OM_TRY(om_line_feed_number(rows->feed, nul - text, &line));
    return om_fail(OM_INPUT, "%s:%" PRId64 ": found a NUL byte, expected text (UTF-8)",
                   rows->source->path, line);
}

om_status om_profile_rows_round(om_profile_rows *rows, bool *more) {
    om_progress_add(rows->progress, rows->lines.length);
    OM_TRY(om_line_feed_next(rows->feed, &rows->lines, more));
    om_profile_rows_rewind(rows);
    return om_agree(rows->source->ctx, rows->lines.length > 0 ? check_text(rows) : OM_OK);
}

static om_status fail_line(const om_profile_rows *rows, int64_t n_fields) {
    int64_t line = 0;
    OM_TRY(om_profile_rows_number(rows, &line));
    if (n_fields == 0) {
        return om_fail(OM_INPUT,
                       "%s:%" PRId64 ": found an open quote at the end of the line, expected a "
                       "closing one",
                       rows->source->path, line);
    }
    return om_fail(OM_INPUT, "%s:%" PRId64 ": found %" PRId64 " fields, expected %" PRId64,
                   rows->source->path, line, n_fields,
                   om_strings_count(rows->source->layout->names));
}

om_status om_profile_rows_next(om_profile_rows *rows, int64_t most, bool *more) {
    const om_profile_layout *layout = rows->source->layout;
    *more = rows->lines.length > 0 &&
            om_field_next_line(&rows->at, rows->lines.text + rows->lines.length,
                               layout->header.delimiter, &rows->line);
    if (!*more) {
        return OM_OK;
    }
    om_status status =
        om_field_index_line(&rows->index, rows->line, layout->header.delimiter, most);
    if (status == OM_INPUT) {
        return fail_line(rows, 0);
    }
    OM_TRY(status);
    int64_t expected = om_strings_count(layout->names);
    expected = expected < most ? expected : most;
    return rows->index.n_fields == expected ? OM_OK : fail_line(rows, rows->index.n_fields);
}

om_status om_profile_rows_text(om_profile_rows *rows, int64_t column, const char **text) {
    OM_TRY(om_field_copy(rows->name, om_field_get(&rows->index, column)));
    *text = om_text_get(rows->name);
    return OM_OK;
}

om_status om_profile_rows_fail_value(const om_profile_rows *rows, int64_t column) {
    enum { EXCERPT = 40 };
    double value = 0;
    int64_t line = 0;
    om_field field = om_field_get(&rows->index, column);
    int length = field.length < EXCERPT ? (int)field.length : EXCERPT;
    const char *name = om_strings_get(rows->source->layout->names, column);
    OM_TRY(om_profile_rows_number(rows, &line));
    if (!om_number_parse(field.at, field.length, &value)) {
        return om_fail(OM_INPUT, "%s:%" PRId64 ": column '%s': found '%.*s', expected a number",
                       rows->source->path, line, name, length, field.at);
    }
    return om_fail(OM_INPUT,
                   "%s:%" PRId64 ": column '%s': found %.*s, expected a finite number of at "
                   "least 0",
                   rows->source->path, line, name, length, field.at);
}
