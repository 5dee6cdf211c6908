/* Which kind of matrix an HDF5 file has. */
#include "cells/study_place.h"
#include "oncomark/h5ad_import.h"
#include "oncomark/memory.h"

#include <stdio.h>
#include <string.h>

/* What a file that HDF5 does not open looks like. */
static const char *looks_like(const char *path) {
    static const struct {
        const char *start;
        size_t length;
        const char *name;
    } kinds[] = {
        {"\x89HDF\r\n\x1a\n", 8, NULL}, /* damaged */
        {"\x1f\x8b", 2, "a gzip file; inflate an .h5ad.gz, or give the folder of an .mtx.gz"},
        {"%%MatrixMarket", 14, "a Matrix Market file alone; give the folder that it is in"},
    };
    char start[16] = {0};
    FILE *file = fopen(path, "rb");
    size_t n = file == NULL ? 0 : fread(start, 1, sizeof start, file);
    if (file != NULL) {
        fclose(file);
    }
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (n >= kinds[i].length && memcmp(start, kinds[i].start, kinds[i].length) == 0) {
            return kinds[i].name;
        }
    }
    return n == 0 ? "an empty file" : "a file of another kind";
}

static om_status open_file(om_h5 **file, const char *path) {
    om_status status = om_h5_open(file, path);
    const char *found = status == OM_INPUT ? looks_like(path) : NULL;
    if (found == NULL) {
        return status;
    }
    return om_fail(OM_INPUT, "%s: found %s; expected %s", path, found, om_study_formats());
}

static bool has_all(const om_h5 *file, const char *group, const char *const *names) {
    for (; *names != NULL; names++) {
        char path[512];
        int length = snprintf(path, sizeof path, "%s/%s", group, *names);
        if (length < 0 || (size_t)length >= sizeof path || !om_h5_exists(file, path)) {
            return false;
        }
    }
    return true;
}

static om_status list_genomes(const om_h5 *file, const om_strings *members, om_strings *genomes) {
    static const char *const parts[] = {"barcodes", "data",       "indices", "indptr",
                                        "shape",    "gene_names", NULL};
    for (int64_t i = 0; i < om_strings_count(members); i++) {
        if (has_all(file, om_strings_get(members, i), parts)) {
            OM_TRY(om_strings_add(genomes, om_strings_get(members, i)));
        }
    }
    return OM_OK;
}

static om_status fail_with_list(const om_study_place *place, const char *format_found,
                                const om_strings *names, const char *expected) {
    om_text *list = NULL;
    OM_TRY(om_text_create(&list));
    om_status status = om_study_list(list, names);
    if (status == OM_OK) {
        status = om_fail(OM_INPUT, "%s: found %s %s; expected %s", place->matrix, format_found,
                         om_text_get(list), expected);
    }
    om_text_destroy(&list);
    return status;
}

/* Version 2: a group a genome. */
static om_status choose_genome(om_study_place *place, const om_strings *genomes) {
    const char *wanted = place->data_set->genome;
    int64_t chosen = wanted == NULL ? 0 : om_strings_find(genomes, wanted);
    if (chosen < 0 || (wanted == NULL && om_strings_count(genomes) > 1)) {
        return fail_with_list(place, om_strings_count(genomes) == 1 ? "the genome" : "the genomes",
                              genomes, "the key 'genome' to name one of them");
    }
    place->format = OM_STUDY_TENX_H5_V2;
    place->object = om_strdup(om_strings_get(genomes, chosen));
    return place->object == NULL ? OM_MEMORY : OM_OK;
}

static om_status find_tenx_v2(om_study_place *place, const om_h5 *file) {
    om_strings *members = NULL;
    om_strings *genomes = NULL;
    om_status status = om_h5_list(file, "", &members);
    if (status == OM_OK) {
        status = om_strings_create(&genomes);
    }
    if (status == OM_OK) {
        status = list_genomes(file, members, genomes);
    }
    if (status == OM_OK && om_strings_count(genomes) > 0) {
        status = choose_genome(place, genomes);
    } else if (status == OM_OK) {
        status = fail_with_list(place, "an HDF5 file with", members, om_study_formats());
    }
    om_strings_destroy(&genomes);
    om_strings_destroy(&members);
    return status;
}

/* The matrix is X, or the raw one, which AnnData has kept in two places. */
static om_status find_annotated(om_study_place *place, const om_h5 *file) {
    const char *matrix = "X";
    const char *var = "var";
    place->format = OM_STUDY_ANNDATA;
    if (place->data_set->raw) {
        bool old = !om_h5_exists(file, "raw/X") && om_h5_exists(file, "raw.X");
        matrix = old ? "raw.X" : "raw/X";
        var = old ? "raw.var" : "raw/var";
    }
    if (!om_h5_exists(file, matrix) || !om_h5_exists(file, var)) {
        return om_fail(OM_INPUT, "%s: found no objects '%s' and '%s', expected them%s",
                       place->matrix, matrix, var,
                       place->data_set->raw ? ", by the key 'raw'" : "");
    }
    place->object = om_strdup(matrix);
    place->var = om_strdup(var);
    return place->object == NULL || place->var == NULL ? OM_MEMORY : OM_OK;
}

om_status om_study_find_in_h5(om_study_place *place, const char *path) {
    static const char *const parts[] = {"barcodes", "data",     "indices", "indptr",
                                        "shape",    "features", NULL};
    om_h5 *file = NULL;
    place->matrix = om_strdup(path);
    if (place->matrix == NULL) {
        return OM_MEMORY;
    }
    OM_TRY(open_file(&file, path));
    om_status status = OM_OK;
    if (om_h5ad_is_annotated(file)) {
        status = find_annotated(place, file);
    } else if (has_all(file, "matrix", parts)) {
        place->format = OM_STUDY_TENX_H5_V3;
        place->object = om_strdup("matrix");
        status = place->object == NULL ? OM_MEMORY : OM_OK;
    } else {
        status = find_tenx_v2(place, file);
    }
    om_status closed = om_h5_close(&file);
    return status != OM_OK ? status : closed;
}
