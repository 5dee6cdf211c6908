/* What kind of values an object has, and reading fields of compound data sets. Serial handle;
 * local. */
#ifndef OM_IO_H5_FIELD_H
#define OM_IO_H5_FIELD_H

#include "oncomark/h5.h"

typedef enum om_h5_class {
    OM_H5_INTEGERS,
    OM_H5_REALS,
    OM_H5_BOOLS,
    OM_H5_STRINGS,
    OM_H5_COMPOUND,
    OM_H5_GROUP,
    OM_H5_OTHER
} om_h5_class;

/* Of a group or data set, or of the field of a compound one (NULL: none). A data set that has not
 * one dimension, or none, is OM_H5_OTHER. */
om_status om_h5_class_of(const om_h5 *file, const char *path, const char *field,
                         om_h5_class *class);

/* The fields of a compound data set. */
om_status om_h5_field_names(const om_h5 *file, const char *path, om_strings **names);

/* The values of a data set of one dimension (or of none: one value), or of its `field` (NULL: it is
 * not compound): `n` numbers converted to `as`, or strings. */
om_status om_h5_read_column(const om_h5 *file, const char *path, const char *field, om_type as,
                            int64_t n, void *values);
om_status om_h5_read_string_column(const om_h5 *file, const char *path, const char *field,
                                   om_strings **strings);

bool om_h5_has_attribute(const om_h5 *file, const char *path, const char *name);

/* The path of the object that an attribute refers to; *target is NULL where there is no such
 * attribute, or no reference. Owned by the caller. */
om_status om_h5_follow_attribute(const om_h5 *file, const char *path, const char *name,
                                 char **target);

#endif
