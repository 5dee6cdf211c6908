/* Z-scores of log2 ranks, computed: a table look-up takes three times as long, where gathers are
 * slow ten times. */
#ifndef ONCOMARK_LEARN_Z_SCORE_H
#define ONCOMARK_LEARN_Z_SCORE_H

#include <stdint.h>

/* z [n] = (log2(doubled_ranks / 2) - mean) * inverse_sd, doubled ranks of at least 2. log2 is off
 * by 6e-7 at most, of which 5e-7 are float32's, and exact for powers of two. Any cut of n gives the
 * same bits. Local. */
void om_z_scores(float *z, const uint16_t *doubled_ranks, const float *mean,
                 const float *inverse_sd, int64_t n);

#endif
