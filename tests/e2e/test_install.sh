#!/usr/bin/env bash
# `cmake --install` gives a program that runs and headers and libraries that a user's program builds with.
. "$(dirname "$0")/common.sh"
build=$(cd "$(dirname "$program")/.." && pwd)
cmake --install "$build" --prefix "$work/prefix" > /dev/null
"$work/prefix/bin/oncomark" --version | grep -q '^oncomark ' || fail "the installed program"
(cd "$work" && "$work/prefix/bin/oncomark" simulate --out installed-corpus --cells 400 --samples 1 --genes 3000 2> log-installed) ||
    fail "the installed program does not find its gene sets: $(cat "$work/log-installed")"
"$work/prefix/bin/oncomark" run "$work/prefix/share/oncomark/jobs/demo.yaml" --dump | grep -q '^train.epochs: 50' ||
    fail "the installed demo job"
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
