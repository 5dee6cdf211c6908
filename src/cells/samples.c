#include "samples.h"

#include "oncomark/h5ad.h"
#include "oncomark/memory.h"

#include <inttypes.h>

/* A categorical column as read. */
typedef struct column {
    int32_t *codes;
    om_strings *categories;
} column;

static void release(column *read) {
    om_free(read->codes);
    om_strings_destroy(&read->categories);
}

/* Renumbers the samples by their first cells. `renumbered`: [categories], -1 at first. */
static om_status number(om_samples *samples, const column *sample, const column *patient,
                        int32_t *renumbered, const om_h5 *store) {
    int32_t n_samples = 0;
    for (int64_t cell = 0; cell < samples->n_cells; cell++) {
        int32_t code = sample->codes[cell];
        if (code < 0) {
            return om_fail(OM_INPUT, "%s: cell %" PRId64 ": found no sample, expected one",
                           om_h5_path(store), cell);
        }
        if (renumbered[code] < 0) {
            const char *name = om_strings_get(sample->categories, code);
            int32_t owner = patient->codes[cell];
            renumbered[code] = n_samples++;
            OM_TRY(om_strings_add(samples->names, name));
            OM_TRY(om_strings_add(samples->patients,
                                  owner >= 0 ? om_strings_get(patient->categories, owner) : name));
        }
        samples->of_cell[cell] = renumbered[code];
    }
    return OM_OK;
}

static om_status read_columns(column *sample, column *patient, int64_t *n_cells,
                              const om_h5 *store) {
    int64_t n_genes = 0;
    int64_t n_nonzeros = 0;
    OM_TRY(om_h5ad_csr_shape(store, "X", n_cells, &n_genes, &n_nonzeros));
    OM_TRY(om_h5ad_read_categories(store, "obs", "sample", &sample->codes, &sample->categories));
    return om_h5ad_read_categories(store, "obs", "patient", &patient->codes, &patient->categories);
}

om_status om_samples_read(om_samples **out, const om_h5 *store) {
    column sample = {NULL, NULL};
    column patient = {NULL, NULL};
    int32_t *renumbered = NULL;
    om_samples *samples = om_calloc(1, sizeof *samples);
    *out = samples;
    if (samples == NULL) {
        return OM_MEMORY;
    }
    om_status status = read_columns(&sample, &patient, &samples->n_cells, store);
    if (status == OM_OK) {
        status = om_strings_create(&samples->names);
    }
    if (status == OM_OK) {
        status = om_strings_create(&samples->patients);
    }
    if (status == OM_OK) {
        int64_t n_categories = om_strings_count(sample.categories);
        samples->of_cell = om_malloc(samples->n_cells, sizeof *samples->of_cell);
        renumbered = om_malloc(n_categories, sizeof *renumbered);
        status = samples->of_cell != NULL && renumbered != NULL ? OM_OK : OM_MEMORY;
        for (int64_t i = 0; i < n_categories && status == OM_OK; i++) {
            renumbered[i] = -1;
        }
    }
    if (status == OM_OK) {
        status = number(samples, &sample, &patient, renumbered, store);
    }
    om_free(renumbered);
    release(&sample);
    release(&patient);
    if (status != OM_OK) {
        om_samples_destroy(out);
    }
    return status;
}

void om_samples_destroy(om_samples **samples) {
    if (*samples == NULL) {
        return;
    }
    om_free((*samples)->of_cell);
    om_strings_destroy(&(*samples)->names);
    om_strings_destroy(&(*samples)->patients);
    om_free(*samples);
    *samples = NULL;
}
