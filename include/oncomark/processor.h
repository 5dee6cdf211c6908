/* Instructions that a processor may have beyond those that the program is compiled for. A function
 * with such an attribute is called only where the processor has them; the attributes are defined
 * where the compiler knows them. */
#ifndef ONCOMARK_PROCESSOR_H
#define ONCOMARK_PROCESSOR_H

#include <stdbool.h>

#if defined(__x86_64__) && defined(__GNUC__)
#define OM_TARGET_AVX512 __attribute__((target("avx512f,avx512dq,avx512vl,avx512bw,fma")))
#define OM_TARGET_AVX2 __attribute__((target("avx2,fma")))

static inline bool om_processor_has_avx2(void) {
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

static inline bool om_processor_has_avx512(void) {
    return om_processor_has_avx2() && __builtin_cpu_supports("avx512f") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512bw");
}
#endif

#endif
