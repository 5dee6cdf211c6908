#include "oncomark/atomic_file.h"

#include "oncomark/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static om_status make_one(const char *path) {
    if (mkdir(path, 0777) == 0) {
        return OM_OK;
    }
    int cause = errno;
    struct stat info;
    if (stat(path, &info) == 0) {
        return S_ISDIR(info.st_mode)
                   ? OM_OK
                   : om_fail(OM_USAGE, "%s: found a file here, expected a folder or nothing", path);
    }
    return om_fail(OM_SYSTEM, "%s: cannot make this folder: %s", path, strerror(cause));
}

om_status om_folder_make(const char *path) {
    char *part = om_strdup(path);
    if (part == NULL) {
        return OM_MEMORY;
    }
    om_status status = OM_OK;
    for (char *slash = strchr(part + 1, '/'); status == OM_OK && slash != NULL;
         slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        status = make_one(part);
        *slash = '/';
    }
    if (status == OM_OK) {
        status = make_one(part);
    }
    om_free(part);
    return status;
}

/* The folder of a path: "." where it names none. Owned by the caller. */
static char *parent_of(const char *path) {
    const char *slash = strrchr(path, '/');
    if (slash == NULL) {
        return om_strdup(".");
    }
    return slash == path ? om_strdup("/") : om_format("%.*s", (int)(slash - path), path);
}

om_status om_folder_make_parent(const char *path) {
    char *parent = parent_of(path);
    om_status status = parent != NULL ? om_folder_make(parent) : OM_MEMORY;
    om_free(parent);
    return status;
}

static om_status flush_to_disk(const char *path, int flags) {
    int file = open(path, flags | O_CLOEXEC);
    if (file < 0) {
        return om_fail(OM_SYSTEM, "%s: cannot open it to flush it: %s", path, strerror(errno));
    }
    /* Some file systems cannot flush a folder and say EINVAL; then there is nothing to flush. */
    int result = fsync(file);
    int cause = errno;
    close(file);
    if (result != 0 && cause != EINVAL) {
        return om_fail(OM_SYSTEM, "%s: cannot flush it to disk: %s", path, strerror(cause));
    }
    return OM_OK;
}

om_status om_file_flush(const char *path) {
    return flush_to_disk(path, O_RDONLY);
}

om_status om_file_rename(const char *temporary, const char *path) {
    if (rename(temporary, path) != 0) {
        return om_fail(OM_SYSTEM, "%s: cannot rename it to %s: %s", temporary, path,
                       strerror(errno));
    }
    char *parent = parent_of(path);
    om_status status = parent != NULL ? flush_to_disk(parent, O_RDONLY | O_DIRECTORY) : OM_MEMORY;
    om_free(parent);
    return status;
}

om_status om_file_commit(const char *temporary, const char *path) {
    OM_TRY(om_file_flush(temporary));
    return om_file_rename(temporary, path);
}

om_status om_file_fill(const char *path, const char *bytes, int64_t length) {
    FILE *file = fopen(path, "wbe");
    if (file == NULL) {
        return om_fail(OM_SYSTEM, "%s: cannot write it: %s", path, strerror(errno));
    }
    size_t written = fwrite(bytes, 1, (size_t)length, file);
    int cause = errno;
    bool closed = fclose(file) == 0;
    if (written != (size_t)length || !closed) {
        return om_fail(OM_SYSTEM, "%s: cannot write %lld bytes: %s", path, (long long)length,
                       strerror(closed ? cause : errno));
    }
    return OM_OK;
}

om_status om_file_write(const char *path, const char *bytes, int64_t length) {
    char *temporary = om_format("%s.tmp", path);
    if (temporary == NULL) {
        return OM_MEMORY;
    }
    om_status status = om_file_fill(temporary, bytes, length);
    if (status == OM_OK) {
        status = om_file_commit(temporary, path);
    }
    if (status != OM_OK) {
        unlink(temporary);
    }
    om_free(temporary);
    return status;
}
