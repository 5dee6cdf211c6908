#include "job_settings.h"

#include "job_suggest.h"

#include "oncomark/memory.h"

#include <string.h>

static om_status fail_unknown(const char *key, om_job_place place) {
    om_parameters table = om_job_table();
    const om_parameter *first = om_job_table_section(table, key);
    if (first != NULL) {
        return om_job_fail(place, "'%s' is a group of keys, expected one of them, such as '%s'",
                           key, first->key);
    }
    char suggestion[OM_SUGGESTION_CAPACITY];
    om_job_suggest(suggestion, table, key);
    if (suggestion[0] == '\0') {
        return om_job_fail(place, "unknown key '%.80s'", key);
    }
    return om_job_fail(place, "unknown key '%.80s' (did you mean '%s'?)", key, suggestion);
}

static bool is_list(const om_parameter *parameter) {
    return parameter->type == OM_PARAMETER_DATA || parameter->type == OM_PARAMETER_BULK;
}

/* True for the key of a structure and for keys below it, "crossval.sweep.train.hidden". */
static bool is_in_structure(const char *key, const om_parameter *parameter) {
    size_t length = strlen(parameter->key);
    bool is_mapping = parameter->type == OM_PARAMETER_EXCLUSIONS ||
                      parameter->type == OM_PARAMETER_HINTS ||
                      parameter->type == OM_PARAMETER_SWEEP;
    return (is_list(parameter) || is_mapping) && strncmp(key, parameter->key, length) == 0 &&
           (key[length] == '\0' || key[length] == '.');
}

static om_status refuse_structures(const char *key, om_job_place place) {
    om_parameters table = om_job_table();
    for (int row = 0; row < table.n; row++) {
        const om_parameter *parameter = &table.rows[row];
        if (is_in_structure(key, parameter)) {
            return om_job_fail(place, "%s is a %s, which only the job file can give",
                               parameter->key, is_list(parameter) ? "list" : "mapping");
        }
    }
    return OM_OK;
}

static om_status apply(om_job *job, const char *key, const char *value, const char *folder,
                       om_job_place place, om_job_place *places) {
    OM_TRY(refuse_structures(key, place));
    om_parameters table = om_job_table();
    int row = om_job_table_find(table, key);
    if (row < 0) {
        return fail_unknown(key, place);
    }
    places[row] = place;
    return om_job_value_set(job, &table.rows[row], value, false, folder, "", place);
}

om_status om_job_settings_apply(om_job *job, const om_strings *settings, const char *folder,
                                om_job_place *places, om_strings **out_sources) {
    int64_t n = settings == NULL ? 0 : om_strings_count(settings);
    OM_TRY(om_strings_create(out_sources));
    for (int64_t i = 0; i < n; i++) {
        char *source = om_format("--set %s", om_strings_get(settings, i));
        om_status status = source == NULL ? OM_MEMORY : om_strings_add(*out_sources, source);
        om_free(source);
        OM_TRY(status);
    }
    for (int64_t i = 0; i < n; i++) {
        om_job_place place = {om_strings_get(*out_sources, i), 0};
        const char *setting = om_strings_get(settings, i);
        const char *equals = strchr(setting, '=');
        if (equals == NULL) {
            return om_job_fail(place, "found no '=', expected KEY=VALUE");
        }
        char *key = om_format("%.*s", (int)(equals - setting), setting);
        om_status status =
            key == NULL ? OM_MEMORY : apply(job, key, equals + 1, folder, place, places);
        om_free(key);
        OM_TRY(status);
    }
    return OM_OK;
}
