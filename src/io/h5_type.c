#include "h5_private.h"

#include <string.h>

/* The enumeration that h5py makes of NumPy's bool, so that Python reads a bool back. */
static hid_t bool_type(void) {
    const int8_t no = 0;
    const int8_t yes = 1;
    hid_t type = H5Tenum_create(H5T_STD_I8LE);
    if (type >= 0 && (H5Tenum_insert(type, "FALSE", &no) < 0 || //
                      H5Tenum_insert(type, "TRUE", &yes) < 0)) {
        om_h5_release(type);
        return -1;
    }
    return type;
}

hid_t om_h5_memory_type(om_type type) {
    switch (type) {
    case OM_U8:
        return H5Tcopy(H5T_NATIVE_UINT8);
    case OM_BOOL:
        return bool_type();
    case OM_U16:
        return H5Tcopy(H5T_NATIVE_UINT16);
    case OM_I32:
        return H5Tcopy(H5T_NATIVE_INT32);
    case OM_U32:
        return H5Tcopy(H5T_NATIVE_UINT32);
    case OM_I64:
        return H5Tcopy(H5T_NATIVE_INT64);
    case OM_F32:
        return H5Tcopy(H5T_NATIVE_FLOAT);
    case OM_F64:
        return H5Tcopy(H5T_NATIVE_DOUBLE);
    }
    return -1;
}

hid_t om_h5_file_type(om_type type) {
    switch (type) {
    case OM_U8:
        return H5Tcopy(H5T_STD_U8LE);
    case OM_BOOL:
        return bool_type();
    case OM_U16:
        return H5Tcopy(H5T_STD_U16LE);
    case OM_I32:
        return H5Tcopy(H5T_STD_I32LE);
    case OM_U32:
        return H5Tcopy(H5T_STD_U32LE);
    case OM_I64:
        return H5Tcopy(H5T_STD_I64LE);
    case OM_F32:
        return H5Tcopy(H5T_IEEE_F32LE);
    case OM_F64:
        return H5Tcopy(H5T_IEEE_F64LE);
    }
    return -1;
}

hid_t om_h5_string_type(void) {
    hid_t type = H5Tcopy(H5T_C_S1);
    if (type >= 0 &&
        (H5Tset_size(type, H5T_VARIABLE) < 0 || H5Tset_cset(type, H5T_CSET_UTF8) < 0)) {
        om_h5_release(type);
        return -1;
    }
    return type;
}

hid_t om_h5_string_transfer(int64_t n_strings) {
    enum { STRING_BYTES = 16, MOST_AT_ONCE = 65536 }; /* of a length and a place in the file */
    int64_t at_once = n_strings < MOST_AT_ONCE ? n_strings + 1 : MOST_AT_ONCE;
    hid_t list = H5Pcreate(H5P_DATASET_XFER);
    if (list >= 0 && H5Pset_buffer(list, (size_t)at_once * STRING_BYTES, NULL, NULL) < 0) {
        om_h5_release(list);
        return -1;
    }
    return list;
}

static bool is_bool(hid_t stored) {
    if (H5Tget_size(stored) != 1 || H5Tget_nmembers(stored) != 2) {
        return false;
    }
    char *first = H5Tget_member_name(stored, 0);
    char *second = H5Tget_member_name(stored, 1);
    bool matches = first != NULL && second != NULL && strcmp(first, "FALSE") == 0 &&
                   strcmp(second, "TRUE") == 0;
    H5free_memory(first);
    H5free_memory(second);
    return matches;
}

static bool identify_integer(size_t size, bool is_signed, om_type *type) {
    switch (size) {
    case 1:
        *type = OM_U8;
        return !is_signed;
    case 2:
        *type = OM_U16;
        return !is_signed;
    case 4:
        *type = is_signed ? OM_I32 : OM_U32;
        return true;
    case 8:
        *type = OM_I64;
        return is_signed;
    default:
        return false;
    }
}

bool om_h5_identify_type(hid_t stored, om_type *type) {
    size_t size = H5Tget_size(stored);
    switch (H5Tget_class(stored)) {
    case H5T_INTEGER:
        return identify_integer(size, H5Tget_sign(stored) == H5T_SGN_2, type);
    case H5T_FLOAT:
        *type = size == sizeof(float) ? OM_F32 : OM_F64;
        return size == sizeof(float) || size == sizeof(double);
    case H5T_ENUM:
        *type = OM_BOOL;
        return is_bool(stored);
    default:
        return false;
    }
}

const char *om_h5_describe_type(hid_t stored) {
    om_type type;
    if (om_h5_identify_type(stored, &type)) {
        return om_type_name(type);
    }
    switch (H5Tget_class(stored)) {
    case H5T_INTEGER:
        return "another integer";
    case H5T_FLOAT:
        return "another floating-point type";
    case H5T_STRING:
        return "string";
    case H5T_COMPOUND:
        return "compound";
    case H5T_ENUM:
        return "enumeration";
    case H5T_REFERENCE:
        return "reference";
    default:
        return "another type";
    }
}
