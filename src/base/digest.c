#include "oncomark/digest.h"

#include "oncomark/processor.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#ifdef OM_TARGET_AVX512
#include <immintrin.h>
#endif

/* Odd constants: the golden ratio spreads indices, the others are multipliers of well-tested
 * mixers (splitmix64, MurmurHash3). A product with an odd number and a shifted xor are bijections
 * of 64 bits. */
static const uint64_t index_step = 0x9E3779B97F4A7C15U;
static const uint64_t multiplier_0 = 0xBF58476D1CE4E5B9U;
static const uint64_t multiplier_1 = 0x94D049BB133111EBU;
static const uint64_t multiplier_2 = 0xC4CEB9FE1A85EC53U;
static const uint64_t text_multiplier[2] = {0x00000100000001B3U, 0xFF51AFD7ED558CCDU};

static uint64_t mix(uint64_t word) {
    word = (word ^ (word >> 30)) * multiplier_0;
    word = (word ^ (word >> 27)) * multiplier_1;
    return word ^ (word >> 31);
}

/* Two hashes of a text, independent of each other. Every step is a bijection of the state, so texts
 * of one length that differ in one byte always differ. */
static void hash_bytes(const char *bytes, size_t length, uint64_t hash[2]) {
    uint64_t state_0 = 0xCBF29CE484222325U ^ length;
    uint64_t state_1 = 0x6A09E667F3BCC908U ^ length;
    for (size_t i = 0; i < length; i++) {
        uint64_t byte = (unsigned char)bytes[i];
        state_0 = (state_0 ^ byte) * text_multiplier[0];
        state_1 = (state_1 ^ byte) * text_multiplier[1];
        state_1 ^= state_1 >> 32;
    }
    hash[0] = mix(state_0);
    hash[1] = mix(state_1);
}

/* Adds the two mixes of one word to the lanes. The first step is shared: it is a bijection, so two
 * words that differ stay different in both lanes. */
static inline void add_word(uint64_t word, uint64_t *lane_0, uint64_t *lane_1) {
    word *= multiplier_0;
    word ^= word >> 32;
    uint64_t first = word * multiplier_1;
    uint64_t second = (word ^ (word >> 29)) * multiplier_2;
    *lane_0 += first ^ (first >> 32);
    *lane_1 += second ^ (second >> 31);
}

int64_t om_type_size(om_type type) {
    static const int64_t sizes[] = {1, 1, 2, 4, 4, 8, 4, 8};
    return sizes[type];
}

const char *om_type_name(om_type type) {
    static const char *const names[] = {"uint8",  "bool",  "uint16",  "int32",
                                        "uint32", "int64", "float32", "float64"};
    return names[type];
}

static uint64_t name_key(const char *name) {
    uint64_t hash[2];
    hash_bytes(name, strlen(name), hash);
    return hash[0] ^ hash[1];
}

static void add_text(om_digest *digest, uint64_t key, int64_t index, const char *bytes,
                     size_t length) {
    uint64_t hash[2];
    hash_bytes(bytes, length, hash);
    uint64_t place = key + (uint64_t)index * index_step;
    uint64_t unused = 0;
    add_word(hash[0] ^ place, &digest->lane[0], &unused);
    add_word(hash[1] ^ place, &unused, &digest->lane[1]);
}

void om_digest_header(om_digest *digest, const char *name, const char *type_name, int n_dimensions,
                      const int64_t *shape) {
    static const char type_place[] = "type of ";
    static const char shape_place[] = "shape of ";
    uint64_t key = name_key(name);
    add_text(digest, key ^ name_key(type_place), 0, type_name, strlen(type_name));
    uint64_t shape_key = key ^ name_key(shape_place);
    add_word(shape_key ^ (uint64_t)n_dimensions, &digest->lane[0], &digest->lane[1]);
    for (int i = 0; i < n_dimensions; i++) {
        add_word((uint64_t)shape[i] ^ (shape_key + ((uint64_t)i + 1) * index_step),
                 &digest->lane[0], &digest->lane[1]);
    }
}

#ifdef OM_TARGET_AVX512
/* Eight elements at a time where the processor multiplies 64 bits in vectors. Products of integers
 * are exact, so the sums are those of the plain loop. */
enum { VECTOR = 8 };
typedef uint64_t words __attribute__((vector_size(VECTOR * sizeof(uint64_t))));

