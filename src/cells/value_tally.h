/* Counting a cell's whole numbers by their value. */
#ifndef ONCOMARK_CELLS_VALUE_TALLY_H
#define ONCOMARK_CELLS_VALUE_TALLY_H

#include "oncomark/status.h"

#include <stdbool.h>
#include <stdint.h>

/* Values from here on are all counted as this one. */
enum { OM_TALLY_LARGE = 128 };

/* Room for one cell after another. */
typedef struct om_value_tally om_value_tally;

/* `longest`: values of the longest cell. Local. */
om_status om_value_tally_create(om_value_tally **out, int64_t longest);
void om_value_tally_destroy(om_value_tally **tally);

/* Counts n whole numbers above 0 and below 2^32: counts [OM_TALLY_LARGE + 1] (the first one is of
 * no meaning). Returns what each of them was counted as, borrowed until the next call. Local. */
const uint8_t *om_value_tally_count(om_value_tally *tally, const double *values, int64_t n,
                                    uint32_t *counts);

#endif
