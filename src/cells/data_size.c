#include "data_size.h"

#include "oncomark/h5ad.h"
#include "oncomark/matrix_market.h"
#include "oncomark/memory.h"
#include "oncomark/reader.h"
#include "synthetic_catalog.h"

/* What only text tells. */
static om_status look_at_text(om_data_size *size, const char *path) {
    om_mtx_header header;
    om_reader *reader = NULL;
    OM_TRY(om_mtx_header_read(path, &header));
    OM_TRY(om_reader_open(&reader, path));
    size->is_gzip = om_reader_is_gzip(reader);
    size->is_integer = header.integer;
    om_reader_close(&reader);
    return OM_OK;
}

om_status om_data_size_read(om_data_size *size, const om_study_place *place,
                            const om_data_set *data_set) {
    om_matrix_place *matrix = NULL;
    *size = (om_data_size){.is_used = om_synthetic_uses(&om_synthetic_training, data_set)};
    om_status status = om_study_read_matrix(&matrix, place);
    if (status == OM_OK) {
        size->n_genes = matrix->n_genes;
        size->n_cells = matrix->n_cells;
        size->n_nonzeros = matrix->n_nonzeros;
        size->is_dense = matrix->layout == OM_MATRIX_DENSE;
        size->is_by_gene = matrix->layout == OM_MATRIX_GENES;
        status = matrix->layout == OM_MATRIX_MTX ? look_at_text(size, matrix->file) : OM_OK;
    }
    size->is_integer = size->is_integer || data_set->values == OM_VALUES_COUNTS;
    om_study_matrix_destroy(&matrix);
    return status;
}

om_status om_data_size_read_store(om_data_size *size, const char *path) {
    om_h5 *file = NULL;
    OM_TRY(om_h5_open(&file, path));
    om_status status =
        om_h5ad_csr_shape(file, "X", &size->n_cells, &size->n_genes, &size->n_nonzeros);
    om_status closed = om_h5_close(&file);
    size->is_dense = false;
    return status != OM_OK ? status : closed;
}
