/* How strong the programmes of a simulation have to be. */
#ifndef ONCOMARK_CELLS_SIMULATE_CALIBRATE_H
#define ONCOMARK_CELLS_SIMULATE_CALIBRATE_H

#include "simulate_genes.h"
#include "simulate_plan.h"

/* strengths [n_studies x OM_N_HALLMARKS]: what a programme that is on adds to the level of its
 * pathway (which is 1 on average), such that the digital score of a good tumour cell tells within
 * its tissue whether the programme is on with a ROC AUC near 0.78. Found by scoring some of the
 * tissue's own cells. Data sets of one tissue have the same strengths; they do not depend on the
 * number of ranks. Collective on ctx. */
om_status om_simulate_calibrate(om_ctx *ctx, const om_simulate_plan *plan,
                                const om_simulate_genes *genes, double *strengths);

#endif
