#include "oncomark/random.h"

#include "oncomark/wide.h"

/* Multipliers and Weyl constants of Philox4x32 (Salmon et al. 2011, table 2 and section 3.3). */
static const uint32_t multiplier_0 = 0xD2511F53U;
static const uint32_t multiplier_1 = 0xCD9E8D57U;
static const uint32_t weyl_0 = 0x9E3779B9U;
static const uint32_t weyl_1 = 0xBB67AE85U;

enum { N_ROUNDS = 10, BLOCK_WORDS = 4 };

void om_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]) {
    uint32_t word_0 = counter[0];
    uint32_t word_1 = counter[1];
    uint32_t word_2 = counter[2];
    uint32_t word_3 = counter[3];
    uint32_t key_0 = key[0];
    uint32_t key_1 = key[1];
    for (int round = 0; round < N_ROUNDS; round++) {
        uint64_t product_0 = (uint64_t)multiplier_0 * word_0;
        uint64_t product_1 = (uint64_t)multiplier_1 * word_2;
        word_0 = (uint32_t)(product_1 >> 32) ^ word_1 ^ key_0;
        word_1 = (uint32_t)product_1;
        word_2 = (uint32_t)(product_0 >> 32) ^ word_3 ^ key_1;
        word_3 = (uint32_t)product_0;
        key_0 += weyl_0;
        key_1 += weyl_1;
    }
    out[0] = word_0;
    out[1] = word_1;
    out[2] = word_2;
    out[3] = word_3;
}

/* A bijection of 64 bits (the finaliser of splitmix64): purposes of one seed get distinct keys, and
 * neighbouring seeds unrelated ones. */
static uint64_t mix(uint64_t value) {
    value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9U;
    value = (value ^ (value >> 27)) * 0x94D049BB133111EBU;
    return value ^ (value >> 31);
}

om_random om_random_stream(uint64_t seed, om_purpose purpose, uint64_t identity) {
    uint64_t key = mix(seed + 0x9E3779B97F4A7C15U * ((uint64_t)purpose + 1));
    om_random random = {
        .counter = {0, 0, (uint32_t)identity, (uint32_t)(identity >> 32)},
        .key = {(uint32_t)key, (uint32_t)(key >> 32)},
        .used = BLOCK_WORDS,
    };
    return random;
}

uint32_t om_random_u32(om_random *random) {
    if (random->used == BLOCK_WORDS) {
        om_philox(random->counter, random->key, random->block);
        random->counter[0]++;
        if (random->counter[0] == 0) {
            random->counter[1]++;
        }
        random->used = 0;
    }
    return random->block[random->used++];
}

uint64_t om_random_u64(om_random *random) {
    uint64_t low = om_random_u32(random);
    uint64_t high = om_random_u32(random);
    return high << 32 | low;
}

double om_random_uniform(om_random *random) {
    return (double)(om_random_u64(random) >> 11) * 0x1p-53;
}

/* Lemire 2019, doi 10.1145/3230636: a multiplication in place of a division, with rejection of the
 * few values that would favour small results. */
uint64_t om_random_below(om_random *random, uint64_t bound) {
    om_uwide product = (om_uwide)om_random_u64(random) * bound;
    if ((uint64_t)product < bound) {
        uint64_t threshold = (0 - bound) % bound;
        while ((uint64_t)product < threshold) {
            product = (om_uwide)om_random_u64(random) * bound;
        }
    }
    return (uint64_t)(product >> 64);
}

void om_random_shuffle(om_random *random, int64_t *values, int64_t count) {
    for (int64_t last = count - 1; last > 0; last--) {
        int64_t other = (int64_t)om_random_below(random, (uint64_t)last + 1);
        int64_t value = values[last];
        values[last] = values[other];
        values[other] = value;
    }
}
