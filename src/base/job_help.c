#include "oncomark/job.h"

#include "job_table.h"
#include "job_value.h"

#include <stdio.h>
#include <string.h>

enum { HELP_WIDTH = 76 };

/* The help text, indented and broken at blanks. */
static om_status add_wrapped(om_text *text, const char *indent, const char *help) {
    size_t width = HELP_WIDTH - strlen(indent);
    while (strlen(help) > width) {
        size_t length = width;
        while (length > 0 && help[length] != ' ') {
            length--;
        }
        if (length == 0) {
            break;
        }
        OM_TRY(om_text_add(text, "%s%.*s\n", indent, (int)length, help));
        help += length + 1;
    }
    return om_text_add(text, "%s%s\n", indent, help);
}

static om_status add_row(om_text *text, const char *indent, const om_parameter *parameter) {
    char expected[OM_EXPECTED_CAPACITY];
    om_job_value_expected(expected, parameter);
    const char *value = parameter->default_text != NULL   ? parameter->default_text
                        : parameter->default_note != NULL ? parameter->default_note
                                                          : "none";
    OM_TRY(om_text_add(text, "%s%s: %s\n", indent, parameter->key, expected));
    OM_TRY(om_text_add(text, "%s    default: %s\n", indent, value));
    char inner[16];
    snprintf(inner, sizeof inner, "%s    ", indent);
    return add_wrapped(text, inner, parameter->help);
}

static om_status add_entry_rows(om_text *text, om_parameters table) {
    OM_TRY(om_text_add(text, "    keys of an entry:\n"));
    for (int row = 0; row < table.n; row++) {
        OM_TRY(add_row(text, "    ", &table.rows[row]));
    }
    return OM_OK;
}

om_status om_job_help(om_text *text) {
    om_parameters table = om_job_table();
    for (int row = 0; row < table.n; row++) {
        OM_TRY(add_row(text, "", &table.rows[row]));
        if (table.rows[row].type == OM_PARAMETER_DATA) {
            OM_TRY(add_entry_rows(text, om_job_data_table()));
        } else if (table.rows[row].type == OM_PARAMETER_BULK) {
            OM_TRY(add_entry_rows(text, om_job_bulk_table()));
        }
    }
    return OM_OK;
}
