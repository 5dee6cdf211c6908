/* Which rank compresses which chunk of a round of rows, and what the ranks send each other for it.
 * Pure arithmetic.
 *
 * A chunk belongs to the rank that has its first non-zero. The root also has, in front of its rows,
 * what the rounds before left of a chunk (the carry); what this round leaves (the tail) goes to the
 * root. Places are non-zeros of the matrix. */
#ifndef OM_IO_CSR_ROUND_H
#define OM_IO_CSR_ROUND_H

#include "csr_parts.h"

typedef struct om_csr_round {
    const om_csr_place *places; /* [n_ranks] */
    int n_ranks;
    int64_t chunk_elements;
    int64_t tail; /* where the chunk begins that this round leaves, empty or not */
    int64_t end;  /* of the round */
} om_csr_round;

/* Non-zeros begin .. end - 1, of a rank or for a rank. */
typedef struct om_csr_span {
    int64_t begin;
    int64_t end;
    int partner;
} om_csr_span;

om_csr_round om_csr_round_make(const om_csr_place *places, int n_ranks, int64_t chunk_elements);

/* What a rank has, the root with the carry. */
om_csr_span om_csr_round_has(const om_csr_round *round, int rank);

/* First non-zeros of the chunks that it compresses: begin, begin + chunk_elements, ... < end. */
om_csr_span om_csr_round_owns(const om_csr_round *round, int rank);

/* What it sends; returns how many (0 to 2). */
enum { OM_CSR_MOST_SENDS = 2 };
int om_csr_round_sends(const om_csr_round *round, int rank, om_csr_span spans[OM_CSR_MOST_SENDS]);

/* What it receives, in the order in which each partner sends it; returns how many, at most twice
 * the ranks. */
int om_csr_round_receives(const om_csr_round *round, int rank, om_csr_span *spans);

#endif
