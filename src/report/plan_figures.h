/* Figures for people. */
#ifndef ONCOMARK_REPORT_PLAN_FIGURES_H
#define ONCOMARK_REPORT_PLAN_FIGURES_H

#include <stdint.h>

/* Plain data, so that it can be made where it is used. */
typedef struct om_figure {
    char text[24];
} om_figure;

om_figure om_figure_count(double n);          /* "950", "36,000", "45.3 M", "3.9 G" */
om_figure om_figure_bytes(double bytes);      /* "12 MiB", "1.2 GiB", "3.4 TiB" */
om_figure om_figure_duration(double seconds); /* "0.2 s", "45 s", "12 min", "3.4 h", "2.1 d" */

#endif
