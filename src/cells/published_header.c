/* Headers of the published tables of expression. */
#include "published_files.h"
#include "published_rows.h"

#include "oncomark/memory.h"
#include "oncomark/reader.h"
#include "oncomark/symbol.h"

#include <inttypes.h>
#include <string.h>

/* Text compresses some four times. */
enum { USUAL_RATIO = 4 };

static int64_t count_fields(const char *line, char delimiter) {
    int64_t n = 1;
    for (const char *at = om_published_field_end(line, delimiter); *at != '\0';
         at = om_published_field_end(at + 1, delimiter)) {
        n++;
    }
    return n;
}

static char find_delimiter(const char *line) {
    return count_fields(line, '\t') > count_fields(line, ',') ? '\t' : ',';
}

/* A field as a gene: in upper case, without the blanks around it. */
static om_status add_gene(om_strings *genes, om_text *plain, const char *at, const char *end) {
    OM_TRY(om_published_unquote(plain, at, end));
    char *gene = om_symbol_upper(om_text_get(plain));
    om_status status = gene != NULL ? om_strings_add(genes, gene) : OM_MEMORY;
    om_free(gene);
    return status;
}

/* All fields of the header behind the first `skipped`. */
static om_status add_genes(om_strings *genes, const char *line, char delimiter, int64_t skipped) {
    om_text *plain = NULL;
    om_status status = om_text_create(&plain);
    for (const char *at = line; at != NULL && status == OM_OK;) {
        const char *end = om_published_field_end(at, delimiter);
        if (skipped > 0) {
            skipped--;
        } else {
            status = add_gene(genes, plain, at, end);
        }
        at = *end == '\0' ? NULL : end + 1;
    }
    om_text_destroy(&plain);
    return status;
}

/* The next line that is not blank. */
static om_status next_line(om_reader *reader, char **line) {
    size_t length = 0;
    do {
        OM_TRY(om_reader_line(reader, line, &length));
    } while (*line != NULL && (*line)[strspn(*line, " ")] == '\0');
    return OM_OK;
}

static om_status read_genes(om_published_header *header, om_reader *reader, const char *line) {
    const char *path = om_reader_path(reader);
    char *row = NULL;
    header->delimiter = find_delimiter(line);
    header->bytes = om_reader_offset(reader);
    header->lines = om_reader_line_number(reader);
    OM_TRY(om_file_size(path, &header->expected));
    header->expected *= om_reader_is_gzip(reader) ? USUAL_RATIO : 1;
    OM_TRY(next_line(reader, &row));
    if (row == NULL) {
        return om_fail(OM_INPUT, "%s: found no rows below the header, expected synthetic samples",
                       path);
    }
    int64_t n_header = count_fields(line, header->delimiter);
    int64_t n_row = count_fields(row, header->delimiter);
    if (n_row < 2 || (n_row != n_header && n_row != n_header + 1)) {
        return om_fail(OM_INPUT,
                       "%s:%" PRId64 ": found %" PRId64
                       " fields, expected a row's name and a value "
                       "for each of the genes of the header, which has %" PRId64 " fields",
                       path, om_reader_line_number(reader), n_row, n_header);
    }
    return add_genes(header->genes, line, header->delimiter, n_row == n_header ? 1 : 0);
}

static om_status read_header(om_published_header *header, om_reader *reader) {
    char *found = NULL;
    OM_TRY(next_line(reader, &found));
    if (found == NULL) {
        return om_fail(OM_INPUT, "%s: found an empty file, expected a header of gene names",
                       om_reader_path(reader));
    }
    /* The reader's line is gone once the next one is read. */
    char *line = om_strdup(found);
    om_status status = line != NULL ? read_genes(header, reader, line) : OM_MEMORY;
    om_free(line);
    return status;
}

om_status om_published_header_read(om_published_header *header, const char *path) {
    om_reader *reader = NULL;
    *header = (om_published_header){.delimiter = ','};
    om_status status = om_strings_create(&header->genes);
    if (status == OM_OK) {
        status = om_reader_open(&reader, path);
    }
    if (status == OM_OK) {
        status = read_header(header, reader);
    }
    om_reader_close(&reader);
    if (status != OM_OK) {
        om_published_header_release(header);
    }
    return status;
}

void om_published_header_release(om_published_header *header) {
    om_strings_destroy(&header->genes);
}
