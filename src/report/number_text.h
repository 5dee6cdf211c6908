/* Whole numbers as text, many and fast. */
#ifndef ONCOMARK_REPORT_NUMBER_TEXT_H
#define ONCOMARK_REPORT_NUMBER_TEXT_H

#include "oncomark/status.h"

#include <stdint.h>

typedef struct om_number_text om_number_text;

om_status om_number_text_create(om_number_text **out);
void om_number_text_destroy(om_number_text **numbers);

/* A number and its delimiter take at most so many bytes; so many more behind them are overwritten.
 */
enum { OM_NUMBER_LONGEST = 11, OM_NUMBER_SLACK = 8 };

/* Writes ",value" for each value at `to`, and returns where they end. Local. */
char *om_number_text_write(const om_number_text *numbers, char *to, const uint32_t *values,
                           int64_t count);

#endif
