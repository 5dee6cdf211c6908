#include "oncomark/hallmark.h"

#include <stddef.h>
#include <strings.h>

static const char *const codes[OM_N_HALLMARKS] = {
#define OM_HALLMARK_CODE(code, name) #code,
    OM_HALLMARK_LIST(OM_HALLMARK_CODE)
#undef OM_HALLMARK_CODE
};

static const char *const names[OM_N_HALLMARKS] = {
#define OM_HALLMARK_NAME(code, name) name,
    OM_HALLMARK_LIST(OM_HALLMARK_NAME)
#undef OM_HALLMARK_NAME
};

const char *om_hallmark_code(int hallmark) {
    return codes[hallmark];
}

const char *om_hallmark_name(int hallmark) {
    return names[hallmark];
}

int om_hallmark_find(const char *code) {
    for (int hallmark = 0; hallmark < OM_N_HALLMARKS; hallmark++) {
        if (strcasecmp(code, codes[hallmark]) == 0) {
            return hallmark;
        }
    }
    return -1;
}
