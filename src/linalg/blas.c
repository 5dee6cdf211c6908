#include "oncomark/blas.h"

#include "oncomark/memory.h"

#include <stddef.h>

/* OpenBLAS has 32 MiB to 128 MiB a thread, by processor, and a little more. */
enum { BUFFER_MIB = 129 };

__attribute__((weak)) void openblas_set_num_threads(int n);

om_status om_blas_begin(void) {
    void *room = om_malloc((int64_t)BUFFER_MIB << 20, 1);
    if (room == NULL) {
        return OM_MEMORY;
    }
    om_free(room);
    if (openblas_set_num_threads != NULL) {
        openblas_set_num_threads(1);
    }
    return OM_OK;
}
