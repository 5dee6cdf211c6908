/* A digest of a file's bytes at its end, for files that must not be read where they are damaged:
 * HDF5's library crashes on some. It opens sealed files as others. */
#ifndef ONCOMARK_FILE_SEAL_H
#define ONCOMARK_FILE_SEAL_H

#include "oncomark/status.h"

/* Adds the seal to a whole file. Local. */
om_status om_file_seal(const char *path);

/* OM_INPUT where the file is missing, unreadable, or not as it was sealed. Local. */
om_status om_file_check_seal(const char *path);

#endif
