#include "profiles.h"

#include "oncomark/memory.h"

#include <inttypes.h>
#include <string.h>

om_status om_profiles_add_name(om_predictions *predictions, om_string_map *seen, const char *path,
                               const char *name, int64_t place) {
    bool is_new = true;
    OM_TRY(om_string_map_add(seen, name, place, &is_new));
    if (!is_new) {
        return om_fail(OM_INPUT,
                       "%s: found the profile name '%s' twice (profiles %" PRId64 " and %" PRId64
                       "), expected different names",
                       path, name, om_string_map_get(seen, name, 0) + 1, place + 1);
    }
    return om_strings_add(predictions->profiles, name);
}

/* Zeros from row `first` on. */
static void clear(om_predictions *predictions, int64_t first) {
    int64_t n = predictions->n_profiles - first, n_linear = predictions->n_linear;
    memset(predictions->probabilities + first * OM_N_HALLMARKS, 0,
           (size_t)(n * OM_N_HALLMARKS) * sizeof *predictions->probabilities);
    if (n_linear > 0) {
        memset(predictions->linear + first * n_linear, 0,
               (size_t)(n * n_linear) * sizeof *predictions->linear);
    }
}

om_status om_profiles_grow(om_predictions *predictions, int64_t n_profiles) {
    int64_t before = predictions->n_profiles, n_linear = predictions->n_linear;
    float *probabilities =
        om_realloc(predictions->probabilities, n_profiles * OM_N_HALLMARKS, sizeof *probabilities);
    if (probabilities == NULL) {
        return OM_MEMORY;
    }
    predictions->probabilities = probabilities;
    if (n_linear > 0) {
        double *linear = om_realloc(predictions->linear, n_profiles * n_linear, sizeof *linear);
        if (linear == NULL) {
            return OM_MEMORY;
        }
        predictions->linear = linear;
    }
    predictions->n_profiles = n_profiles;
    clear(predictions, before);
    return OM_OK;
}

void om_profiles_clear_figures(om_predictions *predictions) {
    clear(predictions, 0);
}
