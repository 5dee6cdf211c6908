/* Fields of tables: numbers in, quoted text out. */
#include "oncomark/table.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char *skip_blanks(const char *text) {
    return text + strspn(text, " \t");
}

bool om_parse_f64(const char *text, double *value) {
    const char *start = skip_blanks(text);
    const char *digits = start + (*start == '+' || *start == '-');
    /* strtod also takes hexadecimal numbers, more blanks and nan(...). */
    if (isspace((unsigned char)*digits) || strpbrk(digits, "xX(") != NULL) {
        return false;
    }
    char *stop = NULL;
    double number = strtod(start, &stop);
    if (stop == start || *skip_blanks(stop) != '\0') {
        return false;
    }
    *value = number;
    return true;
}

bool om_parse_i64(const char *text, int64_t *value) {
    const char *start = skip_blanks(text);
    const char *digits = start + (*start == '+' || *start == '-');
    if (!isdigit((unsigned char)*digits)) {
        return false;
    }
    char *stop = NULL;
    errno = 0;
    long long number = strtoll(start, &stop, 10);
    if (errno == ERANGE || *skip_blanks(stop) != '\0') {
        return false;
    }
    *value = (int64_t)number;
    return true;
}

om_status om_csv_field(om_text *text, const char *field) {
    size_t n = strlen(field);
    bool edge_blank = n > 0 && (field[0] == ' ' || field[n - 1] == ' ');
    if (!edge_blank && strpbrk(field, ",\"\t\r\n") == NULL) {
        return om_text_add_n(text, field, n);
    }
    OM_TRY(om_text_add_n(text, "\"", 1));
    for (const char *c = field; *c != '\0';) {
        size_t plain = strcspn(c, "\"");
        OM_TRY(om_text_add_n(text, c, plain));
        c += plain;
        if (*c == '"') {
            OM_TRY(om_text_add_n(text, "\"\"", 2));
            c++;
        }
    }
    return om_text_add_n(text, "\"", 1);
}
