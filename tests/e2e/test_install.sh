#!/usr/bin/env bash
# `cmake --install` gives a program that runs and headers and libraries that a user's program builds with.
. "$(dirname "$0")/common.sh"
build=$(cd "$(dirname "$program")/.." && pwd)
cmake --install "$build" --prefix "$work/prefix" > /dev/null
"$work/prefix/bin/oncomark" --version | grep -q '^oncomark ' || fail "the installed program"
cat > "$work/user.c" << 'C'
#include <oncomark/hallmark.h>
#include <oncomark/random.h>
#include <stdio.h>
int main(void) {
    om_random random = om_random_stream(42, OM_PURPOSE_TEST, 0);
    printf("%s %d\n", om_hallmark_code(0), om_random_uniform(&random) < 1);
    return 0;
}
C
mpicc -I "$work/prefix/include" "$work/user.c" -o "$work/user" -L "$(dirname "$(find "$work/prefix" -name 'liboncomark_base.a')")" \
    -loncomark_base -lyaml -lm
[ "$("$work/user")" = "AIM 1" ] || fail "a program built with the installed library"
