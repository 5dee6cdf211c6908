/* The entries of a Matrix Market file in any order, for om_cell_gather. */
#ifndef ONCOMARK_IO_MTX_ENTRIES_H
#define ONCOMARK_IO_MTX_ENTRIES_H

#include "io/cell_gather.h"
#include "io/mtx_rounds.h"

typedef struct om_mtx_entries om_mtx_entries;

/* `rounds` is borrowed; passes are begun here. Local. */
om_status om_mtx_entries_create(om_mtx_entries **out, om_mtx_rounds *rounds);
void om_mtx_entries_destroy(om_mtx_entries **entries);

om_entry_source *om_mtx_entries_source(om_mtx_entries *entries);

#endif
