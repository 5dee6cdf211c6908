#include "oncomark/status.h"

#include <stdarg.h>
#include <stdio.h>

/* Long enough for a path and two lists of names; longer messages are cut. */
enum { MESSAGE_CAPACITY = 4096 };

/* The one piece of state outside any object: like errno, one slot a thread, so that a message can
 * be recorded where the cause is known without handing a context to every function. */
static _Thread_local char recorded_message[MESSAGE_CAPACITY];

const char *om_status_meaning(om_status status) {
    switch (status) {
#define OM_STATUS_MEANING(name, exit_code, meaning)                                                \
    case name:                                                                                     \
        return meaning;
        OM_STATUS_LIST(OM_STATUS_MEANING)
#undef OM_STATUS_MEANING
    }
    return "unknown status";
}

int om_status_exit_code(om_status status) {
    switch (status) {
#define OM_STATUS_EXIT_CODE(name, exit_code, meaning)                                              \
    case name:                                                                                     \
        return exit_code;
        OM_STATUS_LIST(OM_STATUS_EXIT_CODE)
#undef OM_STATUS_EXIT_CODE
    }
    return 4;
}

void om_status_tidy_message(char *message) {
    for (char *c = message; *c != '\0'; c++) {
        if ((unsigned char)*c < ' ' || *c == '\x7f') {
            *c = ' ';
        }
    }
}

om_status om_fail(om_status status, const char *format, ...) {
    /* By way of a copy: an argument may be the recorded message itself. */
    char message[MESSAGE_CAPACITY];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    om_status_tidy_message(message);
    snprintf(recorded_message, sizeof recorded_message, "%s", message);
    return status;
}

const char *om_error_message(void) {
    return recorded_message;
}
