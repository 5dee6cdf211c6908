/* The kernel that turns text of a Matrix Market file into entries. No MPI, no files. */
#ifndef ONCOMARK_IO_MTX_KERNEL_H
#define ONCOMARK_IO_MTX_KERNEL_H

#include "io/mtx_line.h"

/* Bytes behind a text that the kernel may read, and change where the last line lacks its end. */
enum { OM_MTX_PAD = 16 };

/* Entries in the order of the text. A run is a stretch of entries of the same column. */
typedef struct om_mtx_runs {
    int32_t *columns; /* [n_runs] from 0; neighbours differ */
    int64_t *starts;  /* [n_runs + 1] of the run's entries; the last one is n_values */
    int32_t *rows;    /* [n_values] from 0 */
    double *values;   /* [n_values] > 0, finite */
    int64_t n_runs;
    int64_t n_values;
    int64_t n_entries; /* lines with an entry, explicit zeros too */
    int64_t n_lines;   /* blank ones too */
    bool integer;      /* all values are whole and below 2^32 */
    bool tidy;         /* rows ascend within every run (false: maybe they do not) */
    uint32_t next_row; /* while parsing: the least row that may follow for that */
    int64_t capacity;  /* of entries, and of runs */
} om_mtx_runs;

/* Parses the whole lines text[0 .. length-1] into *runs, whose old content goes and whose arrays
 * grow as needed (zeroed before the first call: 24 bytes for each 6 bytes of text, of which only
 * the used part is touched). The last line may lack its end. OM_INPUT with *fault filled in and no
 * recorded message; OM_MEMORY. Local. */
om_status om_mtx_kernel(om_mtx_runs *runs, const om_mtx_rules *rules, char *text, size_t length,
                        om_mtx_fault *fault);

void om_mtx_runs_release(om_mtx_runs *runs);

#endif
