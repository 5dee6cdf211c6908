/* What the published tables need to know of synthetic.h5ad's samples. */
#ifndef ONCOMARK_REPORT_PUBLISHED_SAMPLES_H
#define ONCOMARK_REPORT_PUBLISHED_SAMPLES_H

#include "oncomark/h5.h"

/* A categorical column of obs. */
typedef struct om_published_column {
    int32_t *codes;
    om_strings *categories;
} om_published_column;

/* Plain data; every array has n rows. */
typedef struct om_published_samples {
    int64_t n;
    om_published_column data_set;
    om_published_column sample;
    om_published_column tissue;
    om_published_column hallmark;
    int64_t *label;
    int64_t *block;
} om_published_samples;

/* OM_INPUT for missing columns or values. Local. */
om_status om_published_samples_read(om_published_samples **out, const om_h5 *file);
void om_published_samples_destroy(om_published_samples **samples);

/* Replaces *name by the name of a row. OM_INPUT for a line break in it. Local. */
om_status om_published_samples_name(om_text *name, const om_published_samples *samples,
                                    int64_t row);

/* The table of metadata of a label's samples. Local. */
om_status om_published_samples_meta(om_text *csv, const om_published_samples *samples, int label);

#endif
