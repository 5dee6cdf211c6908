#include "oncomark/reader.h"

#include "io/inflate.h"
#include "oncomark/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    BUFFER_BYTES = 1 << 18,
    LONGEST_LINE = 1 << 28 /* a file without line ends must not fill the memory */
};

struct om_reader {
    char *path;
    int descriptor;
    om_inflate *inflate; /* NULL: plain text */
    char *buffer;        /* text read ahead by om_reader_line */
    size_t capacity;
    size_t start; /* of the text not yet handed out */
    size_t end;
    int64_t line_number;
    int64_t offset;
    bool at_end;
};

/* Refuses what is missing, unreadable or no regular file. Pipes cannot be read twice. */
static om_status check_file(const char *path, struct stat *status) {
    if (stat(path, status) != 0) {
        if (errno == ENOENT || errno == ENOTDIR) {
            return om_fail(OM_INPUT, "%s: found no such file", path);
        }
        return om_fail(OM_INPUT, "%s: cannot be looked up: %s", path, strerror(errno));
    }
    if (S_ISDIR(status->st_mode)) {
        return om_fail(OM_INPUT, "%s: found a folder, expected a file", path);
    }
    if (!S_ISREG(status->st_mode)) {
        return om_fail(OM_INPUT, "%s: found a device or pipe, expected a file", path);
    }
    return OM_OK;
}

om_status om_file_size(const char *path, int64_t *bytes) {
    struct stat status;
    OM_TRY(check_file(path, &status));
    *bytes = (int64_t)status.st_size;
    return OM_OK;
}

bool om_file_exists(const char *path) {
    struct stat status;
    return stat(path, &status) == 0 && S_ISREG(status.st_mode);
}

static om_status open_stream(om_reader *reader) {
    struct stat status;
    OM_TRY(check_file(reader->path, &status));
    reader->descriptor = open(reader->path, O_RDONLY | O_CLOEXEC);
    if (reader->descriptor < 0) {
        return om_fail(OM_INPUT, "%s: cannot be read: %s", reader->path, strerror(errno));
    }
    unsigned char magic[2] = {0, 0};
    ssize_t n_magic = pread(reader->descriptor, magic, sizeof magic, 0);
    if (n_magic < 0) {
        return om_fail(OM_SYSTEM, "%s: cannot be read: %s", reader->path, strerror(errno));
    }
    if (n_magic == 2 && magic[0] == 0x1f && magic[1] == 0x8b) {
        return om_inflate_create(&reader->inflate, reader->descriptor, reader->path,
                                 om_inflate_best());
    }
    return OM_OK;
}

om_status om_reader_open(om_reader **out, const char *path) {
    *out = NULL;
    om_reader *reader = om_calloc(1, sizeof *reader);
    if (reader == NULL) {
        return OM_MEMORY;
    }
    reader->descriptor = -1;
    reader->path = om_strdup(path);
    om_status status = reader->path == NULL ? OM_MEMORY : open_stream(reader);
    if (status != OM_OK) {
        om_reader_close(&reader);
        return status;
    }
    *out = reader;
    return OM_OK;
}

void om_reader_close(om_reader **reader) {
    if (reader == NULL || *reader == NULL) {
        return;
    }
    om_inflate_destroy(&(*reader)->inflate);
    if ((*reader)->descriptor >= 0) {
        close((*reader)->descriptor);
    }
    om_free((*reader)->buffer);
    om_free((*reader)->path);
    om_free(*reader);
    *reader = NULL;
}

static om_status read_stream(om_reader *reader, char *bytes, size_t capacity, size_t *length) {
    if (reader->inflate != NULL) {
        return om_inflate_read(reader->inflate, bytes, capacity, length);
    }
    ssize_t got = 0;
    *length = 0;
    do {
        got = read(reader->descriptor, bytes, capacity);
    } while (got < 0 && errno == EINTR);
    if (got < 0) {
        return om_fail(OM_SYSTEM, "%s: cannot be read: %s", reader->path, strerror(errno));
    }
    *length = (size_t)got;
    return OM_OK;
}

om_status om_reader_bytes(om_reader *reader, void *bytes, size_t capacity, size_t *length) {
    OM_TRY(read_stream(reader, bytes, capacity, length));
    reader->offset += (int64_t)*length;
    return OM_OK;
}

