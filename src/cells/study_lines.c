#include "cells/study_lines.h"

#include <inttypes.h>
#include <string.h>

om_status om_study_lines_open(om_study_lines *lines, const char *path, const char *expected) {
    *lines = (om_study_lines){.expected = expected};
    return om_reader_open(&lines->reader, path);
}

void om_study_lines_close(om_study_lines *lines) {
    om_reader_close(&lines->reader);
}

om_status om_study_lines_next(om_study_lines *lines, char **line) {
    for (;;) {
        size_t length = 0;
        OM_TRY(om_reader_line(lines->reader, line, &length));
        if (*line == NULL) {
            return OM_OK;
        }
        bool is_blank = (*line)[strspn(*line, " \t")] == '\0';
        if (!is_blank && lines->blank == 0) {
            return OM_OK;
        }
        if (!is_blank) {
            return om_fail(OM_INPUT, "%s:%" PRId64 ": found a blank line, expected %s",
                           om_reader_path(lines->reader), lines->blank, lines->expected);
        }
        if (lines->blank == 0) {
            lines->blank = om_reader_line_number(lines->reader);
        }
    }
}
