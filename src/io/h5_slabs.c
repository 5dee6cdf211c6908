#include "h5_slabs.h"

#include "oncomark/memory.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

enum { STAGED = 1 << 17 }; /* wide indices at once */

static om_status expect_length(const om_h5_slabs *slabs, const char *path, int64_t expected) {
    int n_dimensions = 0;
    int64_t shape[OM_H5_MAX_DIMENSIONS];
    OM_TRY(om_h5_shape(slabs->file, path, &n_dimensions, shape));
    if (n_dimensions != 1 || shape[0] != expected) {
        return om_fail(OM_INPUT,
                       "%s: object '%s': found %" PRId64 " values in %d dimensions, expected "
                       "%" PRId64 " in one",
                       slabs->place->file, path, shape[0], n_dimensions, expected);
    }
    return OM_OK;
}

static om_status check_offsets(const om_h5_slabs *slabs) {
    const om_matrix_place *place = slabs->place;
    for (int64_t line = 0; line <= slabs->n_lines; line++) {
        int64_t least = line == 0 ? 0 : slabs->offsets[line - 1];
        int64_t most = line == 0 ? 0 : place->n_nonzeros;
        least = line == slabs->n_lines ? place->n_nonzeros : least;
        if (slabs->offsets[line] < least || slabs->offsets[line] > most) {
            return om_fail(OM_INPUT,
                           "%s: object '%s': element %" PRId64 ": found offset %" PRId64
                           ", expected %" PRId64 " to %" PRId64,
                           place->file, place->indptr, line, slabs->offsets[line], least, most);
        }
    }
    return OM_OK;
}

static om_status open_sparse(om_h5_slabs *slabs) {
    const om_matrix_place *place = slabs->place;
    om_type type;
    slabs->n_lines = place->layout == OM_MATRIX_GENES ? place->n_genes : place->n_cells;
    OM_TRY(expect_length(slabs, place->data, place->n_nonzeros));
    OM_TRY(expect_length(slabs, place->indices, place->n_nonzeros));
    OM_TRY(expect_length(slabs, place->indptr, slabs->n_lines + 1));
    slabs->wide_indices = om_h5_type(slabs->file, place->indices, &type) != OM_OK || type != OM_I32;
    slabs->offsets = om_malloc(slabs->n_lines + 1, sizeof *slabs->offsets);
    slabs->staging = om_malloc(slabs->wide_indices ? STAGED : 0, sizeof *slabs->staging);
    if (slabs->offsets == NULL || slabs->staging == NULL) {
        return OM_MEMORY;
    }
    OM_TRY(
        om_h5_read_rows(slabs->file, place->indptr, OM_I64, 0, slabs->n_lines + 1, slabs->offsets));
    return check_offsets(slabs);
}

static om_status open_dense(om_h5_slabs *slabs) {
    const om_matrix_place *place = slabs->place;
    int n_dimensions = 0;
    int64_t shape[OM_H5_MAX_DIMENSIONS];
    slabs->n_lines = place->n_cells;
    OM_TRY(om_h5_shape(slabs->file, place->data, &n_dimensions, shape));
    if (n_dimensions != 2 || shape[0] != place->n_cells || shape[1] != place->n_genes) {
        return om_fail(OM_INPUT,
                       "%s: object '%s': found another shape than before, expected %" PRId64
                       " cells x %" PRId64 " genes",
                       place->file, place->data, place->n_cells, place->n_genes);
    }
    return OM_OK;
}

om_status om_h5_slabs_open(om_h5_slabs *slabs, const om_matrix_place *place, bool only_counts) {
    *slabs = (om_h5_slabs){.place = place, .only_counts = only_counts};
    OM_TRY(om_h5_open(&slabs->file, place->file));
    slabs->has_raw = strncmp(place->data, "raw", 3) != 0 &&
                     (om_h5_exists(slabs->file, "raw/X") || om_h5_exists(slabs->file, "raw.X"));
    return place->layout == OM_MATRIX_DENSE ? open_dense(slabs) : open_sparse(slabs);
}

void om_h5_slabs_close(om_h5_slabs *slabs) {
    om_h5_close(&slabs->file); /* only read from: there is nothing to lose */
    om_free(slabs->offsets);
    om_free(slabs->staging);
    slabs->offsets = NULL;
    slabs->staging = NULL;
}

