#include "job_value.h"

#include "job_scratch.h"
#include "oncomark/memory.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

om_status om_job_fail(om_job_place place, const char *format, ...) {
    char message[2048];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    if (place.line > 0) {
        return om_fail(OM_USAGE, "%s:%ld: %s", place.source, place.line, message);
    }
    return om_fail(OM_USAGE, "%s: %s", place.source, message);
}

/* " from 1 to 9", " of 1 or more", " above 0 and below 1", ...; "" where all values are fine. */
static void describe_range(char *text, size_t size, const om_parameter *parameter) {
    double low = parameter->minimum;
    double high = parameter->maximum;
    bool above = (parameter->bounds & OM_BOUNDS_OPEN_MINIMUM) != 0;
    bool below = (parameter->bounds & OM_BOUNDS_OPEN_MAXIMUM) != 0;
    if (isinf(high)) {
        snprintf(text, size, above ? " above %.15g" : " of %.15g or more", low);
    } else if (above) {
        snprintf(text, size, " above %.15g %s %.15g", low, below ? "and below" : "and up to", high);
    } else {
        snprintf(text, size, " from %.15g %s %.15g", low, below ? "to below" : "to", high);
    }
}

void om_job_value_expected(char expected[OM_EXPECTED_CAPACITY], const om_parameter *parameter) {
    char range[80];
    describe_range(range, sizeof range, parameter);
    switch (parameter->type) {
    case OM_PARAMETER_BOOL:
        snprintf(expected, OM_EXPECTED_CAPACITY, "true or false");
        break;
    case OM_PARAMETER_INT:
        snprintf(expected, OM_EXPECTED_CAPACITY, "a whole number%s", range);
        break;
    case OM_PARAMETER_SEED:
        snprintf(expected, OM_EXPECTED_CAPACITY, "a whole number from 0 to %" PRIu64, UINT64_MAX);
        break;
    case OM_PARAMETER_REAL:
        snprintf(expected, OM_EXPECTED_CAPACITY, "a number%s", range);
        break;
    case OM_PARAMETER_BYTES:
        snprintf(expected, OM_EXPECTED_CAPACITY,
                 "a size such as 512 MiB or 2 GiB, at least %.15g MiB",
                 parameter->minimum / 0x1p20);
        break;
    case OM_PARAMETER_STRING:
        snprintf(expected, OM_EXPECTED_CAPACITY, "text");
        break;
    case OM_PARAMETER_PATH:
        snprintf(expected, OM_EXPECTED_CAPACITY, "a path");
        break;
    case OM_PARAMETER_NODE_PATH:
        snprintf(expected, OM_EXPECTED_CAPACITY, "a path, which may start with $VARIABLE, or null");
        break;
    case OM_PARAMETER_HINTS:
        snprintf(expected, OM_EXPECTED_CAPACITY, "a mapping of hints to values");
        break;
    case OM_PARAMETER_LIST:
        snprintf(expected, OM_EXPECTED_CAPACITY, "a list of texts");
        break;
    case OM_PARAMETER_DATA:
        snprintf(expected, OM_EXPECTED_CAPACITY, "a list of data sets");
        break;
    case OM_PARAMETER_EXCLUSIONS:
        snprintf(expected, OM_EXPECTED_CAPACITY, "a mapping of metadata columns to values");
        break;
    case OM_PARAMETER_BULK:
        snprintf(expected, OM_EXPECTED_CAPACITY, "a list of sets of bulk profiles");
        break;
    case OM_PARAMETER_SWEEP:
        snprintf(expected, OM_EXPECTED_CAPACITY, "a mapping of keys to lists of values");
        break;
    case OM_PARAMETER_CHOICE: {
        int length = snprintf(expected, OM_EXPECTED_CAPACITY, "one of");
        for (int i = 0; parameter->choices[i] != NULL && length < OM_EXPECTED_CAPACITY; i++) {
            length += snprintf(expected + length, (size_t)(OM_EXPECTED_CAPACITY - length), "%s %s",
                               i == 0 ? "" : ",", parameter->choices[i]);
        }
        break;
    }
    }
}

