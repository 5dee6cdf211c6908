#include "profile_header.h"

#include "oncomark/table.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>
#include <strings.h>

bool om_profile_header_is_one_of(const char *name, const char *const *list) {
    char bare[24] = "";
    size_t n = 0;
    for (const char *c = name; *c != '\0'; c++) {
        if (isalnum((unsigned char)*c) && n < sizeof bare - 1) {
            bare[n++] = *c;
        }
    }
    bool is_blank = name[strspn(name, " \t")] == '\0';
    for (; *list != NULL; list++) {
        if (strcasecmp(bare, *list) == 0 && (n > 0 || is_blank)) {
            return true;
        }
    }
    return false;
}

om_status om_profile_header_next_line(om_reader *reader, char delimiter, om_field *line) {
    const char *blanks = delimiter == '\t' ? " " : " \t";
    char *text = NULL;
    size_t length = 0;
    do {
        OM_TRY(om_reader_line(reader, &text, &length));
    } while (text != NULL && text[strspn(text, blanks)] == '\0');
    *line = (om_field){text, (int64_t)length};
    return OM_OK;
}

static om_status fail_open_quote(const om_reader *reader) {
    return om_fail(OM_INPUT,
                   "%s:%" PRId64
                   ": found an open quote at the end of the line, expected a closing one",
                   om_reader_path(reader), om_reader_line_number(reader));
}

static om_status split(om_strings **fields, const om_reader *reader, om_field line,
                       char delimiter) {
    om_field_index index = {.line = NULL};
    om_text *field = NULL;
    om_status status = om_strings_create(fields);
    status = status == OM_OK ? om_text_create(&field) : status;
    if (status == OM_OK) {
        status = om_field_index_line(&index, line, delimiter, INT64_MAX);
        status = status == OM_INPUT ? fail_open_quote(reader) : status;
    }
    for (int64_t i = 0; i < index.n_fields && status == OM_OK; i++) {
        status = om_field_copy(field, om_field_get(&index, i));
        status = status == OM_OK ? om_strings_add(*fields, om_text_get(field)) : status;
    }
    om_field_index_release(&index);
    om_text_destroy(&field);
    return status;
}

static om_status fail_empty(const om_reader *reader, const char *found) {
    return om_fail(OM_INPUT, "%s: found %s, expected a header and rows of numbers",
                   om_reader_path(reader), found);
}

/* The next line's fields; *fields is owned by the caller. */
static om_status read_fields(om_strings **fields, om_reader *reader, char delimiter) {
    om_field line;
    OM_TRY(om_profile_header_next_line(reader, delimiter, &line));
    return line.at != NULL ? split(fields, reader, line, delimiter)
                           : fail_empty(reader, "a header only");
}

/* The sizes of a GCT: rows, columns, and of version 1.3 columns that describe rows and rows that
 * describe columns. */
static om_status read_sizes(int64_t sizes[4], int n_sizes, om_reader *reader) {
    om_strings *fields = NULL;
    om_status status = read_fields(&fields, reader, '\t');
    for (int i = 0; i < n_sizes && status == OM_OK; i++) {
        bool there = i < om_strings_count(fields);
        if (!there || !om_parse_i64(om_strings_get(fields, i), &sizes[i]) || sizes[i] < 0) {
            status = om_fail(OM_INPUT,
                             "%s:%" PRId64 ": found '%.40s', expected %d whole numbers: the sizes "
                             "of a GCT table",
                             om_reader_path(reader), om_reader_line_number(reader),
                             there ? om_strings_get(fields, i) : "", n_sizes);
        }
    }
    om_strings_destroy(&fields);
    return status;
}

/* What follows the line "#1.2" or "#1.3". */
static om_status read_gct(om_profile_header *header, om_strings **names, om_reader *reader,
                          bool is_later) {
    int64_t sizes[4] = {0, 0, 1, 0}; /* 1.2 has one describing column */
    header->is_gct = true;
    header->delimiter = '\t';
    OM_TRY(read_sizes(sizes, is_later ? 4 : 2, reader));
    OM_TRY(read_fields(names, reader, '\t'));
    int64_t n_fields = om_strings_count(*names);
    if (n_fields - 1 < sizes[2] || n_fields - 1 - sizes[2] != sizes[1]) {
        return om_fail(OM_INPUT,
                       "%s:%" PRId64 ": found %" PRId64 " fields, expected %" PRId64
                       " as the line before says",
                       om_reader_path(reader), om_reader_line_number(reader), n_fields,
                       1 + sizes[2] + sizes[1]);
    }
    header->n_naming = 1 + sizes[2];
    header->first_value = header->n_naming;
    header->n_rows = sizes[0];
    for (int64_t i = 0; i < sizes[3]; i++) {
        om_field line;
        OM_TRY(om_profile_header_next_line(reader, '\t', &line));
        if (line.at == NULL) {
            return fail_empty(reader, "a header only");
        }
    }
    return OM_OK;
}

