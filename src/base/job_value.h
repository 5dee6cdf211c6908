/* One value of a job: from text into its field, and what messages say about it. */
#ifndef OM_BASE_JOB_VALUE_H
#define OM_BASE_JOB_VALUE_H

#include "job_table.h"

#include "oncomark/status.h"

/* Where a value stands: a file and its line, or (line 0) a whole setting or file. Borrowed. */
typedef struct om_job_place {
    const char *source;
    long line;
} om_job_place;

/* om_fail(OM_USAGE) with the place in front of the message. */
om_status om_job_fail(om_job_place place, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Room for what om_job_value_expected writes. */
enum { OM_EXPECTED_CAPACITY = 160 };

/* "a whole number from 1 to 1000000", "one of epoch, once", ... */
void om_job_value_expected(char expected[OM_EXPECTED_CAPACITY], const om_parameter *parameter);

/* Parses `text`, checks the range and stores the value in the parameter's field of `base`, freeing
 * a text that was there. `quoted`: written in quotes, so that it can be no number, truth value or
 * missing value. `folder`: what relative paths start at, "" or ending in '/'. `owner`: "" or what
 * the key belongs to, for messages. */
om_status om_job_value_set(void *base, const om_parameter *parameter, const char *text, bool quoted,
                           const char *folder, const char *owner, om_job_place place);

/* Stores the defaults that are single values, of all rows of `table`. */
om_status om_job_value_set_defaults(void *base, om_parameters table);

/* True for YAML's ways to write no value: nothing, '~', 'null'. */
bool om_job_value_is_missing(const char *text, bool quoted);

#endif
