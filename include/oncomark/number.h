/* Decimal numbers in text. */
#ifndef ONCOMARK_NUMBER_H
#define ONCOMARK_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

/* The `length` bytes at `at` as a number: what om_parse_f64 takes, to the last bit as strtod reads
 * it, and that in quotes. Plain decimals of up to 19 digits take a fast way. 8 bytes behind the
 * text may be read, whatever they are. False for anything else. Local. */
bool om_number_parse(const char *at, int64_t length, double *value);

#endif
