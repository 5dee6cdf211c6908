/* The content digest of any artefact. */
#ifndef ONCOMARK_CONTENT_DIGEST_H
#define ONCOMARK_CONTENT_DIGEST_H

#include "oncomark/digest.h"

/* HDF5 files (.h5, .h5ad): om_h5_digest_file; others: their bytes. Local. */
om_status om_content_digest(const char *path, char hex[OM_DIGEST_HEX]);

#endif
