/* What the modules of om_h5ad share. */
#ifndef OM_IO_H5AD_PRIVATE_H
#define OM_IO_H5AD_PRIVATE_H

#include "oncomark/h5ad.h"

#define OM_H5AD_PATH_CAPACITY 2048

/* "parent/name" into `path`. OM_INPUT where the name cannot be the name of an object. */
om_status om_h5ad_join(char path[OM_H5AD_PATH_CAPACITY], const om_h5 *file, const char *parent,
                       const char *name);

/* The attributes that tell AnnData's readers what an object is. */
om_status om_h5ad_encode(om_h5 *file, const char *path, const char *type, const char *version);

/* OM_INPUT unless the object has this encoding-type. */
om_status om_h5ad_expect_encoding(const om_h5 *file, const char *path, const char *expected);

#endif
