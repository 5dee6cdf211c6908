#include "oncomark/strings.h"

#include "oncomark/memory.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct om_strings {
    om_text *bytes;   /* the strings one after another, each with its NUL */
    int64_t *offsets; /* [capacity] where each string starts in `bytes` */
    int64_t count;
    int64_t capacity;
};

om_status om_strings_create(om_strings **out) {
    om_strings *strings = om_calloc(1, sizeof *strings);
    *out = strings;
    if (strings == NULL) {
        return OM_MEMORY;
    }
    om_status status = om_text_create(&strings->bytes);
    if (status != OM_OK) {
        om_strings_destroy(out);
    }
    return status;
}

void om_strings_destroy(om_strings **strings) {
    if (*strings == NULL) {
        return;
    }
    om_text_destroy(&(*strings)->bytes);
    om_free((*strings)->offsets);
    om_free(*strings);
    *strings = NULL;
}

om_status om_strings_add(om_strings *strings, const char *text) {
    return om_strings_add_n(strings, text, strlen(text));
}

om_status om_strings_add_n(om_strings *strings, const char *text, size_t length) {
    if (strings->count == strings->capacity) {
        int64_t capacity = strings->capacity > 0 ? 2 * strings->capacity : 16;
        int64_t *offsets = om_realloc(strings->offsets, capacity, sizeof *offsets);
        if (offsets == NULL) {
            return OM_MEMORY;
        }
        strings->offsets = offsets;
        strings->capacity = capacity;
    }
    size_t start = om_text_length(strings->bytes);
    OM_TRY(om_text_add_n(strings->bytes, text, length));
    OM_TRY(om_text_add_n(strings->bytes, "", 1));
    strings->offsets[strings->count++] = (int64_t)start;
    return OM_OK;
}

int64_t om_strings_count(const om_strings *strings) {
    return strings->count;
}

const char *om_strings_get(const om_strings *strings, int64_t index) {
    return om_text_get(strings->bytes) + strings->offsets[index];
}

int64_t om_strings_find(const om_strings *strings, const char *text) {
    for (int64_t i = 0; i < strings->count; i++) {
        if (strcmp(om_strings_get(strings, i), text) == 0) {
            return i;
        }
    }
    return -1;
}

om_status om_strings_copy(om_strings **out, const om_strings *strings) {
    int64_t length = 0;
    const char *bytes = om_strings_bytes(strings, &length);
    return om_strings_from_bytes(out, bytes, length);
}

const char *om_strings_bytes(const om_strings *strings, int64_t *out_length) {
    *out_length = (int64_t)om_text_length(strings->bytes);
    return om_text_get(strings->bytes);
}

om_status om_strings_from_bytes(om_strings **out, const char *bytes, int64_t length) {
    OM_TRY(om_strings_create(out));
    for (int64_t start = 0; start < length;) {
        size_t n = strnlen(bytes + start, (size_t)(length - start));
        om_status status = om_strings_add_n(*out, bytes + start, n);
        if (status != OM_OK) {
            om_strings_destroy(out);
            return status;
        }
        start += (int64_t)n + 1;
    }
    return OM_OK;
}

struct om_text {
    char *bytes;
    size_t length;
    size_t capacity;
};

om_status om_text_create(om_text **out) {
    om_text *text = om_calloc(1, sizeof *text);
    *out = text;
    if (text == NULL) {
        return OM_MEMORY;
    }
    text->capacity = 64;
    text->bytes = om_calloc((int64_t)text->capacity, 1);
    if (text->bytes == NULL) {
        om_text_destroy(out);
        return OM_MEMORY;
    }
    return OM_OK;
}

void om_text_destroy(om_text **text) {
    if (*text == NULL) {
        return;
    }
    om_free((*text)->bytes);
    om_free(*text);
    *text = NULL;
}

/* Makes room for `more` bytes and the closing NUL. */
static om_status text_reserve(om_text *text, size_t more) {
    size_t needed = text->length + more + 1;
    if (needed <= text->capacity) {
        return OM_OK;
    }
    size_t capacity = 2 * text->capacity > needed ? 2 * text->capacity : needed;
    char *bytes = om_realloc(text->bytes, (int64_t)capacity, 1);
    if (bytes == NULL) {
        return OM_MEMORY;
    }
    text->bytes = bytes;
    text->capacity = capacity;
    return OM_OK;
}

om_status om_text_add(om_text *text, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    va_list again;
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    om_status status = length < 0 ? om_fail(OM_BUG, "cannot format '%s'", format)
                                  : text_reserve(text, (size_t)length);
    if (status == OM_OK) {
        vsnprintf(text->bytes + text->length, (size_t)length + 1, format, again);
        text->length += (size_t)length;
    }
    va_end(again);
    return status;
}

om_status om_text_add_n(om_text *text, const char *bytes, size_t length) {
    OM_TRY(text_reserve(text, length));
    memcpy(text->bytes + text->length, bytes, length);
    text->length += length;
    text->bytes[text->length] = '\0';
    return OM_OK;
}

void om_text_clear(om_text *text) {
    text->length = 0;
    text->bytes[0] = '\0';
}

const char *om_text_get(const om_text *text) {
    return text->bytes;
}

size_t om_text_length(const om_text *text) {
    return text->length;
}