static om_status fail_unexpected(const om_parameter *parameter, const char *text, bool quoted,
                                 const char *owner, om_job_place place) {
    char expected[OM_EXPECTED_CAPACITY];
    om_job_value_expected(expected, parameter);
    return om_job_fail(place, "found '%.80s'%s for %s%s, expected %s", text,
                       quoted ? " in quotes" : "", parameter->key, owner, expected);
}

static bool is_digit(char character) {
    return character >= '0' && character <= '9';
}

/* Digits without a leading zero, to the end of the text or, with `more`, to *more. */
static bool scan_digits(const char *text, const char **more) {
    const char *end = text;
    while (is_digit(*end)) {
        end++;
    }
    *more = end;
    return end > text && (text[0] != '0' || end == text + 1);
}

/* Stricter than strtoll: no blanks, no leading zeros or '+', no other base. */
static bool parse_int(const char *text, int64_t *value) {
    const char *end;
    if (!scan_digits(text[0] == '-' ? text + 1 : text, &end) || *end != '\0') {
        return false;
    }
    errno = 0;
    *value = strtoll(text, NULL, 10);
    return errno == 0;
}

static bool parse_seed(const char *text, uint64_t *value) {
    const char *end;
    if (!scan_digits(text, &end) || *end != '\0') {
        return false;
    }
    errno = 0;
    *value = strtoull(text, NULL, 10);
    return errno == 0;
}

/* Stricter than strtod: [-+]digits[.digits][e[-+]digits] with a digit before or after the point;
 * no nan, infinity or hexadecimal. */
static bool parse_real(const char *text, double *value) {
    const char *at = text + (text[0] == '-' || text[0] == '+');
    size_t before = strspn(at, "0123456789");
    at += before;
    size_t after = 0;
    if (*at == '.') {
        after = strspn(at + 1, "0123456789");
        at += 1 + after;
    }
    if (before + after == 0) {
        return false;
    }
    if (*at == 'e' || *at == 'E') {
        at += 1 + (at[1] == '-' || at[1] == '+');
        size_t exponent = strspn(at, "0123456789");
        if (exponent == 0) {
            return false;
        }
        at += exponent;
    }
    if (*at != '\0') {
        return false;
    }
    *value = strtod(text, NULL) + 0.0; /* -0 becomes 0 */
    return isfinite(*value);
}

/* A number and a unit: B, KB, KiB, MB, MiB, GB, GiB, TB, TiB, case ignored; a blank between them is
 * fine. */
static bool parse_bytes(const char *text, int64_t *value) {
    static const struct {
        const char *name;
        double bytes;
    } units[] = {{"B", 1},        {"KB", 1e3},     {"MB", 1e6},     {"GB", 1e9},    {"TB", 1e12},
                 {"KiB", 0x1p10}, {"MiB", 0x1p20}, {"GiB", 0x1p30}, {"TiB", 0x1p40}};
    size_t length = strspn(text, "0123456789.");
    char number[32];
    double amount;
    if (length == 0 || length >= sizeof number) {
        return false;
    }
    snprintf(number, sizeof number, "%.*s", (int)length, text);
    const char *unit = text + length + strspn(text + length, " ");
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (strcasecmp(unit, units[i].name) == 0 && parse_real(number, &amount)) {
            *value = (int64_t)fmin(amount * units[i].bytes, 0x1p62);
            return true;
        }
    }
    return false;
}

static bool parse_bool(const char *text, bool *value) {
    *value = strcasecmp(text, "true") == 0 || strcasecmp(text, "yes") == 0;
    return *value || strcasecmp(text, "false") == 0 || strcasecmp(text, "no") == 0;
}

static bool parse_choice(const om_parameter *parameter, const char *text, int *value) {
    for (int i = 0; parameter->choices[i] != NULL; i++) {
        if (strcmp(text, parameter->choices[i]) == 0) {
            *value = i;
            return true;
        }
    }
    return false;
}

static bool in_range(const om_parameter *parameter, double value) {
    bool above = (parameter->bounds & OM_BOUNDS_OPEN_MINIMUM) != 0 ? value > parameter->minimum
                                                                   : value >= parameter->minimum;
    bool below = (parameter->bounds & OM_BOUNDS_OPEN_MAXIMUM) != 0 ? value < parameter->maximum
                                                                   : value <= parameter->maximum;
    return above && below;
}

