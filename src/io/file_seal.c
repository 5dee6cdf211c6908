#include "oncomark/file_seal.h"

#include "oncomark/digest.h"
#include "oncomark/memory.h"
#include "oncomark/reader.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { PIECE = 1 << 20 };

/* What is added: the digest's digits behind a word that says what they are. */
typedef struct seal {
    char word[16];
    char hex[OM_DIGEST_HEX];
} seal;

/* Digest of the first `length` bytes, as words of 64 bits, the last filled up with zeros. */
static om_status digest_bytes(FILE *file, const char *path, int64_t length, seal *out) {
    static const char name[] = "bytes";
    om_digest digest = {{0, 0}};
    om_digest_header(&digest, name, name, 1, &length);
    int64_t *words = om_calloc(PIECE / 8, sizeof *words);
    om_status status = words != NULL ? OM_OK : OM_MEMORY;
    for (int64_t done = 0; done < length && status == OM_OK; done += PIECE) {
        int64_t piece = length - done < PIECE ? length - done : PIECE;
        words[(piece - 1) / 8] = 0;
        if (fread(words, 1, (size_t)piece, file) != (size_t)piece) {
            status = om_fail(OM_INPUT, "%s: cannot be read: %s", path,
                             ferror(file) != 0 ? strerror(errno) : "it ends too early");
        } else {
            om_digest_elements(&digest, name, OM_I64, done / 8, words, (piece + 7) / 8);
        }
    }
    om_free(words);
    *out = (seal){.word = "oncomark seal\n"};
    om_digest_hex(&digest, out->hex);
    return status;
}

om_status om_file_seal(const char *path) {
    int64_t length = 0;
    seal made;
    OM_TRY(om_file_size(path, &length));
    FILE *file = fopen(path, "r+be");
    if (file == NULL) {
        return om_fail(OM_SYSTEM, "%s: cannot write it: %s", path, strerror(errno));
    }
    om_status status = digest_bytes(file, path, length, &made);
    bool written = status == OM_OK && fseek(file, 0, SEEK_END) == 0 &&
                   fwrite(&made, sizeof made, 1, file) == 1;
    int cause = errno;
    bool closed = fclose(file) == 0;
    if (status == OM_OK && !(written && closed)) {
        status =
            om_fail(OM_SYSTEM, "%s: cannot write it: %s", path, strerror(written ? errno : cause));
    }
    return status;
}

om_status om_file_check_seal(const char *path) {
    int64_t length = 0;
    seal found, expected;
    OM_TRY(om_file_size(path, &length));
    length -= (int64_t)sizeof found;
    if (length < 0) {
        return om_fail(OM_INPUT, "%s is not a whole file with a seal", path);
    }
    FILE *file = fopen(path, "rbe");
    if (file == NULL) {
        return om_fail(OM_INPUT, "%s: cannot be read: %s", path, strerror(errno));
    }
    om_status status = digest_bytes(file, path, length, &expected);
    bool read = status == OM_OK && fread(&found, sizeof found, 1, file) == 1;
    fclose(file);
    if (status == OM_OK && (!read || memcmp(&found, &expected, sizeof found) != 0)) {
        status = om_fail(OM_INPUT, "%s is torn or damaged: its seal does not fit its bytes", path);
    }
    return status;
}
