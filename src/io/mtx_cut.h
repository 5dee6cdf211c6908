/* Where the text of a Matrix Market file is cut into pieces for several readers. No MPI, no files.
 */
#ifndef ONCOMARK_IO_MTX_CUT_H
#define ONCOMARK_IO_MTX_CUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum om_mtx_cuts {
    OM_MTX_CUT_COLUMNS, /* pieces are whole columns (of a file whose columns are together) */
    OM_MTX_CUT_LINES    /* pieces are whole lines */
} om_mtx_cuts;

/* The cut that belongs to place `from` (at least 1): the start of the first line that begins at or
 * behind it; for columns, of the first line behind that one whose column is another. So it depends
 * on the file and the place only, and cuts of ascending places ascend. False: it is not within
 * text[0 .. length-1], or cannot be told; *cut stays as it is. Local. */
bool om_mtx_cut(om_mtx_cuts cuts, const char *text, size_t length, size_t from, size_t *cut);

/* Line ends in text[0 .. length-1]. Local. */
int64_t om_mtx_line_ends(const char *text, size_t length);

#endif
