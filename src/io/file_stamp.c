#include "oncomark/file_stamp.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

om_status om_file_stamp(om_text *text, const char *name, const char *path) {
    if (path == NULL) {
        return om_text_add(text, "%s: none\n", name);
    }
    struct stat found;
    if (stat(path, &found) != 0) {
        return om_fail(OM_INPUT, "%s: cannot be looked up: %s", path, strerror(errno));
    }
    return om_text_add(text, "%s: %s, %" PRId64 " bytes, modified %" PRId64 ".%09ld\n", name, path,
                       (int64_t)found.st_size, (int64_t)found.st_mtim.tv_sec,
                       found.st_mtim.tv_nsec);
}
