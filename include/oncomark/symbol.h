/* Gene symbols as text. */
#ifndef ONCOMARK_SYMBOL_H
#define ONCOMARK_SYMBOL_H

#include <stdbool.h>
#include <stddef.h>

/* `text` without the blanks around it: *length bytes from the returned place. Borrowed. */
const char *om_symbol_trim(const char *text, size_t *length);

/* An ASCII letter in upper case; anything else as it is. */
char om_symbol_upper_letter(char c);

/* Owned, trimmed, ASCII letters in upper case. NULL when out of memory. */
char *om_symbol_upper(const char *text);

/* True where the symbol begins with `prefix`, case ignored. */
bool om_symbol_has_prefix(const char *symbol, const char *prefix);

#endif
