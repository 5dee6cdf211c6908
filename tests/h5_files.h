/* HDF5 files as others write them: strings of fixed length, compound data sets, references. Needs
 * unit_test.h before it. The group that a path names must be there. */
#ifndef ONCOMARK_TESTS_H5_FILES_H
#define ONCOMARK_TESTS_H5_FILES_H

#include "oncomark/h5.h"

#include <hdf5.h>

/* A 1-D data set; `type` is that of the values in memory and in the file. */
static inline void test_h5_put(const char *file, const char *path, hid_t type, int64_t n,
                               const void *values) {
    hid_t id = H5Fopen(file, H5F_ACC_RDWR, H5P_DEFAULT);
    hsize_t size = (hsize_t)n;
    hid_t space = H5Screate_simple(1, &size, NULL);
    hid_t set = H5Dcreate2(id, path, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    assert_true(set >= 0);
    assert_true(H5Dwrite(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0);
    H5Dclose(set);
    H5Sclose(space);
    H5Fclose(id);
}

/* Takes an object away, so that another one can be put in its place. */
static inline void test_h5_remove(const char *file, const char *path) {
    hid_t id = H5Fopen(file, H5F_ACC_RDWR, H5P_DEFAULT);
    assert_true(H5Ldelete(id, path, H5P_DEFAULT) >= 0);
    H5Fclose(id);
}

/* Strings of `length` bytes; `values` has them one after another. */
static inline void test_h5_put_fixed(const char *file, const char *path, size_t length, int64_t n,
                                     const char *values) {
    hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, length);
    H5Tset_strpad(type, H5T_STR_NULLPAD);
    test_h5_put(file, path, type, n, values);
    H5Tclose(type);
}

/* The attribute `name` of `path` refers to `target`. */
static inline void test_h5_refer(const char *file, const char *path, const char *name,
                                 const char *target) {
    hid_t id = H5Fopen(file, H5F_ACC_RDWR, H5P_DEFAULT);
    hid_t space = H5Screate(H5S_SCALAR);
    hobj_ref_t reference;
    assert_true(H5Rcreate(&reference, id, target, H5R_OBJECT, -1) >= 0);
    hid_t attribute = H5Acreate_by_name(id, path, name, H5T_STD_REF_OBJ, space, H5P_DEFAULT,
                                        H5P_DEFAULT, H5P_DEFAULT);
    assert_true(H5Awrite(attribute, H5T_STD_REF_OBJ, &reference) >= 0);
    H5Aclose(attribute);
    H5Sclose(space);
    H5Fclose(id);
}

/* --- by om_h5 --- */

static inline void test_h5_numbers(om_h5 *file, const char *path, om_type type, int64_t n,
                                   const void *values) {
    assert_int_equal(om_h5_write(file, path, type, 1, &n, values), OM_OK);
}

static inline void test_h5_strings(om_h5 *file, const char *path, int64_t n,
                                   const char *const *texts) {
    om_strings *strings = test_strings(n, texts);
    assert_int_equal(om_h5_write_strings(file, path, strings), OM_OK);
    om_strings_destroy(&strings);
}

#endif
