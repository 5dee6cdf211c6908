#include "selection.h"

#include "oncomark/h5ad.h"
#include "oncomark/memory.h"
#include "oncomark/table.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

/* Equal with case ignored, or the same number written in two ways: columns of numbers are stored as
 * such. */
static bool same_value(const char *found, const char *wanted) {
    double found_number;
    double wanted_number;
    return strcasecmp(found, wanted) == 0 ||
           (om_parse_f64(found, &found_number) && om_parse_f64(wanted, &wanted_number) &&
            found_number == wanted_number);
}

static bool is_listed(const om_strings *values, const char *text) {
    for (int64_t i = 0; i < om_strings_count(values); i++) {
        if (same_value(text, om_strings_get(values, i))) {
            return true;
        }
    }
    return false;
}

/* Takes out the cells whose category is dropped. */
static void drop(uint8_t *selected, const uint8_t *dropped, const int32_t *codes, int64_t first,
                 int64_t n_cells) {
    for (int64_t cell = 0; cell < n_cells; cell++) {
        int32_t code = codes[first + cell];
        if (code >= 0 && dropped[code] != 0) {
            selected[cell] = 0;
        }
    }
}

static om_status exclude(uint8_t *selected, const om_h5 *store, const char *column,
                         const om_strings *values, int64_t first, int64_t n_cells) {
    int32_t *codes = NULL;
    om_strings *categories = NULL;
    uint8_t *dropped = NULL;
    om_status status = om_h5ad_read_categories(store, "obs", column, &codes, &categories);
    if (status == OM_OK) {
        dropped = om_calloc(om_strings_count(categories), sizeof *dropped);
        status = dropped != NULL ? OM_OK : OM_MEMORY;
    }
    if (status == OM_OK) {
        for (int64_t i = 0; i < om_strings_count(categories); i++) {
            dropped[i] = is_listed(values, om_strings_get(categories, i)) ? 1 : 0;
        }
        drop(selected, dropped, codes, first, n_cells);
    }
    om_free(dropped);
    om_free(codes);
    om_strings_destroy(&categories);
    return status;
}

static om_status apply_exclusions(uint8_t *selected, const om_h5 *store, const om_job *job,
                                  int64_t first, int64_t n_cells) {
    om_strings *columns = NULL;
    om_status status = om_h5ad_columns(store, "obs", &columns);
    for (int64_t e = 0; e < job->n_exclusions && status == OM_OK; e++) {
        const om_exclusion *exclusion = &job->exclude_where[e];
        for (int64_t c = 0; c < om_strings_count(columns) && status == OM_OK; c++) {
            const char *column = om_strings_get(columns, c);
            if (strcasecmp(column, exclusion->column) == 0) {
                status = exclude(selected, store, column, exclusion->values, first, n_cells);
            }
        }
    }
    om_strings_destroy(&columns);
    return status;
}

static om_status check_named(const om_strings *named, const om_strings *samples, const om_job *job,
                             const om_data_set *data_set) {
    for (int64_t i = 0; named != NULL && i < om_strings_count(named); i++) {
        const char *name = om_strings_get(named, i);
        if (om_strings_find(samples, name) < 0) {
            return om_fail(
                OM_USAGE,
                "%s:%ld: data set %s: found sample \"%s\" named, expected one of its %" PRId64
                " samples (the first is \"%s\")",
                job->path, data_set->line, data_set->id, name, om_strings_count(samples),
                om_strings_count(samples) > 0 ? om_strings_get(samples, 0) : "");
        }
    }
    return OM_OK;
}

static om_status read_samples(int32_t **codes, om_strings **samples, const om_h5 *store,
                              const om_job *job, const om_data_set *data_set) {
    OM_TRY(om_h5ad_read_categories(store, "obs", "sample", codes, samples));
    OM_TRY(check_named(data_set->include_samples, *samples, job, data_set));
    return check_named(data_set->exclude_samples, *samples, job, data_set);
}

static bool is_named(const om_strings *named, const char *sample) {
    return named != NULL && om_strings_find(named, sample) >= 0;
}

static om_status apply_samples(uint8_t *selected, const om_h5 *store, const om_job *job,
                               const om_data_set *data_set, int64_t first, int64_t n_cells) {
    int32_t *codes = NULL;
    om_strings *samples = NULL;
    uint8_t *dropped = NULL;
    bool only =
        data_set->include_samples != NULL && om_strings_count(data_set->include_samples) > 0;
    om_status status = read_samples(&codes, &samples, store, job, data_set);
    if (status == OM_OK) {
        dropped = om_calloc(om_strings_count(samples), sizeof *dropped);
        status = dropped != NULL ? OM_OK : OM_MEMORY;
    }
    if (status == OM_OK) {
        for (int64_t i = 0; i < om_strings_count(samples); i++) {
            const char *sample = om_strings_get(samples, i);
            bool out = (only && !is_named(data_set->include_samples, sample)) ||
                       is_named(data_set->exclude_samples, sample);
            dropped[i] = out ? 1 : 0;
        }
        drop(selected, dropped, codes, first, n_cells);
    }
    om_free(dropped);
    om_free(codes);
    om_strings_destroy(&samples);
    return status;
}

om_status om_selection_read(uint8_t *selected, const om_h5 *store, const om_job *job,
                            const om_data_set *data_set, int64_t first, int64_t n_cells) {
    memset(selected, 1, (size_t)n_cells);
    OM_TRY(apply_exclusions(selected, store, job, first, n_cells));
    return apply_samples(selected, store, job, data_set, first, n_cells);
}

om_status om_selection_check(const om_h5 *store, const om_job *job, const om_data_set *data_set) {
    int32_t *codes = NULL;
    om_strings *samples = NULL;
    om_status status = read_samples(&codes, &samples, store, job, data_set);
    om_free(codes);
    om_strings_destroy(&samples);
    return status;
}
