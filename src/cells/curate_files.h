/* Files of a folder that appear together or not at all. */
#ifndef ONCOMARK_CELLS_CURATE_FILES_H
#define ONCOMARK_CELLS_CURATE_FILES_H

#include "oncomark/strings.h"

#include <stdbool.h>

/* Plain data. */
typedef struct om_curate_file {
    const char *name; /* borrowed */
    om_text *text;
    char *path;
    char *temporary; /* the new file until it takes its place */
    char *earlier;   /* what it replaces, until all have theirs */
    bool moved;      /* an earlier file is aside */
    bool placed;
} om_curate_file;

/* Names the paths of n files in `folder`. OM_USAGE where one is there, unless `replace`, and where
 * it is no plain file. Local. */
om_status om_curate_files_begin(om_curate_file *files, int n, const char *folder, bool replace);

/* Writes the texts. After a failure the folder's files are what they were. Local. */
om_status om_curate_files_write(om_curate_file *files, int n, const char *folder);

void om_curate_files_end(om_curate_file *files, int n);

#endif
