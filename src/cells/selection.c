#include "selection.h"

#include "oncomark/h5ad.h"
#include "oncomark/memory.h"
#include "oncomark/table.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

/* A column of obs, some of whose categories are left out. */
typedef struct filter {
    char *codes_path; /* where codes are read from as they are needed; NULL: they are in `codes` */
    int32_t *codes;   /* [cells of the data set] */
    om_strings *categories;
    uint8_t *dropped; /* [categories] */
} filter;

struct om_selection {
    const om_h5 *store;
    int64_t n_filters;
    int64_t capacity;
    filter *filters; /* [n_filters] */
};

static bool has_text(const om_h5 *store, const char *path) {
    om_type type;
    return om_h5_exists(store, path) && om_h5_type(store, path, &type) != OM_OK;
}

/* Codes of a column as our stores have it stay in the file. */
static om_status read_filter(filter *added, const om_h5 *store, const char *column) {
    char *categories = om_format("obs/%s/categories", column);
    added->codes_path = om_format("obs/%s/codes", column);
    om_status status = categories != NULL && added->codes_path != NULL ? OM_OK : OM_MEMORY;
    if (status == OM_OK && has_text(store, categories)) {
        status = om_h5_read_strings(store, categories, &added->categories);
    } else if (status == OM_OK) {
        om_free(added->codes_path);
        added->codes_path = NULL;
        status = om_h5ad_read_categories(store, "obs", column, &added->codes, &added->categories);
    }
    om_free(categories);
    if (status == OM_OK) {
        added->dropped = om_calloc(om_strings_count(added->categories), sizeof *added->dropped);
        status = added->dropped != NULL ? OM_OK : OM_MEMORY;
    }
    return status;
}

/* *added is borrowed until the next call. */
static om_status add_filter(om_selection *selection, const char *column, filter **added) {
    if (selection->n_filters == selection->capacity) {
        int64_t capacity = 2 * selection->capacity + 4;
        filter *grown = om_realloc(selection->filters, capacity, sizeof *grown);
        if (grown == NULL) {
            return OM_MEMORY;
        }
        selection->filters = grown;
        selection->capacity = capacity;
    }
    *added = &selection->filters[selection->n_filters++];
    **added = (filter){0};
    return read_filter(*added, selection->store, column);
}

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

static void release(filter *read) {
    om_free(read->codes_path);
    om_free(read->codes);
    om_strings_destroy(&read->categories);
    om_free(read->dropped);
}

/* Lets go of the last filter if it drops nothing. */
static void keep_if_used(om_selection *selection) {
    filter *last = &selection->filters[selection->n_filters - 1];
    int64_t n_categories = om_strings_count(last->categories);
    if (memchr(last->dropped, 1, (size_t)n_categories) == NULL) {
        release(last);
        selection->n_filters--;
    }
}

static om_status exclude(om_selection *selection, const char *column, const om_strings *values) {
    filter *added = NULL;
    OM_TRY(add_filter(selection, column, &added));
    for (int64_t i = 0; i < om_strings_count(added->categories); i++) {
        added->dropped[i] = is_listed(values, om_strings_get(added->categories, i)) ? 1 : 0;
    }
    keep_if_used(selection);
    return OM_OK;
}

