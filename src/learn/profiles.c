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

om_status om_profiles_grow(om_predictions *predictions, int64_t n_profiles) {
    int64_t before = predictions->n_profiles * OM_N_HALLMARKS;
    int64_t after = n_profiles * OM_N_HALLMARKS;
    float *probabilities = om_realloc(predictions->probabilities, after, sizeof *probabilities);
    if (probabilities == NULL) {
        return OM_MEMORY;
    }
    memset(probabilities + before, 0, (size_t)(after - before) * sizeof *probabilities);
    predictions->probabilities = probabilities;
    predictions->n_profiles = n_profiles;
    return OM_OK;
}
