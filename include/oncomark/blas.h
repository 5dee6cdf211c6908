/* The BLAS that linear algebra calls. */
#ifndef ONCOMARK_BLAS_H
#define ONCOMARK_BLAS_H

/* From now on this process' BLAS keeps to one thread: OpenBLAS takes all cores of a node by itself,
 * which the other ranks want, too. No effect with a BLAS that is not OpenBLAS. Local. */
void om_blas_use_one_thread(void);

#endif