static om_status add_exclusions(om_selection *selection, const om_job *job) {
    om_strings *columns = NULL;
    om_status status = om_h5ad_columns(selection->store, "obs", &columns);
    for (int64_t e = 0; e < job->n_exclusions && status == OM_OK; e++) {
        const om_exclusion *exclusion = &job->exclude_where[e];
        for (int64_t c = 0; c < om_strings_count(columns) && status == OM_OK; c++) {
            const char *column = om_strings_get(columns, c);
            if (strcasecmp(column, exclusion->column) == 0) {
                status = exclude(selection, column, exclusion->values);
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

static om_status check_samples(const om_strings *samples, const om_job *job,
                               const om_data_set *data_set) {
    OM_TRY(check_named(data_set->include_samples, samples, job, data_set));
    return check_named(data_set->exclude_samples, samples, job, data_set);
}

static bool is_named(const om_strings *named, const char *sample) {
    return named != NULL && om_strings_find(named, sample) >= 0;
}

static om_status add_samples(om_selection *selection, const om_job *job,
                             const om_data_set *data_set) {
    bool only =
        data_set->include_samples != NULL && om_strings_count(data_set->include_samples) > 0;
    filter *added = NULL;
    OM_TRY(add_filter(selection, "sample", &added));
    OM_TRY(check_samples(added->categories, job, data_set));
    for (int64_t i = 0; i < om_strings_count(added->categories); i++) {
        const char *sample = om_strings_get(added->categories, i);
        bool out = (only && !is_named(data_set->include_samples, sample)) ||
                   is_named(data_set->exclude_samples, sample);
        added->dropped[i] = out ? 1 : 0;
    }
    keep_if_used(selection);
    return OM_OK;
}

om_status om_selection_open(om_selection **out, const om_h5 *store, const om_job *job,
                            const om_data_set *data_set) {
    om_selection *selection = om_calloc(1, sizeof *selection);
    *out = selection;
    if (selection == NULL) {
        return OM_MEMORY;
    }
    selection->store = store;
    om_status status = add_exclusions(selection, job);
    if (status == OM_OK) {
        status = add_samples(selection, job, data_set);
    }
    if (status != OM_OK) {
        om_selection_close(out);
    }
    return status;
}

void om_selection_close(om_selection **selection) {
    if (*selection == NULL) {
        return;
    }
    for (int64_t i = 0; i < (*selection)->n_filters; i++) {
        release(&(*selection)->filters[i]);
    }
    om_free((*selection)->filters);
    om_free(*selection);
    *selection = NULL;
}

/* Codes of the cells from `first` on: in `buffer` [n_cells], or where they are. */
static om_status read_codes(const om_selection *selection, const filter *by, int64_t first,
                            int64_t n_cells, int32_t *buffer, const int32_t **codes) {
    if (by->codes_path == NULL) {
        *codes = by->codes + first;
        return OM_OK;
    }
    *codes = buffer;
    OM_TRY(om_h5_read_rows(selection->store, by->codes_path, OM_I32, first, n_cells, buffer));
    int64_t n_categories = om_strings_count(by->categories);
    for (int64_t i = 0; i < n_cells; i++) {
        if (buffer[i] < -1 || buffer[i] >= n_categories) {
            return om_fail(OM_INPUT,
                           "%s: object '%s': row %" PRId64 ": found code %" PRId32
                           ", expected -1 to %" PRId64,
                           om_h5_path(selection->store), by->codes_path, first + i, buffer[i],
                           n_categories - 1);
        }
    }
    return OM_OK;
}

om_status om_selection_read(const om_selection *selection, int64_t first, int64_t n_cells,
                            uint8_t *selected) {
    memset(selected, 1, (size_t)n_cells);
    int32_t *buffer = om_malloc(n_cells, sizeof *buffer);
    om_status status = buffer != NULL ? OM_OK : OM_MEMORY;
    for (int64_t f = 0; f < selection->n_filters && status == OM_OK; f++) {
        const filter *by = &selection->filters[f];
        const int32_t *codes = NULL;
        status = read_codes(selection, by, first, n_cells, buffer, &codes);
        for (int64_t i = 0; i < n_cells && status == OM_OK; i++) {
            selected[i] = selected[i] != 0 && (codes[i] < 0 || by->dropped[codes[i]] == 0) ? 1 : 0;
        }
    }
    om_free(buffer);
    return status;
}

om_status om_selection_check(const om_h5 *store, const om_job *job, const om_data_set *data_set) {
    filter samples = {0};
    om_status status = read_filter(&samples, store, "sample");
    if (status == OM_OK) {
        status = check_samples(samples.categories, job, data_set);
    }
    release(&samples);
    return status;
}
