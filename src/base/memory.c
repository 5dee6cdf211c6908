#include "oncomark/memory.h"

#include "oncomark/status.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

/* For tests: how many more allocations succeed before one fails; negative: all of them. */
static _Thread_local int64_t successes_left = -1;

static bool failure_is_due(void) {
    if (successes_left < 0) {
        return false;
    }
    return successes_left-- == 0;
}

void om_memory_fail_after(int64_t successes) {
    successes_left = successes;
}

/* The bytes of an array, at least 1; -1 where they cannot be counted. */
static int64_t array_bytes(int64_t count, size_t size) {
    int64_t bytes = 0;
    if (count < 0 || size > (size_t)INT64_MAX ||
        __builtin_mul_overflow(count, (int64_t)size, &bytes)) {
        return -1;
    }
    return bytes > 0 ? bytes : 1;
}

static void record_failure(int64_t count, size_t size) {
    om_fail(OM_MEMORY, "out of memory: %" PRId64 " elements of %zu bytes are not to be had", count,
            size);
}

static void *allocate(void *(*allocator)(size_t), int64_t count, size_t size) {
    int64_t bytes = array_bytes(count, size);
    void *pointer = bytes < 0 || failure_is_due() ? NULL : allocator((size_t)bytes);
    if (pointer == NULL) {
        record_failure(count, size);
    }
    return pointer;
}

static void *zeroed(size_t bytes) {
    return calloc(1, bytes);
}

void *om_calloc(int64_t count, size_t size) {
    return allocate(zeroed, count, size);
}

static void *zeroed_lines(size_t bytes) {
    enum { CACHE_LINE = 64 };
    size_t whole = bytes + (CACHE_LINE - bytes % CACHE_LINE) % CACHE_LINE;
    void *lines = whole < bytes ? NULL : aligned_alloc(CACHE_LINE, whole);
    return lines == NULL ? NULL : memset(lines, 0, bytes);
}

void *om_calloc_aligned(int64_t count, size_t size) {
    return allocate(zeroed_lines, count, size);
}

void *om_malloc(int64_t count, size_t size) {
    return allocate(malloc, count, size);
}

void *om_realloc(void *pointer, int64_t count, size_t size) {
    int64_t bytes = array_bytes(count, size);
    void *moved = bytes < 0 || failure_is_due() ? NULL : realloc(pointer, (size_t)bytes);
    if (moved == NULL) {
        record_failure(count, size);
    }
    return moved;
}

char *om_strdup(const char *text) {
    size_t bytes = strlen(text) + 1;
    char *copy = om_malloc((int64_t)bytes, 1);
    if (copy != NULL) {
        memcpy(copy, text, bytes);
    }
    return copy;
}

char *om_format(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    va_list again;
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    char *text = length < 0 ? NULL : om_malloc((int64_t)length + 1, 1);
    if (text != NULL) {
        vsnprintf(text, (size_t)length + 1, format, again);
    }
    va_end(again);
    return text;
}

void om_free(void *pointer) {
    free(pointer);
}

/* The kernel's own mark, which can be set back; 0 where there is none to read. */
static int64_t read_peak(void) {
    FILE *file = fopen("/proc/self/status", "re");
    char line[128];
    long long kilobytes = 0;
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, "VmHWM:", 6) == 0) {
            kilobytes = strtoll(line + 6, NULL, 10);
        }
    }
    if (file != NULL) {
        fclose(file);
    }
    return (int64_t)kilobytes * 1024;
}

/* Of the times before the mark was set back. */
static int64_t earlier_peak;

void om_memory_peak_begin(void) {
    earlier_peak = om_memory_peak_ever();
    FILE *file = fopen("/proc/self/clear_refs", "we");
    if (file != NULL) {
        fputs("5", file); /* sets the mark to what is resident now */
        fclose(file);
    }
}

int64_t om_memory_peak(void) {
    int64_t peak = read_peak();
    if (peak > 0) {
        return peak;
    }
    struct rusage usage;
    if (getrusage(RUSAGE_SELF, &usage) != 0) {
        return 0;
    }
    return (int64_t)usage.ru_maxrss * 1024;
}

int64_t om_memory_peak_ever(void) {
    int64_t peak = om_memory_peak();
    return peak > earlier_peak ? peak : earlier_peak;
}