/* `load` widens the eight elements of `size` bytes at its argument. */
#define ADD_VECTORS(size, load)                                                                    \
    do {                                                                                           \
        for (int64_t i = 0; i < end; i += VECTOR) {                                                \
            const void *at = bytes + i * (size);                                                   \
            words word = (words)load ^ places;                                                     \
            word *= multiplier_0;                                                                  \
            word ^= word >> 32;                                                                    \
            words one = word * multiplier_1;                                                       \
            words two = (word ^ (word >> 29)) * multiplier_2;                                      \
            sums_0 += one ^ (one >> 32);                                                           \
            sums_1 += two ^ (two >> 31);                                                           \
            places += VECTOR * index_step;                                                         \
        }                                                                                          \
    } while (0)

OM_TARGET_AVX512 static int64_t add_words(om_type type, const unsigned char *bytes, int64_t count,
                                          uint64_t place, uint64_t *lane_0, uint64_t *lane_1) {
    int64_t end = count - count % VECTOR;
    words places, sums_0 = {0}, sums_1 = {0};
    for (int i = 0; i < VECTOR; i++) {
        places[i] = place + (uint64_t)i * index_step;
    }
    switch (om_type_size(type)) {
    case 1:
        ADD_VECTORS(1, _mm512_cvtepu8_epi64(_mm_loadl_epi64(at)));
        break;
    case 2:
        ADD_VECTORS(2, _mm512_cvtepu16_epi64(_mm_loadu_si128(at)));
        break;
    case 4:
        ADD_VECTORS(4, _mm512_cvtepu32_epi64(_mm256_loadu_si256(at)));
        break;
    default:
        ADD_VECTORS(8, _mm512_loadu_si512(at));
        break;
    }
    for (int i = 0; i < VECTOR; i++) {
        *lane_0 += sums_0[i];
        *lane_1 += sums_1[i];
    }
    return end;
}

/* Returns how many of the first elements were added. */
static int64_t add_in_vectors(om_type type, const void *values, int64_t count, uint64_t place,
                              uint64_t *lane_0, uint64_t *lane_1) {
    if (!om_processor_has_avx512()) {
        return 0;
    }
    return add_words(type, values, count, place, lane_0, lane_1);
}
#else
static int64_t add_in_vectors(om_type type, const void *values, int64_t count, uint64_t place,
                              uint64_t *lane_0, uint64_t *lane_1) {
    (void)type, (void)values, (void)count, (void)place, (void)lane_0, (void)lane_1;
    return 0;
}
#endif

/* The loop of one element type, over its bit image. */
#define ADD_ELEMENTS(image_type)                                                                   \
    do {                                                                                           \
        const unsigned char *bytes = values;                                                       \
        for (int64_t i = done; i < count; i++) {                                                   \
            image_type image;                                                                      \
            memcpy(&image, bytes + i * (int64_t)sizeof image, sizeof image);                       \
            add_word((uint64_t)image ^ (place + (uint64_t)i * index_step), &lane_0, &lane_1);      \
        }                                                                                          \
    } while (0)

void om_digest_elements(om_digest *digest, const char *name, om_type type, int64_t first,
                        const void *values, int64_t count) {
    uint64_t place = name_key(name) + (uint64_t)first * index_step;
    uint64_t lane_0 = 0;
    uint64_t lane_1 = 0;
    int64_t done = add_in_vectors(type, values, count, place, &lane_0, &lane_1);
    switch (om_type_size(type)) {
    case 1:
        ADD_ELEMENTS(uint8_t);
        break;
    case 2:
        ADD_ELEMENTS(uint16_t);
        break;
    case 4:
        ADD_ELEMENTS(uint32_t);
        break;
    default:
        ADD_ELEMENTS(uint64_t);
        break;
    }
    digest->lane[0] += lane_0;
    digest->lane[1] += lane_1;
}

void om_digest_string(om_digest *digest, const char *name, int64_t index, const char *text) {
    add_text(digest, name_key(name), index, text, strlen(text));
}

void om_digest_strings(om_digest *digest, const char *name, int64_t first,
                       const om_strings *strings) {
    uint64_t key = name_key(name);
    int64_t count = om_strings_count(strings);
    for (int64_t i = 0; i < count; i++) {
        const char *text = om_strings_get(strings, i);
        add_text(digest, key, first + i, text, strlen(text));
    }
}

void om_digest_add(om_digest *digest, const om_digest *other) {
    digest->lane[0] += other->lane[0];
    digest->lane[1] += other->lane[1];
}

void om_digest_hex(const om_digest *digest, char hex[OM_DIGEST_HEX]) {
    snprintf(hex, OM_DIGEST_HEX, "%016" PRIx64 "%016" PRIx64, digest->lane[0], digest->lane[1]);
}

void om_digest_text(const char *bytes, int64_t length, char hex[OM_DIGEST_HEX]) {
    om_digest digest = {{0, 0}};
    hash_bytes(bytes, (size_t)length, digest.lane);
    om_digest_hex(&digest, hex);
}