/* Reads more text behind the buffered one. */
static om_status fill(om_reader *reader) {
    if (reader->start > 0) {
        memmove(reader->buffer, reader->buffer + reader->start, reader->end - reader->start);
        reader->end -= reader->start;
        reader->start = 0;
    }
    if (reader->capacity - reader->end < BUFFER_BYTES / 2 + 1) {
        size_t wanted = reader->capacity == 0 ? BUFFER_BYTES : 2 * reader->capacity;
        if (wanted > LONGEST_LINE) {
            return om_fail(OM_INPUT, "%s:%" PRId64 ": found a line of more than %d bytes",
                           reader->path, reader->line_number + 1, LONGEST_LINE / 2);
        }
        char *larger = om_realloc(reader->buffer, (int64_t)wanted, 1);
        if (larger == NULL) {
            return OM_MEMORY;
        }
        reader->buffer = larger;
        reader->capacity = wanted;
    }
    size_t length = 0;
    OM_TRY(read_stream(reader, reader->buffer + reader->end, reader->capacity - reader->end - 1,
                       &length));
    reader->end += length;
    reader->at_end = length == 0;
    return OM_OK;
}

/* What some editors put before UTF-8 text. */
static const char byte_order_mark[] = "\xef\xbb\xbf";
enum { MARK_LENGTH = sizeof byte_order_mark - 1 };

om_status om_reader_line(om_reader *reader, char **line, size_t *length) {
    *line = NULL;
    *length = 0;
    char *found = NULL;
    size_t searched = 0;
    while (found == NULL) {
        size_t available = reader->end - reader->start;
        if (available > searched) {
            found = memchr(reader->buffer + reader->start + searched, '\n', available - searched);
            searched = available;
        }
        if (found == NULL) {
            if (reader->at_end) {
                break;
            }
            OM_TRY(fill(reader));
        }
    }
    if (found == NULL && searched == 0) {
        return OM_OK;
    }
    char *text = reader->buffer + reader->start;
    size_t taken = found == NULL ? searched : (size_t)(found - text) + 1;
    size_t n = found == NULL ? searched : taken - 1;
    reader->start += taken;
    reader->offset += (int64_t)taken;
    reader->line_number++;
    if (n > 0 && text[n - 1] == '\r') {
        n--;
    }
    text[n] = '\0';
    if (memchr(text, '\0', n) != NULL) {
        return om_fail(OM_INPUT, "%s:%" PRId64 ": found a NUL byte, expected text (UTF-8)",
                       reader->path, reader->line_number);
    }
    bool has_mark = reader->line_number == 1 && n >= MARK_LENGTH &&
                    memcmp(text, byte_order_mark, MARK_LENGTH) == 0;
    *line = has_mark ? text + MARK_LENGTH : text;
    *length = has_mark ? n - MARK_LENGTH : n;
    return OM_OK;
}

int64_t om_reader_line_number(const om_reader *reader) {
    return reader->line_number;
}

int64_t om_reader_offset(const om_reader *reader) {
    return reader->offset;
}

const char *om_reader_path(const om_reader *reader) {
    return reader->path;
}

bool om_reader_is_gzip(const om_reader *reader) {
    return reader->inflate != NULL;
}

om_status om_file_read_all(const char *path, char **bytes, int64_t *length) {
    *bytes = NULL;
    *length = 0;
    om_reader *reader = NULL;
    OM_TRY(om_reader_open(&reader, path));
    char *text = NULL;
    int64_t n = 0;
    int64_t capacity = 0;
    size_t got = 0;
    om_status status = OM_OK;
    do {
        if (capacity - n < BUFFER_BYTES) {
            capacity = capacity == 0 ? (int64_t)2 * BUFFER_BYTES : 2 * capacity;
            char *larger = om_realloc(text, capacity, 1);
            if (larger == NULL) {
                status = OM_MEMORY;
                break;
            }
            text = larger;
        }
        status = om_reader_bytes(reader, text + n, (size_t)(capacity - n - 1), &got);
        n += (int64_t)got;
    } while (status == OM_OK && got > 0);
    om_reader_close(&reader);
    if (status != OM_OK) {
        om_free(text);
        return status;
    }
    text[n] = '\0';
    *bytes = text;
    *length = n;
    return OM_OK;
}
