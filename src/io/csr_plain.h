/* Rows of a CSR matrix into contiguous data sets, by parallel HDF5. */
#ifndef OM_IO_CSR_PLAIN_H
#define OM_IO_CSR_PLAIN_H

#include "csr_parts.h"

typedef struct om_csr_plain om_csr_plain;

/* Collective on group; `parts` is borrowed. */
om_status om_csr_plain_open(om_csr_plain **out, om_ctx *group, const char *file,
                            const om_csr_part parts[OM_CSR_PARTS]);

/* Writes this rank's rows to their place, at its own pace. Local. */
om_status om_csr_plain_add(om_csr_plain *writer, const om_counts *rows, const om_csr_place *place);

/* Writes the offset behind the last row. Local, on one rank. */
om_status om_csr_plain_end(om_csr_plain *writer);

/* Closes and frees, also after a failure; NULL is fine. *digest: what was written. Collective on
 * group. */
om_status om_csr_plain_close(om_csr_plain **writer, om_digest *digest);

#endif
