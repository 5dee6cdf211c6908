/* What a file of the user's looks like from outside, for the keys of artefacts made from it. */
#ifndef ONCOMARK_FILE_STAMP_H
#define ONCOMARK_FILE_STAMP_H

#include "oncomark/strings.h"

/* Appends the line "name: path, N bytes, modified T"; "name: none" for a path of NULL. OM_INPUT
 * where there is no such file. Local. */
om_status om_file_stamp(om_text *text, const char *name, const char *path);

#endif
