/* The BLAS that linear algebra calls. */
#ifndef ONCOMARK_BLAS_H
#define ONCOMARK_BLAS_H

#include "oncomark/status.h"

/* From now on this process' BLAS keeps to one thread: OpenBLAS takes all cores of a node by itself,
 * which the other ranks want, too (no effect with another BLAS). OM_MEMORY where a limit leaves no
 * room for its buffer, for which it would ask for ever. Local. */
om_status om_blas_begin(void);

#endif
