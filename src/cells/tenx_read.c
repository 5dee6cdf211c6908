/* Features and barcodes of 10x data, in lists or in an HDF5 group. */
#include "cells/study_lines.h"
#include "cells/tenx_features.h"
#include "oncomark/memory.h"

#include <inttypes.h>
#include <string.h>

/* Appends a field without blanks around it. */
static om_status add_field(om_study_loader *loader, om_strings *strings, const char *field) {
    const char *text = NULL;
    OM_TRY(om_study_clean(loader->scratch, field, &text));
    return om_strings_add(strings, text);
}

static om_status add_feature(om_tenx_features *features, om_study_loader *loader,
                             const om_reader *reader, char *line) {
    char *rest = line;
    strsep(&rest, "\t");
    const char *symbol = strsep(&rest, "\t");
    const char *type = strsep(&rest, "\t");
    if (symbol == NULL) {
        return om_fail(OM_INPUT,
                       "%s:%" PRId64 ": found one column, expected two or more: id and symbol",
                       om_reader_path(reader), om_reader_line_number(reader));
    }
    OM_TRY(add_field(loader, features->symbols, symbol));
    OM_TRY(add_field(loader, features->types, type == NULL ? "" : type));
    return om_strings_add(features->genomes, "");
}

om_status om_tenx_read_list(om_tenx_features *features, om_study_loader *loader) {
    om_study_lines lines;
    loader->genes_from = om_strdup(loader->place->genes);
    if (loader->genes_from == NULL) {
        return OM_MEMORY;
    }
    OM_TRY(om_study_lines_open(&lines, loader->place->genes, "a gene's id and symbol"));
    char *line = NULL;
    om_status status = om_study_lines_next(&lines, &line);
    while (status == OM_OK && line != NULL) {
        status = add_feature(features, loader, lines.reader, line);
        if (status == OM_OK) {
            status = om_study_lines_next(&lines, &line);
        }
    }
    om_study_lines_close(&lines);
    return status;
}

/* The strings `name` of the group, as many as `n` (-1: as there are). */
static om_status read_strings(om_study_loader *loader, const char *name, int64_t n,
                              om_strings **strings) {
    char *path = om_format("%s/%s", loader->place->object, name);
    om_strings *raw = NULL;
    om_status status = path == NULL ? OM_MEMORY : om_h5_read_strings(loader->file, path, &raw);
    if (status == OM_OK && n >= 0 && om_strings_count(raw) != n) {
        status = om_fail(OM_INPUT,
                         "%s: object '%s': found %" PRId64 " values, expected %" PRId64
                         ", one for each gene",
                         om_h5_path(loader->file), path, om_strings_count(raw), n);
    }
    if (status == OM_OK) {
        om_strings_destroy(strings);
        status = om_strings_create(strings);
    }
    for (int64_t i = 0; status == OM_OK && i < om_strings_count(raw); i++) {
        status = add_field(loader, *strings, om_strings_get(raw, i));
    }
    om_strings_destroy(&raw);
    om_free(path);
    return status;
}

/* As read_strings; as many "" where there is no such object, or no name of one (NULL). */
static om_status read_optional(om_study_loader *loader, const char *name, int64_t n,
                               om_strings **strings) {
    char *path = om_format("%s/%s", loader->place->object, name == NULL ? "" : name);
    if (path == NULL) {
        return OM_MEMORY;
    }
    bool exists = name != NULL && om_h5_exists(loader->file, path);
    om_free(path);
    if (exists) {
        return read_strings(loader, name, n, strings);
    }
    for (int64_t i = 0; i < n; i++) {
        OM_TRY(om_strings_add(*strings, ""));
    }
    return OM_OK;
}

om_status om_tenx_read_group(om_tenx_features *features, om_study_loader *loader) {
    bool old = loader->place->format == OM_STUDY_TENX_H5_V2;
    const char *name = old ? "gene_names" : "features/name";
    loader->genes_from =
        om_format("%s: object '%s/%s'", loader->place->matrix, loader->place->object, name);
    if (loader->genes_from == NULL) {
        return OM_MEMORY;
    }
    OM_TRY(read_strings(loader, name, -1, &features->symbols));
    int64_t n = om_strings_count(features->symbols);
    OM_TRY(read_optional(loader, old ? NULL : "features/feature_type", n, &features->types));
    return read_optional(loader, old ? NULL : "features/genome", n, &features->genomes);
}

static om_status read_barcode_list(om_study_loader *loader) {
    om_study_lines lines;
    OM_TRY(om_study_lines_open(&lines, loader->place->barcodes, "a cell's barcode"));
    char *line = NULL;
    om_status status = om_study_lines_next(&lines, &line);
    while (status == OM_OK && line != NULL) {
        line[strcspn(line, "\t")] = '\0';
        status = add_field(loader, loader->barcodes, line);
        if (status == OM_OK) {
            status = om_study_lines_next(&lines, &line);
        }
    }
    om_study_lines_close(&lines);
    return status;
}

om_status om_tenx_read_barcodes(om_study_loader *loader) {
    bool folder = loader->place->format == OM_STUDY_TENX_FOLDER;
    loader->cells_from = folder ? om_strdup(loader->place->barcodes)
                                : om_format("%s: object '%s/barcodes'", loader->place->matrix,
                                            loader->place->object);
    if (loader->cells_from == NULL) {
        return OM_MEMORY;
    }
    OM_TRY(om_strings_create(&loader->barcodes));
    return folder ? read_barcode_list(loader)
                  : read_strings(loader, "barcodes", -1, &loader->barcodes);
}
