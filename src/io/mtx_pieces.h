/* How the text of a Matrix Market file reaches the ranks that parse it: in rounds, a piece for each
 * rank, in the order of the ranks. */
#ifndef ONCOMARK_IO_MTX_PIECES_H
#define ONCOMARK_IO_MTX_PIECES_H

#include "io/mtx_cut.h"
#include "io/mtx_file.h"

/* A column's text, and what a reader may hold beside its piece. */
enum { OM_MTX_LARGEST_COLUMN = 8 << 20, OM_MTX_LOOK_AHEAD = 1 << 16 };

typedef struct om_mtx_piece {
    char *text; /* borrowed until the next piece, OM_MTX_PAD bytes behind it */
    size_t length;
    bool last;        /* the last round, the same on all ranks */
    bool long_column; /* a column is longer than OM_MTX_LARGEST_COLUMN: no piece can be cut */
} om_mtx_piece;

typedef struct om_mtx_pieces om_mtx_pieces;

/* `memory`: bytes for the text on this rank, at least some 100 KiB and what a column takes are
 * used. Collective on the file's group. */
om_status om_mtx_pieces_create(om_mtx_pieces **out, const om_mtx_file *file, int64_t memory);
void om_mtx_pieces_destroy(om_mtx_pieces **pieces);

/* From the first entry on. All ranks call it; the outcome is this rank's own. */
om_status om_mtx_pieces_begin(om_mtx_pieces *pieces, om_mtx_cuts cuts);

/* This rank's piece of the next round, maybe empty. All ranks call it; the outcome is this rank's
 * own, and ranks have to agree on it before they call again. In a piece of lines the last one may
 * be cut off behind OM_MTX_LONGEST_LINE bytes. */
om_status om_mtx_pieces_next(om_mtx_pieces *pieces, om_mtx_piece *piece);

#endif
