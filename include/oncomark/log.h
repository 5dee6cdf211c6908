/* Messages for people, on standard error. */
#ifndef ONCOMARK_LOG_H
#define ONCOMARK_LOG_H

#include <stdbool.h>

typedef struct om_log om_log;

/* `speaks`: whether om_log_info of this process prints (rank 0 does); warnings always print. */
om_log *om_log_create(bool speaks); /* NULL when out of memory */
void om_log_destroy(om_log **log);

/* A line of progress or result; printed by the speaking process only. Local. */
void om_log_info(om_log *log, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A line of a result that one rank alone knows, printed by whichever process calls it. */
void om_log_note(om_log *log, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A line that starts with "warning: ", printed by whichever process calls it: call it on one rank.
 */
void om_log_warn(om_log *log, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* How many warnings this process printed. */
long om_log_warnings(const om_log *log);

/* True where standard error is a terminal and this process speaks. */
bool om_log_is_terminal(const om_log *log);

#endif
