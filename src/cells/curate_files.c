#include "curate_files.h"

#include "oncomark/atomic_file.h"
#include "oncomark/memory.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static om_status begin_file(om_curate_file *file, const char *folder, bool replace) {
    OM_TRY(om_text_create(&file->text));
    file->path = om_format("%s/%s", folder, file->name);
    file->temporary = om_format("%s/.%s.new", folder, file->name);
    file->earlier = om_format("%s/.%s.earlier", folder, file->name);
    if (file->path == NULL || file->temporary == NULL || file->earlier == NULL) {
        return OM_MEMORY;
    }
    struct stat info;
    if (lstat(file->path, &info) != 0) {
        return OM_OK;
    }
    if (!S_ISREG(info.st_mode)) {
        return om_fail(OM_USAGE, "%s: found something that is no file, expected none or a file",
                       file->path);
    }
    return replace ? OM_OK
                   : om_fail(OM_USAGE,
                             "%s: is there already, expected a folder without it; --force "
                             "replaces it",
                             file->path);
}

om_status om_curate_files_begin(om_curate_file *files, int n, const char *folder, bool replace) {
    for (int i = 0; i < n; i++) {
        OM_TRY(begin_file(&files[i], folder, replace));
    }
    return OM_OK;
}

static om_status place(om_curate_file *file) {
    file->moved = rename(file->path, file->earlier) == 0;
    if (!file->moved && errno != ENOENT) {
        return om_fail(OM_SYSTEM, "%s: cannot be set aside: %s", file->path, strerror(errno));
    }
    file->placed = true; /* it may be there even where its folder cannot be flushed */
    return om_file_commit(file->temporary, file->path);
}

static void undo(om_curate_file *files, int n) {
    for (int i = 0; i < n; i++) {
        unlink(files[i].temporary);
        if (files[i].moved) {
            rename(files[i].earlier, files[i].path);
        } else if (files[i].placed) {
            unlink(files[i].path);
        }
    }
}

om_status om_curate_files_write(om_curate_file *files, int n, const char *folder) {
    OM_TRY(om_folder_make(folder));
    om_status status = OM_OK;
    for (int i = 0; i < n && status == OM_OK; i++) {
        status = om_file_write(files[i].temporary, om_text_get(files[i].text),
                               (int64_t)om_text_length(files[i].text));
    }
    for (int i = 0; i < n && status == OM_OK; i++) {
        status = place(&files[i]);
    }
    if (status != OM_OK) {
        undo(files, n);
    }
    for (int i = 0; i < n && status == OM_OK; i++) {
        unlink(files[i].earlier);
    }
    return status;
}

void om_curate_files_end(om_curate_file *files, int n) {
    for (int i = 0; i < n; i++) {
        om_text_destroy(&files[i].text);
        om_free(files[i].path);
        om_free(files[i].temporary);
        om_free(files[i].earlier);
    }
}
