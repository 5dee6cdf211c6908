#include "oncomark/memory.h"
#include "profiles_parse.h"

#include <inttypes.h>
#include <math.h>

bool om_profiles_is_own(const om_profiles *profiles, int64_t place) {
    return place / OM_PROFILE_BLOCK % profiles->n_ranks == profiles->rank;
}

om_status om_profiles_add_own(om_profiles *profiles, int64_t place) {
    if (profiles->n_own == profiles->capacity) {
        int64_t capacity = profiles->capacity > 0 ? 2 * profiles->capacity : OM_PROFILE_BLOCK;
        int64_t *own = om_realloc(profiles->own, capacity, sizeof *own);
        if (own == NULL) {
            return OM_MEMORY;
        }
        profiles->own = own;
        uint16_t *ranks =
            om_realloc(profiles->ranks, capacity * profiles->n_features, sizeof *ranks);
        if (ranks == NULL) {
            return OM_MEMORY;
        }
        profiles->ranks = ranks;
        profiles->capacity = capacity;
    }
    profiles->own[profiles->n_own++] = place;
    return OM_OK;
}

om_status om_profiles_next_row(const om_profiles *profiles, om_records *records, char ***fields,
                               int64_t *n_fields) {
    int64_t expected = om_strings_count(profiles->layout->header);
    OM_TRY(om_records_next(records, fields, n_fields));
    if (*n_fields != 0 && *n_fields != expected) {
        return om_fail(OM_INPUT, "%s:%" PRId64 ": found %" PRId64 " fields, expected %" PRId64,
                       om_records_path(records), om_records_line(records), *n_fields, expected);
    }
    return OM_OK;
}

om_status om_profiles_check_number(const om_profiles *profiles, const om_records *records,
                                   int64_t column, const char *text, double value) {
    if (isfinite(value) && value >= 0) {
        return OM_OK;
    }
    return om_fail(OM_INPUT,
                   "%s:%" PRId64 ": column '%s': found %.40s, expected a finite number of at "
                   "least 0",
                   om_records_path(records), om_records_line(records),
                   om_strings_get(profiles->layout->header, column), text);
}
