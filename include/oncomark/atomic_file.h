/* Files that appear whole or not at all. */
#ifndef ONCOMARK_ATOMIC_FILE_H
#define ONCOMARK_ATOMIC_FILE_H

#include "oncomark/status.h"

#include <stdint.h>

/* Makes a folder and those above it; one that exists is fine. OM_USAGE where something else has
 * the name. Local. */
om_status om_folder_make(const char *path);

/* Makes the folder that a file of this path would stand in. */
om_status om_folder_make_parent(const char *path);

/* Flushes `temporary` to disk, renames it to `path` (replacing it) and flushes the folder. Local.
 */
om_status om_file_commit(const char *temporary, const char *path);

/* The two steps of that, for what is to happen between them. Local. */
om_status om_file_flush(const char *path);
om_status om_file_rename(const char *temporary, const char *path);

/* Writes a file in place: to be given a temporary name. Local. */
om_status om_file_fill(const char *path, const char *bytes, int64_t length);

/* Writes a whole file by way of "<path>.tmp" and om_file_commit. Local. */
om_status om_file_write(const char *path, const char *bytes, int64_t length);

#endif
