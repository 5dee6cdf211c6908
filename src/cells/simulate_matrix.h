/* The matrix of a simulated data set, made by all ranks and written by one. */
#ifndef ONCOMARK_CELLS_SIMULATE_MATRIX_H
#define ONCOMARK_CELLS_SIMULATE_MATRIX_H

#include "simulate_cell.h"

#include "oncomark/progress.h"

/* Writes <folder>/Exp_data_UMIcounts.mtx or .mtx.gz. Ranks take blocks of cells in turn and send
 * the text to the root, which writes them in the order of cells. The bytes do not depend on the
 * number of ranks. `strengths` [OM_N_HALLMARKS] as of om_simulate_calibrate. The counts of each
 * sample's cells are added to `bulk` [samples x rows], on every rank those of its own cells.
 * Collective on ctx. */
om_status om_simulate_matrix_write(om_ctx *ctx, om_simulate_model *model, const double *strengths,
                                   int64_t *bulk, const char *folder, om_progress *progress);

#endif
