/* Counter-based random numbers (Philox4x32-10, Salmon et al. 2011, doi 10.1145/2063384.2063405).
 * A stream depends on the seed, its purpose and a global identity only, never on ranks or order. */
#ifndef ONCOMARK_RANDOM_H
#define ONCOMARK_RANDOM_H

#include <stdint.h>

/* What a stream is for: two purposes never share numbers. Append only; values are part of results.
 */
typedef enum om_purpose {
    OM_PURPOSE_TEST = 0,
    OM_PURPOSE_SIMULATE_STUDY = 1,
    OM_PURPOSE_SIMULATE_SAMPLE = 2,
    OM_PURPOSE_SIMULATE_CELL = 3,
    OM_PURPOSE_SYNTHESIZE = 4,
    OM_PURPOSE_SPLIT = 5,
    OM_PURPOSE_INITIALISE = 6,
    OM_PURPOSE_SHUFFLE = 7,
    OM_PURPOSE_SIMULATE_GENE = 8,
    OM_PURPOSE_FOLDS = 9,
    OM_PURPOSE_FOLD_VALIDATION = 10,
    OM_PURPOSE_PERMUTE_LABELS = 11,
    OM_PURPOSE_LANCZOS = 12
} om_purpose;

typedef struct om_random {
    uint32_t counter[4]; /* block number (64 bits), identity (64 bits) */
    uint32_t key[2];
    uint32_t block[4]; /* numbers of the current block */
    int used;          /* how many of them are used up */
} om_random;

/* The raw generator: ten rounds. */
void om_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]);

/* Start of the stream of (seed, purpose, identity). */
om_random om_random_stream(uint64_t seed, om_purpose purpose, uint64_t identity);

uint32_t om_random_u32(om_random *random);
uint64_t om_random_u64(om_random *random);

/* Uniform in [0, 1), 53 bits. */
double om_random_uniform(om_random *random);

/* Uniform in 0 .. bound-1, unbiased; bound > 0. */
uint64_t om_random_below(om_random *random, uint64_t bound);

/* Standard normal. */
double om_random_normal(om_random *random);

/* Gamma with this shape (> 0) and scale 1. */
double om_random_gamma(om_random *random, double shape);

/* Poisson with this mean (>= 0). */
int64_t om_random_poisson(om_random *random, double mean);

/* Fisher-Yates. */
void om_random_shuffle(om_random *random, int64_t *values, int64_t count);

#endif