/* Trailing slashes go, so that "x" and "x/" are the same path. */
static char *join_path(const char *folder, const char *path) {
    size_t length = strlen(path);
    while (length > 1 && path[length - 1] == '/') {
        length--;
    }
    return om_format("%s%.*s", path[0] == '/' ? "" : folder, (int)length, path);
}

/* A text of NULL: none. */
static om_status set_node_path(char **field, const om_parameter *parameter, const char *text,
                               const char *folder, om_job_place place) {
    const char *end = NULL;
    om_free(*field);
    *field = NULL;
    if (text == NULL) {
        return OM_OK;
    }
    bool is_variable = text[0] == '$';
    if (text[0] == '\0' ||
        (is_variable && (om_job_variable(text, &end) == 0 || (*end != '\0' && *end != '/')))) {
        return fail_unexpected(parameter, text, false, "", place);
    }
    *field = join_path(is_variable ? "" : folder, text);
    return *field != NULL ? OM_OK : OM_MEMORY;
}

static om_status set_text(char **field, const om_parameter *parameter, const char *text,
                          const char *folder, const char *owner, om_job_place place) {
    if (text[0] == '\0') {
        return om_job_fail(place, "found empty text for %s%s, expected %s", parameter->key, owner,
                           parameter->type == OM_PARAMETER_PATH ? "a path" : "some text");
    }
    bool is_path = parameter->type == OM_PARAMETER_PATH;
    char *copy = is_path ? join_path(folder, text) : om_strdup(text);
    if (copy == NULL) {
        return OM_MEMORY;
    }
    om_free(*field);
    *field = copy;
    return OM_OK;
}

bool om_job_value_is_missing(const char *text, bool quoted) {
    return !quoted && (text[0] == '\0' || strcmp(text, "~") == 0 || strcasecmp(text, "null") == 0);
}

om_status om_job_value_set(void *base, const om_parameter *parameter, const char *text, bool quoted,
                           const char *folder, const char *owner, om_job_place place) {
    void *field = (char *)base + parameter->offset;
    bool ok = false;
    if (parameter->type == OM_PARAMETER_NODE_PATH) {
        return set_node_path(field, parameter, om_job_value_is_missing(text, quoted) ? NULL : text,
                             folder, place);
    }
    if (om_job_value_is_missing(text, quoted)) {
        return om_job_fail(place, "key '%s'%s has no value", parameter->key, owner);
    }
    switch (parameter->type) {
    case OM_PARAMETER_STRING:
    case OM_PARAMETER_PATH:
        return set_text(field, parameter, text, folder, owner, place);
    case OM_PARAMETER_CHOICE: {
        int value;
        ok = parse_choice(parameter, text, &value);
        if (ok) {
            memcpy(field, &value, sizeof value);
        }
        break;
    }
    case OM_PARAMETER_BOOL:
        ok = !quoted && parse_bool(text, field);
        break;
    case OM_PARAMETER_INT:
        ok = !quoted && parse_int(text, field) && in_range(parameter, (double)*(int64_t *)field);
        break;
    case OM_PARAMETER_SEED:
        ok = !quoted && parse_seed(text, field);
        break;
    case OM_PARAMETER_REAL:
        ok = !quoted && parse_real(text, field) && in_range(parameter, *(double *)field);
        break;
    case OM_PARAMETER_BYTES:
        ok = parse_bytes(text, field) && in_range(parameter, (double)*(int64_t *)field);
        break;
    case OM_PARAMETER_NODE_PATH:
    case OM_PARAMETER_LIST:
    case OM_PARAMETER_DATA:
    case OM_PARAMETER_EXCLUSIONS:
    case OM_PARAMETER_HINTS:
    case OM_PARAMETER_SWEEP:
    case OM_PARAMETER_BULK:
        break;
    }
    return ok ? OM_OK : fail_unexpected(parameter, text, quoted, owner, place);
}

om_status om_job_value_set_defaults(void *base, om_parameters table) {
    for (int row = 0; row < table.n; row++) {
        const om_parameter *parameter = &table.rows[row];
        if (parameter->default_text != NULL && parameter->type != OM_PARAMETER_EXCLUSIONS) {
            OM_TRY(om_job_value_set(base, parameter, parameter->default_text, false, "", "",
                                    (om_job_place){"default", 0}));
        }
    }
    return OM_OK;
}