static om_status read_plain(om_profile_header *header, om_strings **names, om_reader *reader,
                            om_field line) {
    static const char *const symbols[] = {"symbol",     "genesymbol", "genename",
                                          "hgncsymbol", "hugosymbol", NULL};
    header->delimiter = om_field_delimiter(line);
    header->n_naming = 1;
    header->first_value = 1;
    header->n_rows = -1;
    OM_TRY(split(names, reader, line, header->delimiter));
    if (om_strings_count(*names) > 2 &&
        om_profile_header_is_one_of(om_strings_get(*names, 1), symbols)) {
        header->n_naming = 2; /* ids, symbols, values */
    }
    return OM_OK;
}

static om_status put_empty_first(om_strings **names) {
    om_strings *longer = NULL;
    om_status status = om_strings_create(&longer);
    status = status == OM_OK ? om_strings_add(longer, "") : status;
    for (int64_t i = 0; i < om_strings_count(*names) && status == OM_OK; i++) {
        status = om_strings_add(longer, om_strings_get(*names, i));
    }
    om_strings_destroy(names);
    *names = longer;
    return status;
}

/* R leaves out the header's first field. */
static om_status compare_lengths(om_profile_header *header, om_strings **names, om_reader *reader,
                                 om_field row) {
    om_strings *fields = NULL;
    if (om_strings_count(*names) == 1) {
        header->delimiter = om_field_delimiter(row); /* of one profile the header may have none */
    }
    om_status status = split(&fields, reader, row, header->delimiter);
    int64_t n_fields = status == OM_OK ? om_strings_count(fields) : 0;
    int64_t n_names = om_strings_count(*names);
    om_strings_destroy(&fields);
    OM_TRY(status);
    header->is_short = n_fields == n_names + 1 && !header->is_gct;
    if (n_fields != n_names && !header->is_short) {
        return om_fail(OM_INPUT,
                       "%s:%" PRId64 ": found %" PRId64 " fields, expected %" PRId64
                       " as in the header%s",
                       om_reader_path(reader), om_reader_line_number(reader), n_fields, n_names,
                       header->is_gct ? "" : ", or one more");
    }
    if (n_fields < 2) {
        return om_fail(OM_INPUT,
                       "%s: found one column, expected names and at least one column of numbers, "
                       "separated by commas or tabs",
                       om_reader_path(reader));
    }
    if (header->is_short) {
        header->n_naming = 1;
        return put_empty_first(names);
    }
    return OM_OK;
}

om_status om_profile_header_read(om_profile_header *header, om_strings **names, om_reader *reader,
                                 om_field *row) {
    om_field line;
    *header = (om_profile_header){.n_rows = -1};
    do {
        OM_TRY(om_profile_header_next_line(reader, 0, &line));
    } while (line.at != NULL && line.length > 1 && line.at[0] == '#' && line.at[1] == ' ');
    if (line.at == NULL) {
        return fail_empty(reader, "nothing in it");
    }
    bool is_early = strncmp(line.at, "#1.2", 4) == 0;
    bool is_later = strncmp(line.at, "#1.3", 4) == 0;
    OM_TRY(is_early || is_later ? read_gct(header, names, reader, is_later)
                                : read_plain(header, names, reader, line));
    header->skipped_bytes = om_reader_offset(reader);
    header->skipped_lines = om_reader_line_number(reader);
    OM_TRY(om_profile_header_next_line(reader, header->delimiter, row));
    if (row->at == NULL) {
        return fail_empty(reader, "a header only");
    }
    return compare_lengths(header, names, reader, *row);
}

om_status om_profile_header_check(const om_profile_header *header, const om_strings *names,
                                  const char *path) {
    static const char *const names_of_genes[] = {"",
                                                 "id",
                                                 "ids",
                                                 "gene",
                                                 "genes",
                                                 "geneid",
                                                 "geneids",
                                                 "genename",
                                                 "genenames",
                                                 "genesymbol",
                                                 "symbol",
                                                 "symbols",
                                                 "hgncsymbol",
                                                 "hugosymbol",
                                                 "name",
                                                 "names",
                                                 "ensembl",
                                                 "ensemblid",
                                                 "ensemblgeneid",
                                                 "entrezid",
                                                 "entrezgeneid",
                                                 "probe",
                                                 "probeid",
                                                 "feature",
                                                 "features",
                                                 "featureid",
                                                 "rowname",
                                                 "rownames",
                                                 "index",
                                                 "x",
                                                 "unnamed0",
                                                 "sample",
                                                 "samples",
                                                 "sampleid",
                                                 "hybridizationref",
                                                 NULL};
    if (header->is_gct || header->is_short ||
        om_profile_header_is_one_of(om_strings_get(names, 0), names_of_genes)) {
        return OM_OK;
    }
    for (int64_t i = 1; i < om_strings_count(names); i++) {
        double number = 0;
        if (!om_parse_f64(om_strings_get(names, i), &number)) {
            return OM_OK;
        }
    }
    return om_fail(OM_INPUT,
                   "%s: found '%.40s' and numbers in the first line, expected a header with the "
                   "names of the profiles; where these are numbers, 'gene' before them",
                   path, om_strings_get(names, 0));
}
