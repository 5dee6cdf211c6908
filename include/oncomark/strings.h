/* An append-only list of strings in one block of memory, and a growing text buffer. */
#ifndef ONCOMARK_STRINGS_H
#define ONCOMARK_STRINGS_H

#include "oncomark/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct om_strings om_strings;

om_status om_strings_create(om_strings **out);
void om_strings_destroy(om_strings **strings);

/* Appends a copy. Invalidates pointers that om_strings_get gave before. */
om_status om_strings_add(om_strings *strings, const char *text);
om_status om_strings_add_n(om_strings *strings, const char *text, size_t length);

int64_t om_strings_count(const om_strings *strings);

/* Borrowed until the next om_strings_add. NUL-terminated. */
const char *om_strings_get(const om_strings *strings, int64_t index);

/* First index of `text` by linear search, -1 if absent. For short lists only. */
int64_t om_strings_find(const om_strings *strings, const char *text);

om_status om_strings_copy(om_strings **out, const om_strings *strings);

/* The strings one after another, each with its NUL: the form in which a list is sent. Borrowed. */
const char *om_strings_bytes(const om_strings *strings, int64_t *out_length);
om_status om_strings_from_bytes(om_strings **out, const char *bytes, int64_t length);

/* A growing, NUL-terminated text. */
typedef struct om_text om_text;

om_status om_text_create(om_text **out);
void om_text_destroy(om_text **text);
om_status om_text_add(om_text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
om_status om_text_add_n(om_text *text, const char *bytes, size_t length);
void om_text_clear(om_text *text);
const char *om_text_get(const om_text *text);
size_t om_text_length(const om_text *text);

#endif
