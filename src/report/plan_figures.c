#include "plan_figures.h"

#include <math.h>
#include <stdio.h>

/* Three digits that count. */
static om_figure in_short(double value, const char *unit) {
    om_figure figure;
    int decimals = value < 9.95 ? 1 : 0;
    snprintf(figure.text, sizeof figure.text, "%.*f %s", decimals, value, unit);
    return figure;
}

om_figure om_figure_count(double n) {
    om_figure figure;
    if (n >= 999.5e6) {
        snprintf(figure.text, sizeof figure.text, "%.2f G", n / 1e9);
    } else if (n >= 999999.5) {
        snprintf(figure.text, sizeof figure.text, "%.1f M", n / 1e6);
    } else if (n >= 999.5) {
        int64_t whole = llround(n);
        snprintf(figure.text, sizeof figure.text, "%d,%03d", (int)(whole / 1000),
                 (int)(whole % 1000));
    } else {
        snprintf(figure.text, sizeof figure.text, "%.0f", n);
    }
    return figure;
}

om_figure om_figure_bytes(double bytes) {
    static const char *const units[] = {"KiB", "MiB", "GiB", "TiB", "PiB"};
    int unit = 0;
    double value = bytes / 1024;
    while (value >= 1023.5 && unit < 4) {
        value /= 1024;
        unit++;
    }
    return in_short(value, units[unit]);
}

om_figure om_figure_duration(double seconds) {
    if (seconds < 99.5) {
        return in_short(seconds, "s");
    }
    if (seconds < 99.5 * 60) {
        return in_short(seconds / 60, "min");
    }
    return seconds < 47.5 * 3600 ? in_short(seconds / 3600, "h") : in_short(seconds / 86400, "d");
}
