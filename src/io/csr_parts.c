#include "csr_parts.h"

#include "elements.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

om_status om_csr_parts_describe(om_csr_part parts[OM_CSR_PARTS], const char *path,
                                const om_csr_layout *layout) {
    static const char *const names[OM_CSR_PARTS] = {"data", "indices", "indptr"};
    om_type index_type = om_h5ad_index_type(layout->n_nonzeros);
    if (layout->type != OM_U16 && layout->type != OM_U32 && layout->type != OM_F32 &&
        layout->type != OM_F64) {
        return om_fail(OM_BUG, "a matrix of %s is not written", om_type_name(layout->type));
    }
    for (int which = 0; which < OM_CSR_PARTS; which++) {
        om_csr_part *part = &parts[which];
        int length = snprintf(part->object, sizeof part->object, "%s/%s", path, names[which]);
        if (length < 0 || (size_t)length >= sizeof part->object) {
            return om_fail(OM_BUG, "'%s' is too long for the name of an object", path);
        }
        part->type = which == OM_CSR_VALUES ? layout->type : index_type;
        part->n_elements = which == OM_CSR_OFFSETS ? layout->n_rows + 1 : layout->n_nonzeros;
    }
    return OM_OK;
}

bool om_csr_is_stored_form(const om_csr_part *part) {
    return part->type == OM_F64 || part->type == OM_I32;
}

static om_status take_values(const om_csr_part *part, const om_counts *rows, int64_t from,
                             int64_t n, void *elements) {
    if (om_elements_narrow(part->type, rows->values + from, n, elements)) {
        return OM_OK;
    }
    return om_fail(OM_BUG, "object '%s': rows from %" PRId64 " on have a value that %s cannot hold",
                   part->object, rows->first_cell, om_type_name(part->type));
}

om_status om_csr_take(const om_csr_part parts[OM_CSR_PARTS], int which, const om_counts *rows,
                      int64_t from, int64_t n, void *elements) {
    const om_csr_part *part = &parts[which];
    if (which == OM_CSR_VALUES) {
        return take_values(part, rows, from, n, elements);
    }
    if (part->type == OM_I32) {
        memcpy(elements, rows->indices + from, (size_t)n * sizeof *rows->indices);
        return OM_OK;
    }
    int64_t *wide = elements;
    for (int64_t i = 0; i < n; i++) {
        wide[i] = rows->indices[from + i];
    }
    return OM_OK;
}

void om_csr_take_offsets(const om_csr_part *part, const om_counts *rows, int64_t first_nonzero,
                         int64_t from, int64_t n, void *offsets) {
    int32_t *narrow = offsets;
    int64_t *wide = offsets;
    for (int64_t i = 0; i < n; i++) {
        int64_t offset = first_nonzero + rows->indptr[from + i];
        if (part->type == OM_I32) {
            narrow[i] = (int32_t)offset; /* at most the matrix's non-zeros */
        } else {
            wide[i] = offset;
        }
    }
}
