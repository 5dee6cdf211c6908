/* Entries of a window of cells, from the ranks that have read them to those that have their cells.
 */
#ifndef ONCOMARK_IO_CELL_EXCHANGE_H
#define ONCOMARK_IO_CELL_EXCHANGE_H

#include "io/cell_gather.h"

typedef struct om_cell_exchange om_cell_exchange;

/* `memory`: bytes for entries on their way, at least a few KiB a rank are used. `file` is borrowed.
 * Local. */
om_status om_cell_exchange_create(om_cell_exchange **out, om_ctx *group, const char *file,
                                  int64_t memory);
void om_cell_exchange_destroy(om_cell_exchange **exchange);

/* Makes this rank's part of the window of cells first .. first + n_cells: they are shared out by
 * their entries, cumulative[n_cells + 1] from 0 on. *part (owned) has room for as many entries as
 * its cells have, and is borrowed here until the next window. Arguments must match on all ranks.
 * Local. */
om_status om_cell_exchange_open(om_cell_exchange *exchange, int64_t first, int64_t n_cells,
                                const int64_t *cumulative, om_counts **part);

/* Takes those of this rank's entries that are in the window. Collective on group. */
om_status om_cell_exchange_round(om_cell_exchange *exchange, const om_entry *entries, int64_t n);

/* Whether every cell has got the entries that it has to have: OM_SYSTEM if the source gave others
 * than before. Local. */
om_status om_cell_exchange_check(const om_cell_exchange *exchange);

#endif
