/* Reading text files, plain or gzip (found by content), with positions for messages. */
#ifndef ONCOMARK_READER_H
#define ONCOMARK_READER_H

#include "oncomark/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct om_reader om_reader;

/* Errors: OM_INPUT naming the path when the file is missing, a folder or unreadable. Local. */
om_status om_reader_open(om_reader **out, const char *path);
void om_reader_close(om_reader **reader);

/* Next line without its end (LF or CRLF), and without a byte-order mark before the first; *line is
 * NULL at the end of the file. Borrowed until the next call; NUL-terminated (`length` counts
 * embedded NULs, which are an error). A truncated or damaged gzip stream is OM_INPUT. */
om_status om_reader_line(om_reader *reader, char **line, size_t *length);

/* Raw bytes: up to `capacity`, *length 0 at the end. Do not mix with om_reader_line. */
om_status om_reader_bytes(om_reader *reader, void *bytes, size_t capacity, size_t *length);

int64_t om_reader_line_number(const om_reader *reader); /* of the last line read, from 1 */
int64_t om_reader_offset(const om_reader *reader);      /* bytes of text handed out so far */
const char *om_reader_path(const om_reader *reader);
bool om_reader_is_gzip(const om_reader *reader);

/* Size of a file in bytes; OM_INPUT if it is missing. */
om_status om_file_size(const char *path, int64_t *bytes);
bool om_file_exists(const char *path);

/* A whole (small) file, plain or gzip, NUL-terminated, owned by the caller. */
om_status om_file_read_all(const char *path, char **bytes, int64_t *length);

#endif
