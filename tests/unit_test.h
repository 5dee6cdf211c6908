/* cmocka with the headers that it needs before it, and what many tests of the library need. */
#ifndef ONCOMARK_TESTS_UNIT_TEST_H
#define ONCOMARK_TESTS_UNIT_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "oncomark/status.h"
#include "oncomark/strings.h"

#include <string.h>

/* The message of the last failure contains `part`. */
static inline void assert_message_has(const char *part) {
    if (strstr(om_error_message(), part) == NULL) {
        fail_msg("\"%s\" is not in \"%s\"", part, om_error_message());
    }
}

static inline om_strings *test_strings(int64_t n, const char *const *texts) {
    om_strings *strings = NULL;
    assert_int_equal(om_strings_create(&strings), OM_OK);
    for (int64_t i = 0; i < n; i++) {
        assert_int_equal(om_strings_add(strings, texts[i]), OM_OK);
    }
    return strings;
}

#endif
