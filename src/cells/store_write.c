#include "cells/store_write.h"

#include "oncomark/h5ad.h"
#include "oncomark/memory.h"

const char *om_store_values_name(om_values values) {
    return values == OM_VALUES_COUNTS ? "counts" : values == OM_VALUES_TPM ? "tpm" : "log";
}

static om_status write_columns(om_h5 *file, const om_study *study, om_strings *order) {
    int64_t n_cells = om_strings_count(study->cell_names);
    for (int64_t i = 0; i < study->n_columns; i++) {
        const om_study_column *column = &study->columns[i];
        if (column->codes != NULL) {
            OM_TRY(om_h5ad_frame_categories(file, "obs", column->name, n_cells, column->codes,
                                            column->categories));
        } else {
            OM_TRY(
                om_h5ad_frame_numbers(file, "obs", column->name, OM_F64, n_cells, column->numbers));
        }
        OM_TRY(om_strings_add(order, column->name));
    }
    return OM_OK;
}

static om_status write_frames(om_h5 *file, const om_study *study) {
    om_strings *order = NULL;
    om_strings *none = NULL;
    om_status status = om_strings_create(&order);
    if (status == OM_OK) {
        status = om_strings_create(&none);
    }
    if (status == OM_OK) {
        status = om_h5ad_frame_begin(file, "obs", "cell_name", study->cell_names);
    }
    if (status == OM_OK) {
        status = write_columns(file, study, order);
    }
    if (status == OM_OK) {
        status = om_h5ad_frame_end(file, "obs", order);
    }
    if (status == OM_OK) {
        status = om_h5ad_frame_begin(file, "var", "gene", study->genes);
    }
    if (status == OM_OK) {
        status = om_h5ad_frame_end(file, "var", none);
    }
    om_strings_destroy(&order);
    om_strings_destroy(&none);
    return status;
}

static om_status write_structure(om_h5 *file, const om_data_set *data_set, const om_study *study,
                                 const om_csr_layout *layout) {
    OM_TRY(om_h5ad_begin(file));
    OM_TRY(write_frames(file, study));
    OM_TRY(om_h5ad_uns_string(file, "data_set", data_set->id));
    OM_TRY(om_h5ad_uns_string(file, "study", data_set->study));
    OM_TRY(om_h5ad_uns_string(file, "tissue", data_set->tissue));
    OM_TRY(om_h5ad_uns_string(file, "values", om_store_values_name(data_set->values)));
    return om_csr_writer_reserve(file, "X", layout);
}

om_status om_store_create(const char *path, const om_data_set *data_set, const om_study *study,
                          const om_csr_layout *layout, om_digest *digest) {
    om_h5 *file = NULL;
    OM_TRY(om_h5_create(&file, path));
    om_status status = write_structure(file, data_set, study, layout);
    if (status == OM_OK) {
        *digest = om_h5_digest(file);
    }
    om_status closed = om_h5_close(&file);
    return status != OM_OK ? status : closed;
}
