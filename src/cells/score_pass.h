/* A data set's cells through quality control and scoring, from its store to its scores. */
#ifndef ONCOMARK_CELLS_SCORE_PASS_H
#define ONCOMARK_CELLS_SCORE_PASS_H

#include "score_write.h"

#include "oncomark/digital_score.h"
#include "oncomark/progress.h"

/* Borrowed, but for the counter. */
typedef struct om_score_pass {
    om_ctx *group;
    const om_h5 *store;
    const om_digital_score *score;
    om_qc *qc; /* of this rank's cells */
    om_score_file *file;
    int64_t batch_bytes;   /* that a batch of cells may take */
    int64_t score_bytes;   /* that scores may take until they are written */
    om_progress *progress; /* advances by `weight` over the pass */
    int64_t weight;
    int64_t n_nonzeros; /* counts the values of this rank's cells */
} om_score_pass;

/* Reads this rank's cells once, in batches, and writes their scores; those that quality control has
 * to see twice it reads again. Completes pass->qc. Besides what `pass` allows it takes 8 bytes a
 * cell of this rank. Collective on group. */
om_status om_score_pass_run(om_score_pass *pass);

#endif
