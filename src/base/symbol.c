#include "oncomark/symbol.h"

#include "oncomark/memory.h"

#include <string.h>
#include <strings.h>

static bool is_blank(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

const char *om_symbol_trim(const char *text, size_t *length) {
    while (is_blank(*text)) {
        text++;
    }
    size_t n = strlen(text);
    while (n > 0 && is_blank(text[n - 1])) {
        n--;
    }
    *length = n;
    return text;
}

char om_symbol_upper_letter(char c) {
    return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

char *om_symbol_upper(const char *text) {
    size_t length = 0;
    const char *start = om_symbol_trim(text, &length);
    char *upper = om_calloc((int64_t)length + 1, 1);
    if (upper == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < length; i++) {
        upper[i] = om_symbol_upper_letter(start[i]);
    }
    return upper;
}

bool om_symbol_has_prefix(const char *symbol, const char *prefix) {
    return strncasecmp(symbol, prefix, strlen(prefix)) == 0;
}
