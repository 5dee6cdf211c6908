#include "oncomark/blas.h"

#include <stddef.h>

__attribute__((weak)) void openblas_set_num_threads(int n);

void om_blas_use_one_thread(void) {
    if (openblas_set_num_threads != NULL) {
        openblas_set_num_threads(1);
    }
}
