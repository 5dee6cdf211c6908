/* The compressed chunks of a group's ranks into one file, by its root. */
#ifndef OM_IO_CSR_APPEND_H
#define OM_IO_CSR_APPEND_H

#include "csr_round.h"

/* Compressed chunks of a rank in the order of its chunks, each first values, then indices. */
typedef struct om_csr_outbox {
    unsigned char *bytes;
    int64_t n_bytes;
    int64_t capacity;
    int64_t *lengths; /* [n_chunks] */
    int64_t n_chunks;
    int64_t most_chunks;
} om_csr_outbox;

/* Room for one more chunk of at most `most_bytes`. */
om_status om_csr_outbox_make_room(om_csr_outbox *outbox, int64_t most_bytes);
void om_csr_outbox_clear(om_csr_outbox *outbox);

/* The root's file. */
typedef struct om_csr_appender om_csr_appender;

/* chunk_elements: of the data sets in the file, 1 where they have no elements. Local. */
om_status om_csr_appender_open(om_csr_appender **out, const char *file,
                               const om_csr_part parts[OM_CSR_PARTS], int64_t *chunk_elements);
om_status om_csr_appender_write(om_csr_appender *appender, int which, int64_t first,
                                const unsigned char *bytes, int64_t n_bytes);
om_status om_csr_appender_write_offsets(om_csr_appender *appender, int64_t first_row, int64_t n,
                                        const void *offsets);
/* *digest: of the offsets. */
om_status om_csr_appender_close(om_csr_appender **appender, om_digest *digest);

/* Sends this rank's chunks and offsets to the root; on the root (appender not NULL) receives those
 * of all other ranks and writes them. Takes what is sent also after a failure. Collective on group,
 * without agreement. */
om_status om_csr_append(om_ctx *group, om_csr_appender *appender, const om_csr_round *round,
                        const om_csr_part parts[OM_CSR_PARTS], const om_counts *rows,
                        const om_csr_outbox *outbox);

#endif
