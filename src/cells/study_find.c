/* What format a data set has. */
#include "cells/study_place.h"
#include "oncomark/file_stamp.h"
#include "oncomark/memory.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

const char *om_study_format_name(om_study_format format) {
    switch (format) {
    case OM_STUDY_3CA:
        return "a folder in 3CA layout";
    case OM_STUDY_TENX_FOLDER:
        return "a 10x folder";
    case OM_STUDY_TENX_H5_V2:
    case OM_STUDY_TENX_H5_V3:
        return "a 10x .h5 file";
    case OM_STUDY_ANNDATA:
        return "an .h5ad file";
    }
    return "";
}

const char *om_study_formats(void) {
    return "a folder in 3CA layout (Exp_data_*.mtx, Genes.txt, Cells.csv), a 10x folder "
           "(matrix.mtx, genes.tsv or features.tsv, barcodes.tsv; plain or .gz), a 10x .h5 file or "
           "an .h5ad file";
}

om_status om_study_list(om_text *text, const om_strings *names) {
    const int64_t most = 12;
    for (int64_t i = 0; i < om_strings_count(names) && i < most; i++) {
        OM_TRY(om_text_add(text, "%s%.80s", i > 0 ? ", " : "", om_strings_get(names, i)));
    }
    if (om_strings_count(names) > most) {
        OM_TRY(om_text_add(text, ", ..."));
    }
    return OM_OK;
}

static om_status refuse_key(const om_study_place *place, const char *key, const char *meant) {
    return om_fail(OM_INPUT, "%s: found %s, for which the key '%s' has no meaning; it is for %s",
                   place->data_set->path, om_study_format_name(place->format), key, meant);
}

static om_status check_keys(const om_study_place *place) {
    const om_data_set *data_set = place->data_set;
    bool annotated = place->format == OM_STUDY_ANNDATA;
    bool tenx_h5 = place->format == OM_STUDY_TENX_H5_V2 || place->format == OM_STUDY_TENX_H5_V3;
    if (data_set->raw && !annotated) {
        return refuse_key(place, "raw", "an .h5ad file");
    }
    if (data_set->gene_symbols != NULL && !annotated) {
        return refuse_key(place, "gene_symbols", "an .h5ad file");
    }
    if (data_set->genome != NULL && !tenx_h5) {
        return refuse_key(place, "genome", "a 10x .h5 file");
    }
    return OM_OK;
}

static om_status replace(char **path, const char *by) {
    if (by == NULL) {
        return OM_OK;
    }
    om_free(*path);
    *path = om_strdup(by);
    return *path == NULL ? OM_MEMORY : OM_OK;
}

static om_status find(om_study_place *place) {
    const char *path = place->data_set->path;
    struct stat status;
    if (stat(path, &status) != 0) {
        return errno == ENOENT || errno == ENOTDIR
                   ? om_fail(OM_INPUT, "%s: found no such folder or file", path)
                   : om_fail(OM_INPUT, "%s: cannot be looked up: %s", path, strerror(errno));
    }
    OM_TRY(replace(&place->cells, place->data_set->cells));
    OM_TRY(S_ISDIR(status.st_mode) ? om_study_find_in_folder(place, path)
                                   : om_study_find_in_h5(place, path));
    OM_TRY(replace(&place->metadata, place->data_set->metadata));
    return check_keys(place);
}

om_status om_study_find(om_study_place **out, const om_data_set *data_set) {
    *out = NULL;
    om_study_place *place = om_calloc(1, sizeof *place);
    if (place == NULL) {
        return OM_MEMORY;
    }
    place->data_set = data_set;
    om_status status = find(place);
    if (status != OM_OK) {
        om_study_place_destroy(&place);
        return status;
    }
    *out = place;
    return OM_OK;
}

void om_study_place_destroy(om_study_place **place) {
    if (place == NULL || *place == NULL) {
        return;
    }
    om_free((*place)->matrix);
    om_free((*place)->genes);
    om_free((*place)->barcodes);
    om_free((*place)->cells);
    om_free((*place)->metadata);
    om_free((*place)->object);
    om_free((*place)->var);
    om_free(*place);
    *place = NULL;
}

om_status om_study_describe(const om_study_place *place, om_text *text) {
    const char *symbols = place->data_set->gene_symbols;
    const char *genome = place->data_set->genome;
    OM_TRY(om_file_stamp(text, "matrix", place->matrix));
    OM_TRY(om_file_stamp(text, "genes", place->genes));
    OM_TRY(om_file_stamp(text, "barcodes", place->barcodes));
    OM_TRY(om_file_stamp(text, "cells", place->cells));
    OM_TRY(om_file_stamp(text, "metadata", place->metadata));
    OM_TRY(om_text_add(text, "raw: %s\n", place->data_set->raw ? "true" : "false"));
    OM_TRY(om_text_add(text, "gene_symbols: %s\n", symbols == NULL ? "none" : symbols));
    return om_text_add(text, "genome: %s\n", genome == NULL ? "none" : genome);
}

om_status om_study_find_of_job(om_study_place **out, const om_job *job,
                               const om_data_set *data_set) {
    om_status status = om_study_find(out, data_set);
    if (status != OM_INPUT) {
        return status;
    }
    char *cause = om_strdup(om_error_message());
    if (cause != NULL) {
        status = om_fail(OM_INPUT, "%s (data set %s at %s:%ld)", cause, data_set->id, job->path,
                         data_set->line);
        om_free(cause);
    }
    return status;
}
