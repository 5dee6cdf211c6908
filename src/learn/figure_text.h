/* Figures as text: with full precision in CSV, with four decimals for people. */
#ifndef ONCOMARK_LEARN_FIGURE_TEXT_H
#define ONCOMARK_LEARN_FIGURE_TEXT_H

#include "oncomark/strings.h"

/* Appends ",value" with as many digits as tell it from all others; "," for NaN. Local. */
om_status om_figure_csv(om_text *csv, double value);

/* Appends the value right-aligned in `width` characters; "-" for NaN. Local. */
om_status om_figure_aligned(om_text *line, int width, double value);

#endif
