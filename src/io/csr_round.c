#include "csr_round.h"

static int64_t smaller(int64_t a, int64_t b) {
    return a < b ? a : b;
}

static int64_t larger(int64_t a, int64_t b) {
    return a > b ? a : b;
}

/* Where the chunk of a non-zero begins; and the first chunk that begins there or behind. */
static int64_t chunk_of(const om_csr_round *round, int64_t nonzero) {
    return nonzero - nonzero % round->chunk_elements;
}

static int64_t chunk_from(const om_csr_round *round, int64_t nonzero) {
    return chunk_of(round, nonzero + round->chunk_elements - 1);
}

om_csr_round om_csr_round_make(const om_csr_place *places, int n_ranks, int64_t chunk_elements) {
    const om_csr_place *last = &places[n_ranks - 1];
    om_csr_round round = {.places = places, .n_ranks = n_ranks, .chunk_elements = chunk_elements};
    round.end = last->first_nonzero + last->n_nonzeros;
    round.tail = chunk_of(&round, round.end);
    return round;
}

om_csr_span om_csr_round_has(const om_csr_round *round, int rank) {
    const om_csr_place *place = &round->places[rank];
    int64_t begin = place->first_nonzero;
    return (om_csr_span){.begin = rank == 0 ? chunk_of(round, begin) : begin,
                         .end = begin + place->n_nonzeros,
                         .partner = rank};
}

om_csr_span om_csr_round_owns(const om_csr_round *round, int rank) {
    om_csr_span has = om_csr_round_has(round, rank);
    int64_t begin = chunk_from(round, has.begin);
    return (om_csr_span){
        .begin = begin, .end = larger(begin, smaller(has.end, round->tail)), .partner = rank};
}

/* The lower rank that has the first non-zero of a chunk. */
static int find_owner(const om_csr_round *round, int64_t chunk, int rank) {
    if (chunk >= round->tail) {
        return 0;
    }
    int owner = rank - 1;
    while (owner > 0) {
        om_csr_span has = om_csr_round_has(round, owner);
        if (has.begin <= chunk && chunk < has.end) {
            break;
        }
        owner--;
    }
    return owner;
}

int om_csr_round_sends(const om_csr_round *round, int rank, om_csr_span spans[OM_CSR_MOST_SENDS]) {
    int n = 0;
    om_csr_span has = om_csr_round_has(round, rank);
    if (rank == 0 || has.begin == has.end) {
        return 0;
    }
    int64_t rest = smaller(has.end, chunk_from(round, has.begin)); /* of a chunk begun before */
    if (has.begin < rest) {
        int owner = find_owner(round, chunk_of(round, has.begin), rank);
        spans[n++] = (om_csr_span){has.begin, rest, owner};
    }
    int64_t tail = larger(rest, round->tail);
    if (tail < has.end) {
        spans[n++] = (om_csr_span){tail, has.end, 0};
    }
    return n;
}

int om_csr_round_receives(const om_csr_round *round, int rank, om_csr_span *spans) {
    int n = 0;
    for (int partner = rank + 1; partner < round->n_ranks; partner++) {
        om_csr_span sent[OM_CSR_MOST_SENDS];
        int n_sent = om_csr_round_sends(round, partner, sent);
        for (int i = 0; i < n_sent; i++) {
            if (sent[i].partner == rank) {
                spans[n++] = (om_csr_span){sent[i].begin, sent[i].end, partner};
            }
        }
    }
    return n;
}
