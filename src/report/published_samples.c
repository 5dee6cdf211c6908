#include "published_samples.h"

#include "oncomark/h5ad.h"
#include "oncomark/hallmark.h"
#include "oncomark/memory.h"
#include "oncomark/published.h"
#include "oncomark/table.h"

#include <inttypes.h>
#include <string.h>

static om_status read_column(om_published_column *column, const om_h5 *file, const char *name,
                             int64_t n) {
    OM_TRY(om_h5ad_read_categories(file, "obs", name, &column->codes, &column->categories));
    for (int64_t i = 0; i < n; i++) {
        if (column->codes[i] < 0) {
            return om_fail(OM_INPUT,
                           "%s: obs/%s: row %" PRId64 " has no value, expected one in every row",
                           om_h5_path(file), name, i);
        }
    }
    return OM_OK;
}

static om_status read_numbers(int64_t **values, const om_h5 *file, const char *path, int64_t n) {
    *values = om_malloc(n, sizeof **values);
    return *values != NULL ? om_h5_read_rows(file, path, OM_I64, 0, n, *values) : OM_MEMORY;
}

static om_status read_all(om_published_samples *samples, const om_h5 *file) {
    int64_t n_genes = 0;
    int64_t n_nonzeros = 0;
    OM_TRY(om_h5ad_csr_shape(file, "X", &samples->n, &n_genes, &n_nonzeros));
    int64_t n = samples->n;
    OM_TRY(read_column(&samples->data_set, file, "data_set", n));
    OM_TRY(read_column(&samples->sample, file, "sample", n));
    OM_TRY(read_column(&samples->tissue, file, "tissue", n));
    OM_TRY(read_column(&samples->hallmark, file, "hallmark", n));
    OM_TRY(read_numbers(&samples->label, file, "obs/label", n));
    return read_numbers(&samples->block, file, "obs/block", n);
}

om_status om_published_samples_read(om_published_samples **out, const om_h5 *file) {
    om_published_samples *samples = om_calloc(1, sizeof *samples);
    *out = samples;
    om_status status = samples != NULL ? read_all(samples, file) : OM_MEMORY;
    if (status != OM_OK) {
        om_published_samples_destroy(out);
    }
    return status;
}

void om_published_samples_destroy(om_published_samples **samples) {
    if (*samples == NULL) {
        return;
    }
    om_published_column *const columns[] = {&(*samples)->data_set, &(*samples)->sample,
                                            &(*samples)->tissue, &(*samples)->hallmark};
    for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++) {
        om_free(columns[i]->codes);
        om_strings_destroy(&columns[i]->categories);
    }
    om_free((*samples)->label);
    om_free((*samples)->block);
    om_free(*samples);
    *samples = NULL;
}

static const char *text_of(const om_published_column *column, int64_t row) {
    return om_strings_get(column->categories, column->codes[row]);
}

om_status om_published_samples_name(om_text *name, const om_published_samples *samples,
                                    int64_t row) {
    const char *sample = text_of(&samples->sample, row);
    int hallmark = om_hallmark_find(text_of(&samples->hallmark, row));
    if (hallmark < 0) {
        return om_fail(OM_INPUT, "obs/hallmark: row %" PRId64 ": found '%s', expected AIM .. TPI",
                       row, text_of(&samples->hallmark, row));
    }
    if (strpbrk(sample, "\r\n") != NULL) {
        return om_fail(OM_INPUT,
                       "found the sample '%s' with a line break in its name, which the published "
                       "tables cannot have",
                       sample);
    }
    om_text_clear(name);
    return om_published_name_add(name, text_of(&samples->data_set, row), sample, hallmark,
                                 samples->block[row] + 1);
}

om_status om_published_samples_meta(om_text *csv, const om_published_samples *samples, int label) {
    om_text *name = NULL;
    OM_TRY(om_text_create(&name));
    om_status status = om_text_add(csv, ",Cancer,Hallmark\n");
    for (int64_t row = 0; row < samples->n && status == OM_OK; row++) {
        if (samples->label[row] != label) {
            continue;
        }
        status = om_published_samples_name(name, samples, row);
        status = status == OM_OK ? om_csv_field(csv, om_text_get(name)) : status;
        status = status == OM_OK ? om_text_add(csv, ",") : status;
        status = status == OM_OK ? om_csv_field(csv, text_of(&samples->tissue, row)) : status;
        if (status == OM_OK) {
            status = om_text_add(csv, ",%s\n", text_of(&samples->hallmark, row));
        }
    }
    om_text_destroy(&name);
    return status;
}
