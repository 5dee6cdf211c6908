/* The header of a Matrix Market file. */
#include "oncomark/matrix_market.h"

#include "oncomark/reader.h"
#include "oncomark/table.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum {
    SHORTEST_ENTRY = 6,    /* "1 1 1\n" */
    LARGEST_RATIO = 1032,  /* of deflate */
    LONGEST_HEADER = 10000 /* lines of comment */
};

static om_status check_banner(const char *path, char *line, bool *integer) {
    char shown[81];
    snprintf(shown, sizeof shown, "%s", line);
    const char *const expected[] = {"%%MatrixMarket", "matrix", "coordinate", NULL, "general"};
    char *rest = line;
    for (int i = 0; i < 5; i++) {
        const char *word = strtok_r(rest, " \t", &rest);
        bool right = word != NULL;
        if (right && expected[i] != NULL) {
            right = strcasecmp(word, expected[i]) == 0;
        } else if (right) {
            *integer = strcasecmp(word, "integer") == 0;
            right = *integer || strcasecmp(word, "real") == 0;
        }
        if (!right) {
            return om_fail(OM_INPUT,
                           "%s:1: found \"%s\", expected \"%%%%MatrixMarket matrix coordinate "
                           "integer general\" (or real)",
                           path, shown);
        }
    }
    return OM_OK;
}

/* The first line that is neither comment nor blank; NULL at the end of the file. */
static om_status next_content(om_reader *reader, char **line) {
    size_t length = 0;
    do {
        OM_TRY(om_reader_line(reader, line, &length));
        if (om_reader_line_number(reader) > LONGEST_HEADER) {
            *line = NULL;
        }
    } while (*line != NULL && ((*line)[0] == '%' || (*line)[strspn(*line, " \t")] == '\0'));
    return OM_OK;
}

static om_status parse_size(const char *path, int64_t line_number, char *line,
                            om_mtx_header *header) {
    char shown[81];
    snprintf(shown, sizeof shown, "%s", line);
    int64_t *const numbers[] = {&header->rows, &header->columns, &header->entries};
    char *rest = line;
    bool right = true;
    for (int i = 0; i < 3 && right; i++) {
        const char *word = strtok_r(rest, " \t", &rest);
        right = word != NULL && om_parse_i64(word, numbers[i]) && *numbers[i] >= 0;
    }
    if (!right || rest[strspn(rest, " \t")] != '\0') {
        return om_fail(OM_INPUT,
                       "%s:%" PRId64 ": found \"%s\", expected the size line \"<genes> <cells> "
                       "<entries>\"",
                       path, line_number, shown);
    }
    if (header->rows < 1 || header->rows > INT32_MAX || header->columns < 1 ||
        header->columns > INT32_MAX) {
        return om_fail(OM_INPUT,
                       "%s:%" PRId64 ": found %" PRId64 " genes x %" PRId64
                       " cells, expected 1 to %" PRId32 " of each",
                       path, line_number, header->rows, header->columns, INT32_MAX);
    }
    return OM_OK;
}

static om_status check_entries(const om_reader *reader, const om_mtx_header *header) {
    int64_t bytes = 0;
    const char *path = om_reader_path(reader);
    OM_TRY(om_file_size(path, &bytes));
    bool gzip = om_reader_is_gzip(reader);
    int64_t text = gzip ? LARGEST_RATIO * bytes : bytes - header->bytes;
    int64_t most = (text + 1) / SHORTEST_ENTRY; /* the last line end may be missing */
    if (header->entries > most) {
        return om_fail(OM_INPUT,
                       "%s:%" PRId64 ": found %" PRId64 " entries in the size line, expected at "
                       "most %" PRId64 ", which is all that the file's %" PRId64
                       " bytes can hold: is it cut short?",
                       path, header->lines, header->entries, most, bytes);
    }
    return OM_OK;
}

static om_status read_header(om_reader *reader, om_mtx_header *header) {
    const char *path = om_reader_path(reader);
    char *line = NULL;
    size_t length = 0;
    OM_TRY(om_reader_line(reader, &line, &length));
    if (line == NULL) {
        return om_fail(OM_INPUT, "%s: found an empty file, expected a Matrix Market banner", path);
    }
    OM_TRY(check_banner(path, line, &header->integer));
    OM_TRY(next_content(reader, &line));
    if (line == NULL) {
        return om_fail(OM_INPUT,
                       "%s:%" PRId64 ": found no size line, expected \"<genes> <cells> <entries>\"",
                       path, om_reader_line_number(reader));
    }
    header->lines = om_reader_line_number(reader);
    header->bytes = om_reader_offset(reader);
    OM_TRY(parse_size(path, header->lines, line, header));
    return check_entries(reader, header);
}

om_status om_mtx_header_read(const char *path, om_mtx_header *header) {
    *header = (om_mtx_header){0};
    om_reader *reader = NULL;
    OM_TRY(om_reader_open(&reader, path));
    om_status status = read_header(reader, header);
    om_reader_close(&reader);
    return status;
}
