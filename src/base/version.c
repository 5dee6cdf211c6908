#include "oncomark/version.h"

#ifndef ONCOMARK_VERSION
#define ONCOMARK_VERSION "unknown"
#endif

const char *om_version(void) {
    return ONCOMARK_VERSION;
}
