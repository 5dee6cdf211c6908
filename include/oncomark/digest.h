/* Content digests that do not depend on who holds which element.
 *
 * The digest of an artefact is the sum, modulo 2^64 in each of two lanes, of a mixed word per
 * element. The mix is a bijection of the element's 64-bit image for a fixed name and index, so a
 * change of any one element changes the digest with certainty, and parts computed on different
 * ranks are simply added. Names, types and shapes are elements too. */
#ifndef ONCOMARK_DIGEST_H
#define ONCOMARK_DIGEST_H

#include "oncomark/strings.h"

#include <stdint.h>

typedef struct om_digest {
    uint64_t lane[2];
} om_digest;

#define OM_DIGEST_HEX 33 /* 32 hexadecimal digits and NUL */

/* Numeric element types, for digests and for HDF5. OM_BOOL is one byte, 0 or 1. */
typedef enum om_type { OM_U8, OM_BOOL, OM_U16, OM_I32, OM_U32, OM_I64, OM_F32, OM_F64 } om_type;

int64_t om_type_size(om_type type);
const char *om_type_name(om_type type); /* "uint8", "bool", "uint16", "int32", ... */

/* Adds name, type name and shape of an array (n_dimensions 0: a scalar). Once per array, by one
 * rank. */
void om_digest_header(om_digest *digest, const char *name, const char *type_name, int n_dimensions,
                      const int64_t *shape);

/* Adds elements first .. first+count-1 (row-major index) of the array `name`. */
void om_digest_elements(om_digest *digest, const char *name, om_type type, int64_t first,
                        const void *values, int64_t count);

/* The same for strings. */
void om_digest_string(om_digest *digest, const char *name, int64_t index, const char *text);
void om_digest_strings(om_digest *digest, const char *name, int64_t first,
                       const om_strings *strings);

void om_digest_add(om_digest *digest, const om_digest *other);
void om_digest_hex(const om_digest *digest, char hex[OM_DIGEST_HEX]);

/* Digest of a text (a CSV's bytes, a key's description) as hex. */
void om_digest_text(const char *bytes, int64_t length, char hex[OM_DIGEST_HEX]);

#endif
