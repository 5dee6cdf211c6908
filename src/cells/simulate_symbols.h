/* Names for simulated genes: real symbols of known roles, and more that look like real ones. */
#ifndef ONCOMARK_CELLS_SIMULATE_SYMBOLS_H
#define ONCOMARK_CELLS_SIMULATE_SYMBOLS_H

#include "oncomark/random.h"

#include <stdint.h>

enum { OM_SIMULATE_MAX_GENES = 60000, OM_SIMULATE_MAX_RANK = 1500 };
enum { OM_SYMBOL_SIZE = 32, OM_N_MITO = 13, OM_N_CELL_TYPES = 10, OM_N_MARKERS = 8 };

/* The 13 protein genes of the mitochondrion, "MT-ND1" ...; borrowed, static. */
const char *om_simulate_symbols_mito(int index);

/* Highly expressed genes, ribosomal and housekeeping: NULL after the last. Borrowed, static. */
const char *om_simulate_symbols_housekeeping(int index);

/* Name and markers of a cell type. Borrowed, static. */
const char *om_simulate_symbols_cell_type(int type);
const char *om_simulate_symbols_marker(int type, int index);

/* Former symbol of a gene for data sets of an older annotation, or the symbol itself. Borrowed. */
const char *om_simulate_symbols_legacy(const char *symbol);

/* A symbol of one of the large families (ZNF, LINC, AC, OR, SLC, ...). May repeat. */
void om_simulate_symbols_draw(om_random *random, char symbol[OM_SYMBOL_SIZE]);

#endif