int64_t om_h5_slabs_line(const om_h5_slabs *slabs, int64_t entry) {
    int64_t low = 0;
    int64_t high = slabs->n_lines;
    while (low < high) { /* the first line that ends behind the entry */
        int64_t middle = low + (high - low) / 2;
        if (slabs->offsets[middle + 1] > entry) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low;
}

static om_status refuse_index(const om_h5_slabs *slabs, int64_t entry, int64_t index) {
    bool by_gene = slabs->place->layout == OM_MATRIX_GENES;
    int64_t n = by_gene ? slabs->place->n_cells : slabs->place->n_genes;
    return om_fail(OM_INPUT,
                   "%s: object '%s': %s %" PRId64 " (from 0): found the index %" PRId64
                   " of a %s, expected 0 to %" PRId64,
                   slabs->place->file, slabs->place->indices, by_gene ? "gene" : "cell",
                   om_h5_slabs_line(slabs, entry), index, by_gene ? "cell" : "gene", n - 1);
}

static om_status refuse_value(const om_h5_slabs *slabs, int64_t cell, int64_t gene, double value) {
    const char *expected = "a finite value not below 0";
    const char *choices = slabs->has_raw ? " (another choice: raw: true)" : "";
    if (slabs->only_counts) {
        expected = "a count, a whole number from 0 to 4294967295, since the data set's values are "
                   "counts";
        choices = slabs->has_raw ? " (other choices: raw: true, values: tpm, values: log)"
                                 : " (other choices: values: tpm, values: log)";
    }
    return om_fail(OM_INPUT,
                   "%s: object '%s': cell %" PRId64 ", gene %" PRId64
                   " (from 0): found %.17g, expected %s%s",
                   slabs->place->file, slabs->place->data, cell, gene, value, expected, choices);
}

static bool is_count(double value) {
    return value >= 0 && value <= UINT32_MAX && value == (double)(uint32_t)value;
}

/* The first value that will not do; `n` if all will. */
static int64_t find_fault(const double *values, int64_t n, bool only_counts) {
    int64_t i = 0;
    if (only_counts) {
        while (i < n && is_count(values[i])) {
            i++;
        }
        return i;
    }
    while (i < n && values[i] >= 0 && !isinf(values[i])) {
        i++;
    }
    return i;
}

/* Narrows a piece of indices. */
static om_status narrow(const om_h5_slabs *slabs, int64_t first, int64_t n, int64_t n_allowed,
                        int32_t *indices) {
    for (int64_t i = 0; i < n; i++) {
        int64_t index = slabs->staging[i];
        if (index < 0 || index >= n_allowed) {
            return refuse_index(slabs, first + i, index);
        }
        indices[i] = (int32_t)index;
    }
    return OM_OK;
}

static om_status read_indices(om_h5_slabs *slabs, int64_t first, int64_t count, int32_t *indices) {
    const om_matrix_place *place = slabs->place;
    int64_t n_allowed = place->layout == OM_MATRIX_GENES ? place->n_cells : place->n_genes;
    if (!slabs->wide_indices) {
        OM_TRY(om_h5_read_rows(slabs->file, place->indices, OM_I32, first, count, indices));
        for (int64_t i = 0; i < count; i++) {
            if (indices[i] < 0 || indices[i] >= n_allowed) {
                return refuse_index(slabs, first + i, indices[i]);
            }
        }
        return OM_OK;
    }
    for (int64_t done = 0; done < count; done += STAGED) {
        int64_t n = count - done < STAGED ? count - done : STAGED;
        OM_TRY(
            om_h5_read_rows(slabs->file, place->indices, OM_I64, first + done, n, slabs->staging));
        OM_TRY(narrow(slabs, first + done, n, n_allowed, indices + done));
    }
    return OM_OK;
}

om_status om_h5_slabs_read(om_h5_slabs *slabs, int64_t first, int64_t count, int32_t *indices,
                           double *values) {
    OM_TRY(read_indices(slabs, first, count, indices));
    OM_TRY(om_h5_read_rows(slabs->file, slabs->place->data, OM_F64, first, count, values));
    slabs->parsed_bytes += count * (int64_t)(sizeof *indices + sizeof *values);
    int64_t fault = find_fault(values, count, slabs->only_counts);
    if (fault < count) {
        int64_t line = om_h5_slabs_line(slabs, first + fault);
        bool by_gene = slabs->place->layout == OM_MATRIX_GENES;
        return refuse_value(slabs, by_gene ? indices[fault] : line, by_gene ? line : indices[fault],
                            values[fault]);
    }
    return OM_OK;
}

om_status om_h5_slabs_read_dense(om_h5_slabs *slabs, int64_t first, int64_t count, double *values) {
    int64_t n_genes = slabs->place->n_genes;
    OM_TRY(om_h5_read_rows(slabs->file, slabs->place->data, OM_F64, first, count, values));
    slabs->parsed_bytes += count * n_genes * (int64_t)sizeof *values;
    int64_t fault = find_fault(values, count * n_genes, slabs->only_counts);
    return fault == count * n_genes
               ? OM_OK
               : refuse_value(slabs, first + fault / n_genes, fault % n_genes, values[fault]);
}
