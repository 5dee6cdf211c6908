/* What is known of samples, joined to the cells. */
#include "cells/study_loader.h"
#include "oncomark/memory.h"
#include "oncomark/string_map.h"

#include <inttypes.h>

/* Samples are few: facts about them are read once for each sample, then spread over the cells. */
typedef struct metadata {
    om_table *table;
    int64_t sample_column;
    int64_t n_samples;
    int64_t *rows; /* [n_samples] row of each sample, -1: none */
} metadata;

static om_status map_samples(const om_study_loader *loader, const metadata *known,
                             om_string_map *map) {
    const om_study_source source = {.table = known->table, .column = known->sample_column};
    for (int64_t row = 0; row < om_table_rows(known->table); row++) {
        const char *text = NULL;
        bool inserted = false;
        OM_TRY(om_study_field(loader->scratch, &source, row, &text));
        OM_TRY(om_string_map_add(map, text, row, &inserted));
        if (!inserted && loader->log != NULL) {
            om_log_warn(loader->log,
                        "%s:%" PRId64 ": sample %s stands here a second time; its first row is "
                        "used",
                        om_table_path(known->table), om_table_line(known->table, row), text);
        }
    }
    return OM_OK;
}

static void find_rows(const om_study_loader *loader, const metadata *known,
                      const om_string_map *map) {
    const om_strings *samples = loader->study->columns[OM_STUDY_SAMPLE].categories;
    for (int64_t i = 0; i < known->n_samples; i++) {
        const char *sample = om_strings_get(samples, i);
        known->rows[i] = om_string_map_get(map, sample, -1);
        if (known->rows[i] < 0 && loader->log != NULL) {
            om_log_warn(loader->log, "%s: sample %s is not in %s; its fields are empty",
                        loader->cells_from, sample, om_table_path(known->table));
        }
    }
}

static om_status open_metadata(metadata *known, const om_study_loader *loader) {
    om_string_map *map = NULL;
    *known = (metadata){0};
    OM_TRY(om_table_read(&known->table, loader->place->metadata));
    OM_TRY(om_study_require_sample(known->table, 0, &known->sample_column));
    known->n_samples = om_strings_count(loader->study->columns[OM_STUDY_SAMPLE].categories);
    known->rows = om_malloc(known->n_samples, sizeof *known->rows);
    if (known->rows == NULL) {
        return OM_MEMORY;
    }
    om_status status = om_string_map_create(&map);
    if (status == OM_OK) {
        status = map_samples(loader, known, map);
    }
    if (status == OM_OK) {
        find_rows(loader, known, map);
    }
    om_string_map_destroy(&map);
    return status;
}

/* The metadata's patient goes before that of the cells. */
static om_status read_patients(om_study_loader *loader, const metadata *known) {
    int64_t column = om_table_find(known->table, "patient");
    if (column < 0) {
        return OM_OK;
    }
    om_study *study = loader->study;
    om_study_column *patient = &study->columns[OM_STUDY_PATIENT];
    const om_study_source source = {known->table, column, known->rows};
    om_study_column_release(patient);
    OM_TRY(om_study_column_read_names(patient, "patient", &source, false, known->n_samples));
    OM_TRY(om_study_column_spread(patient, study->columns[OM_STUDY_SAMPLE].codes,
                                  om_strings_count(study->cell_names)));
    loader->has_patients = true;
    return OM_OK;
}

static om_status read_metadata(om_study_loader *loader) {
    metadata known;
    om_status status = open_metadata(&known, loader);
    if (status == OM_OK) {
        status = read_patients(loader, &known);
    }
    if (status == OM_OK) {
        status =
            om_study_add_columns(loader, known.table, 0, known.sample_column, known.rows,
                                 known.n_samples, loader->study->columns[OM_STUDY_SAMPLE].codes);
    }
    om_table_destroy(&known.table);
    om_free(known.rows);
    return status;
}

static void warn_of_patients(const om_study_loader *loader) {
    const om_study_place *place = loader->place;
    bool told = !loader->has_samples && place->metadata == NULL;
    if (loader->log == NULL || told) {
        return;
    }
    if (place->metadata != NULL) {
        om_log_warn(loader->log,
                    "%s: no column \"patient\"; every sample is taken as a patient of its own",
                    place->metadata);
    } else {
        om_log_warn(loader->log,
                    "%s: no column \"patient\", and no table of samples (Meta-data.csv or "
                    "Samples.csv in a folder, the key 'metadata'); every sample is taken as a "
                    "patient of its own",
                    loader->cells_from);
    }
}

/* A cell without a patient takes its sample for one. */
static om_status complete_patients(om_study_loader *loader) {
    om_study_column *sample = &loader->study->columns[OM_STUDY_SAMPLE];
    om_study_column *patient = &loader->study->columns[OM_STUDY_PATIENT];
    int64_t n_cells = om_strings_count(loader->study->cell_names);
    int64_t n_filled = 0;
    if (!loader->has_patients) {
        warn_of_patients(loader);
        patient->name = om_strdup("patient");
        patient->codes = om_malloc(n_cells, sizeof *patient->codes);
        if (patient->name == NULL || patient->codes == NULL) {
            return OM_MEMORY;
        }
        for (int64_t cell = 0; cell < n_cells; cell++) {
            patient->codes[cell] = sample->codes[cell];
        }
        return om_strings_copy(&patient->categories, sample->categories);
    }
    OM_TRY(om_study_column_fill(patient, sample, n_cells, &n_filled));
    if (n_filled > 0 && loader->log != NULL) {
        om_log_warn(loader->log,
                    "%s: no patient for %" PRId64 " cells; their sample is taken as their patient",
                    loader->cells_from, n_filled);
    }
    return OM_OK;
}

om_status om_study_join_metadata(om_study_loader *loader) {
    if (loader->place->metadata != NULL) {
        OM_TRY(read_metadata(loader));
    }
    return complete_patients(loader);
}
