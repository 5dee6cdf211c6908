/* Rows of a CSR matrix into shuffled and deflated chunks. All ranks compress, each the chunks that
 * begin among its rows; the group's root appends them through a serial handle, since
 * H5Dwrite_chunk on a file that is open by MPI-IO leaves it unreadable. */
#ifndef OM_IO_CSR_DEFLATE_H
#define OM_IO_CSR_DEFLATE_H

#include "csr_parts.h"

/* Smaller ones compress less; larger ones are too large for other readers' caches and do not
 * compress better. */
enum { OM_CSR_CHUNK_ELEMENTS = 1 << 16 };

typedef struct om_csr_deflate om_csr_deflate;

/* As om_csr_writer_reserve, with chunks of chunk_elements. Local. */
om_status om_csr_deflate_reserve(om_h5 *file, const char *path, const om_csr_layout *layout,
                                 int64_t chunk_elements);

/* Collective on group; `parts` is borrowed. */
om_status om_csr_deflate_open(om_csr_deflate **out, om_ctx *group, const char *file,
                              const om_csr_part parts[OM_CSR_PARTS]);

/* Takes this rank's rows; `places` of all ranks. Needs a few chunks of memory, and, except on the
 * root, as much as the rows take in the file. Collective on group. */
om_status om_csr_deflate_add(om_csr_deflate *writer, const om_counts *rows,
                             const om_csr_place *places);

/* Writes the chunk that is not full and the last offset. Local, on the root. */
om_status om_csr_deflate_end(om_csr_deflate *writer);

/* Closes and frees, also after a failure; NULL is fine. *digest: what this rank took. Local; no
 * error is lost, but the ranks do not agree on it. */
om_status om_csr_deflate_close(om_csr_deflate **writer, om_digest *digest);

#endif
