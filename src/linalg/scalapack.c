#include "scalapack.h"

const int om_scalapack_first = 1;

om_status om_scalapack_describe(int descriptor[OM_DESCRIPTOR], int rows, int columns, int row_block,
                                int column_block, int context, int leading) {
    const int origin = 0;
    int info = 0;
    descinit_(descriptor, &rows, &columns, &row_block, &column_block, &origin, &origin, &context,
              &leading, &info);
    return om_scalapack_check("descinit", info);
}

om_status om_scalapack_check(const char *routine, int info) {
    if (info < 0) {
        return om_fail(OM_BUG, "%s: argument %d is not as it expects", routine, -info);
    }
    if (info > 0) {
        return om_fail(OM_SYSTEM, "%s: found no result (info %d)", routine, info);
    }
    return OM_OK;
}
