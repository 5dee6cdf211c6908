/* Checked allocation: every failure is recorded with om_fail(OM_MEMORY, ...). */
#ifndef ONCOMARK_MEMORY_H
#define ONCOMARK_MEMORY_H

#include <stddef.h>
#include <stdint.h>

/* `count` zeroed elements of `size` bytes; never NULL for count 0. NULL (recorded) on failure or
 * overflow. Free with om_free. */
void *om_calloc(int64_t count, size_t size) __attribute__((malloc));

/* As om_calloc, not zeroed. */
void *om_malloc(int64_t count, size_t size) __attribute__((malloc));

/* As om_calloc, from the start of a cache line: loads of whole vectors that lie across two lines
 * take twice as long. */
void *om_calloc_aligned(int64_t count, size_t size) __attribute__((malloc));

/* Grows or shrinks; on failure returns NULL and leaves `pointer` as it is. */
void *om_realloc(void *pointer, int64_t count, size_t size);

/* Owned copy of a string. */
char *om_strdup(const char *text);

/* Owned string made by printf. */
char *om_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Frees; NULL is fine. */
void om_free(void *pointer);

/* Tests only: the allocation after `successes` more ones fails, once; negative: never. */
void om_memory_fail_after(int64_t successes);

/* Peak resident memory of this process, in bytes: since the last om_memory_peak_begin where the
 * system can tell (Linux), else since its start. */
int64_t om_memory_peak(void);
void om_memory_peak_begin(void);

/* The same since the start in any case. */
int64_t om_memory_peak_ever(void);

#endif
