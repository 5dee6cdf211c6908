/* The samples (biopsies) of a data set. */
#ifndef ONCOMARK_CELLS_SAMPLES_H
#define ONCOMARK_CELLS_SAMPLES_H

#include "oncomark/h5.h"

/* Plain data. */
typedef struct om_samples {
    int64_t n_cells;      /* of the whole data set */
    int32_t *of_cell;     /* [n_cells] */
    om_strings *names;    /* in the order of their first cells */
    om_strings *patients; /* of each sample: its first cell's */
} om_samples;

/* Reads them from a store. OM_INPUT, with file and cell, where a cell has no sample. Local. */
om_status om_samples_read(om_samples **out, const om_h5 *store);
void om_samples_destroy(om_samples **samples);

#endif
