#include "oncomark/job.h"

#include "job_describe.h"

#include "oncomark/memory.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* As JSON writes a string, so that no text can look like another line. NULL is null. */
static om_status add_quoted(om_text *text, const char *string) {
    if (string == NULL) {
        return om_text_add(text, "null");
    }
    OM_TRY(om_text_add(text, "\""));
    for (const char *at = string; *at != '\0'; at++) {
        unsigned char byte = (unsigned char)*at;
        if (byte == '"' || byte == '\\') {
            OM_TRY(om_text_add(text, "\\%c", *at));
        } else if (byte < ' ' || byte == 127) {
            OM_TRY(om_text_add(text, "\\u%04x", byte));
        } else {
            OM_TRY(om_text_add_n(text, at, 1));
        }
    }
    return om_text_add(text, "\"");
}

static om_status add_list(om_text *text, const om_strings *strings) {
    OM_TRY(om_text_add(text, "["));
    for (int64_t i = 0; i < om_strings_count(strings); i++) {
        OM_TRY(om_text_add(text, i == 0 ? "" : ", "));
        OM_TRY(add_quoted(text, om_strings_get(strings, i)));
    }
    return om_text_add(text, "]");
}

static om_status add_exclusions(om_text *text, const om_job *job) {
    OM_TRY(om_text_add(text, "exclude_where: {"));
    for (int64_t i = 0; i < job->n_exclusions; i++) {
        OM_TRY(om_text_add(text, i == 0 ? "" : ", "));
        OM_TRY(add_quoted(text, job->exclude_where[i].column));
        OM_TRY(om_text_add(text, ": "));
        OM_TRY(add_list(text, job->exclude_where[i].values));
    }
    return om_text_add(text, "}\n");
}

static om_status add_hints(om_text *text, const om_job *job) {
    OM_TRY(om_text_add(text, "mpi_io: {"));
    for (int64_t i = 0; i < job->n_hints; i++) {
        OM_TRY(om_text_add(text, i == 0 ? "" : ", "));
        OM_TRY(add_quoted(text, job->mpi_io[i].key));
        OM_TRY(om_text_add(text, ": "));
        OM_TRY(add_quoted(text, job->mpi_io[i].value));
    }
    return om_text_add(text, "}\n");
}

static om_status add_sweep(om_text *text, const om_crossval_parameters *crossval) {
    OM_TRY(om_text_add(text, "crossval.sweep: {"));
    for (int64_t i = 0; i < crossval->n_axes; i++) {
        const om_sweep_axis *axis = &crossval->sweep[i];
        OM_TRY(om_text_add(text, "%s%s: [", i == 0 ? "" : ", ", axis->key));
        for (int64_t j = 0; j < om_strings_count(axis->values); j++) {
            OM_TRY(om_text_add(text, "%s%s", j == 0 ? "" : ", ", om_strings_get(axis->values, j)));
        }
        OM_TRY(om_text_add(text, "]"));
    }
    return om_text_add(text, "}\n");
}

om_status om_job_describe_value(om_text *text, const void *base, const om_parameter *parameter) {
    const void *field = (const char *)base + parameter->offset;
    switch (parameter->type) {
    case OM_PARAMETER_BOOL:
        return om_text_add(text, *(const bool *)field ? "true" : "false");
    case OM_PARAMETER_INT:
        return om_text_add(text, "%" PRId64, *(const int64_t *)field);
    case OM_PARAMETER_BYTES:
        return om_text_add(text, "%" PRId64 " B", *(const int64_t *)field);
    case OM_PARAMETER_SEED:
        return om_text_add(text, "%" PRIu64, *(const uint64_t *)field);
    case OM_PARAMETER_REAL:
        return om_text_add(text, "%.17g", *(const double *)field);
    case OM_PARAMETER_STRING:
    case OM_PARAMETER_PATH:
    case OM_PARAMETER_NODE_PATH:
        return add_quoted(text, *(char *const *)field);
    case OM_PARAMETER_CHOICE: {
        int choice;
        memcpy(&choice, field, sizeof choice);
        return om_text_add(text, "%s", parameter->choices[choice]);
    }
    case OM_PARAMETER_LIST:
        return add_list(text, *(om_strings *const *)field);
    case OM_PARAMETER_DATA:
    case OM_PARAMETER_EXCLUSIONS:
    case OM_PARAMETER_HINTS:
    case OM_PARAMETER_SWEEP:
    case OM_PARAMETER_BULK:
        break;
    }
    return om_fail(OM_BUG, "%s has no single value to describe", parameter->key);
}

/* One line: prefix, key, value. */
static om_status add_line(om_text *text, const char *prefix, const void *base,
                          const om_parameter *parameter) {
    OM_TRY(om_text_add(text, "%s%s: ", prefix, parameter->key));
    OM_TRY(om_job_describe_value(text, base, parameter));
    return om_text_add(text, "\n");
}

/* Of a list of structures: `base` is the one with this number. */
static om_status add_entry(om_text *text, const char *list, int64_t number, const void *base,
                           om_parameters table) {
    char prefix[48];
    snprintf(prefix, sizeof prefix, "%s[%" PRId64 "].", list, number);
    for (int row = 0; row < table.n; row++) {
        OM_TRY(add_line(text, prefix, base, &table.rows[row]));
    }
    return OM_OK;
}

static om_status add_data(om_text *text, const om_job *job) {
    for (int64_t i = 0; i < job->n_data; i++) {
        OM_TRY(add_entry(text, "data", i, &job->data[i], om_job_data_table()));
    }
    return OM_OK;
}

static om_status add_bulk(om_text *text, const om_validate_parameters *validate) {
    for (int64_t i = 0; i < validate->n_bulk; i++) {
        OM_TRY(add_entry(text, "validate.bulk", i, &validate->bulk[i], om_job_bulk_table()));
    }
    return OM_OK;
}

static bool is_in_section(const char *key, const char *section) {
    size_t length = strlen(section);
    return length == 0 ||
           (strncmp(key, section, length) == 0 && (key[length] == '\0' || key[length] == '.'));
}

om_status om_job_describe(const om_job *job, const char *section, om_text *text) {
    om_parameters table = om_job_table();
    bool found = false;
    for (int row = 0; row < table.n; row++) {
        const om_parameter *parameter = &table.rows[row];
        if (!is_in_section(parameter->key, section)) {
            continue;
        }
        found = true;
        if (parameter->type == OM_PARAMETER_DATA) {
            OM_TRY(add_data(text, job));
        } else if (parameter->type == OM_PARAMETER_EXCLUSIONS) {
            OM_TRY(add_exclusions(text, job));
        } else if (parameter->type == OM_PARAMETER_HINTS) {
            OM_TRY(add_hints(text, job));
        } else if (parameter->type == OM_PARAMETER_SWEEP) {
            OM_TRY(add_sweep(text, &job->crossval));
        } else if (parameter->type == OM_PARAMETER_BULK) {
            OM_TRY(add_bulk(text, &job->validate));
        } else {
            OM_TRY(add_line(text, "", job, parameter));
        }
    }
    if (!found) {
        return om_fail(OM_BUG, "no parameter of a job is '%s' or starts with it", section);
    }
    return OM_OK;
}
