/* cmocka with the headers that it needs before it. */
#ifndef ONCOMARK_TESTS_UNIT_TEST_H
#define ONCOMARK_TESTS_UNIT_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#endif
