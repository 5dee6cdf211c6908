#include "figure_text.h"

#include <math.h>

om_status om_figure_csv(om_text *csv, double value) {
    return isnan(value) ? om_text_add(csv, ",") : om_text_add(csv, ",%.17g", value);
}

om_status om_figure_aligned(om_text *line, int width, double value) {
    return isnan(value) ? om_text_add(line, "%*s", width, "-")
                        : om_text_add(line, "%*.4f", width, value);
}
