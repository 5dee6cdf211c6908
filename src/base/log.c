#include "oncomark/log.h"

#include "oncomark/memory.h"
#include "oncomark/status.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

struct om_log {
    bool speaks;
    bool terminal;
    long warnings;
};

om_log *om_log_create(bool speaks) {
    om_log *log = om_calloc(1, sizeof *log);
    if (log == NULL) {
        return NULL;
    }
    log->speaks = speaks;
    log->terminal = speaks && isatty(STDERR_FILENO) != 0;
    return log;
}

void om_log_destroy(om_log **log) {
    om_free(*log);
    *log = NULL;
}

/* One write a line, so that lines of several processes do not mix. */
__attribute__((format(printf, 2, 0))) static void write_line(const char *prefix, const char *format,
                                                             va_list arguments) {
    char text[4096];
    vsnprintf(text, sizeof text, format, arguments);
    om_status_tidy_message(text);
    fprintf(stderr, "%s%s\n", prefix, text);
}

void om_log_info(om_log *log, const char *format, ...) {
    if (!log->speaks) {
        return;
    }
    va_list arguments;
    va_start(arguments, format);
    write_line("", format, arguments);
    va_end(arguments);
}

void om_log_note(om_log *log, const char *format, ...) {
    (void)log;
    va_list arguments;
    va_start(arguments, format);
    write_line("", format, arguments);
    va_end(arguments);
}

void om_log_warn(om_log *log, const char *format, ...) {
    log->warnings++;
    va_list arguments;
    va_start(arguments, format);
    write_line("warning: ", format, arguments);
    va_end(arguments);
}

long om_log_warnings(const om_log *log) {
    return log->warnings;
}

bool om_log_is_terminal(const om_log *log) {
    return log->terminal;
}
