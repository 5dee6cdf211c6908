/* What synthesize says about the tissues. */
#ifndef ONCOMARK_CELLS_SYNTHETIC_TALLY_H
#define ONCOMARK_CELLS_SYNTHETIC_TALLY_H

#include "synthetic_catalog.h"
#include "tissues.h"

/* On one rank, of a counted catalog: OM_INPUT, with what was found, where there is no synthetic
 * sample at all; else the synthetic samples by tissue and hallmark go to the log, with a warning
 * for each tissue that has none. Local. */
om_status om_synthetic_tally(const om_synthetic_catalog *catalog, const om_tissues *tissues,
                             const om_job *job, const om_synthetic_parameters *parameters,
                             om_log *log);

#endif
