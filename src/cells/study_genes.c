/* The genes of a 3CA folder. */
#include "cells/study_lines.h"
#include "cells/study_loader.h"
#include "oncomark/memory.h"

#include <inttypes.h>
#include <string.h>

static om_status add_gene(om_study_loader *loader, const om_reader *reader, const char *line) {
    const char *symbol = NULL;
    OM_TRY(om_study_clean(loader->scratch, line, &symbol));
    size_t n = strlen(symbol);
    if (n > 1 && symbol[0] == '"' && symbol[n - 1] == '"') {
        symbol++;
        n -= 2;
    }
    if (memchr(symbol, '\t', n) != NULL) {
        return om_fail(OM_INPUT,
                       "%s:%" PRId64 ": found several columns, expected one symbol a line",
                       om_reader_path(reader), om_reader_line_number(reader));
    }
    return om_strings_add_n(loader->study->genes, symbol, n);
}

om_status om_study_read_genes(om_study_loader *loader) {
    const char *path = loader->place->genes;
    om_study_lines lines;
    loader->genes_from = om_strdup(path);
    if (loader->genes_from == NULL) {
        return OM_MEMORY;
    }
    OM_TRY(om_strings_create(&loader->study->genes));
    OM_TRY(om_study_lines_open(&lines, path, "a gene symbol"));
    char *line = NULL;
    om_status status = om_study_lines_next(&lines, &line);
    while (status == OM_OK && line != NULL) {
        status = add_gene(loader, lines.reader, line);
        if (status == OM_OK) {
            status = om_study_lines_next(&lines, &line);
        }
    }
    om_study_lines_close(&lines);
    loader->n_rows = om_strings_count(loader->study->genes);
    return status;
}
