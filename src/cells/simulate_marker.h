/* simulate.json: which simulation a folder holds, and whether all of it. */
#ifndef ONCOMARK_CELLS_SIMULATE_MARKER_H
#define ONCOMARK_CELLS_SIMULATE_MARKER_H

#include "oncomark/gene_sets.h"
#include "oncomark/simulate.h"

#include <stdbool.h>

/* *done where the folder holds this simulation. A folder that is missing, empty, or holds a part of
 * this simulation is to be written; any other is OM_USAGE. Local. */
om_status om_simulate_marker_check(const om_simulate_options *options, const om_gene_sets *sets,
                                   bool *done);

/* Makes the folder, its truth/ with a README, and the mark of an unfinished simulation. Local. */
om_status om_simulate_marker_begin(const om_simulate_options *options, const om_gene_sets *sets);

/* Marks the simulation as whole. Local. */
om_status om_simulate_marker_complete(const om_simulate_options *options, const om_gene_sets *sets);

#endif
