/* Rounds of a pass over a Matrix Market file: every rank parses a piece, then all know how it went.
 */
#ifndef ONCOMARK_IO_MTX_ROUNDS_H
#define ONCOMARK_IO_MTX_ROUNDS_H

#include "io/mtx_kernel.h"
#include "io/mtx_pieces.h"

/* What a rank tells the others of its piece. */
typedef struct om_mtx_note {
    int64_t status; /* filled in by om_mtx_rounds_settle, as the next three */
    int64_t n_entries;
    int64_t n_lines;
    int64_t n_bytes;
    int64_t first_column; /* -1: it has no entries */
    int64_t last_column;
    int64_t n_duplicates;
    int64_t unsorted; /* its columns do not ascend, or it could not be cut by columns */
} om_mtx_note;

typedef struct om_mtx_rounds om_mtx_rounds;

/* `memory` as in om_mtx_pieces_create; the entries take up to five times as much. `path` is
 * borrowed. Collective on group. */
om_status om_mtx_rounds_create(om_mtx_rounds **out, om_ctx *group, const char *path,
                               bool only_counts, int64_t memory);
void om_mtx_rounds_destroy(om_mtx_rounds **rounds);

const om_mtx_header *om_mtx_rounds_header(const om_mtx_rounds *rounds);
int64_t om_mtx_rounds_parsed_bytes(const om_mtx_rounds *rounds); /* by this rank, all passes */

/* Starts a pass. Collective. */
om_status om_mtx_rounds_begin(om_mtx_rounds *rounds, om_mtx_cuts cuts);

/* Parses this rank's next piece; it and *runs are borrowed until the next call. All ranks call it;
 * a failure is this rank's own, and its message may be left to om_mtx_rounds_settle, which knows
 * the lines of the ranks before it. */
om_status om_mtx_rounds_parse(om_mtx_rounds *rounds, om_mtx_runs **runs,
                              const om_mtx_piece **piece);

/* Settles the round: all ranks have the same outcome, and notes[rank] of all ranks (borrowed).
 * *last: there is no further round in this pass; then the number of entries is the one that the
 * size line says, else OM_INPUT. `unsorted` notes leave that open. Collective. */
om_status om_mtx_rounds_settle(om_mtx_rounds *rounds, om_status status, const om_mtx_note *mine,
                               const om_mtx_note **notes, bool *last);

#endif
