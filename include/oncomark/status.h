/* Status codes and the error message that goes with them. */
#ifndef ONCOMARK_STATUS_H
#define ONCOMARK_STATUS_H

/* X(name, exit code of the program, what it means); ordered from mild to severe. */
#define OM_STATUS_LIST(X)                                                                          \
    X(OM_OK, 0, "success")                                                                         \
    X(OM_STOPPED, 75, "stopped at a safe point, to be resumed")                                    \
    X(OM_USAGE, 2, "usage error")                                                                  \
    X(OM_INPUT, 2, "input error")                                                                  \
    X(OM_SYSTEM, 3, "system failure")                                                              \
    X(OM_MEMORY, 3, "out of memory")                                                               \
    X(OM_BUG, 4, "internal error")

typedef enum om_status {
#define OM_STATUS_ENUM(name, exit_code, meaning) name,
    OM_STATUS_LIST(OM_STATUS_ENUM)
#undef OM_STATUS_ENUM
} om_status;

/* Borrowed, static. */
const char *om_status_meaning(om_status status);

/* The program's exit code for a status. */
int om_status_exit_code(om_status status);

/* Blanks for line ends, terminal escapes and other control characters: a message is one line,
 * whatever name from a file it quotes. In place. */
void om_status_tidy_message(char *message);

/* Records the message of an error where its cause is known and returns `status`, so that
 * `return om_fail(OM_INPUT, "%s:%ld: ...", path, line)` is the whole error path. A message of an
 * earlier failure is replaced. One message a thread is kept. Local. */
om_status om_fail(om_status status, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The last recorded message, "" if none. Borrowed until the next om_fail of this thread. */
const char *om_error_message(void);

/* Leaves the calling function with the status of `call` unless that is OM_OK. */
#define OM_TRY(call)                                                                               \
    do {                                                                                           \
        om_status om_try_status = (call);                                                          \
        if (om_try_status != OM_OK) {                                                              \
            return om_try_status;                                                                  \
        }                                                                                          \
    } while (0)

#endif
