/* What one rank writes of synthetic.h5ad (or pooled.h5ad): all but its values. */
#ifndef ONCOMARK_CELLS_SYNTHETIC_FILE_H
#define ONCOMARK_CELLS_SYNTHETIC_FILE_H

#include "oncomark/digest.h"
#include "oncomark/strings.h"

#include <stdint.h>

/* The rows of obs. */
typedef struct om_synthetic_frame om_synthetic_frame;

/* A row. Texts are borrowed. */
typedef struct om_synthetic_row {
    const char *data_set;
    const char *study;
    const char *tissue;
    const char *sample;
    const char *patient;
    int hallmark;
    int label; /* 1: of positive cells, 0: of negative ones */
    int64_t block;
    int64_t n_cells; /* that were summed; 0 in all rows: not told */
} om_synthetic_row;

om_status om_synthetic_frame_create(om_synthetic_frame **out, int64_t n_rows);
void om_synthetic_frame_destroy(om_synthetic_frame **frame);

/* The next row; its name is "<data set>|<sample>|<hallmark>|pos|<block>" or "...|neg|...". Local.
 */
om_status om_synthetic_frame_add(om_synthetic_frame *frame, const om_synthetic_row *row);

/* Creates the file with obs, var and room for the values [n_values] of X, and adds what it wrote to
 * *digest. `frame` has all its rows. Local. */
om_status om_synthetic_file_create(const char *path, const om_synthetic_frame *frame,
                                   const om_strings *genes, int64_t n_values, om_digest *digest);

#endif
