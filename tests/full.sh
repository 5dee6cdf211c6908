#!/usr/bin/env bash
# What is too slow for every change: called by tests/run.sh --full, from the project's root.
set -euo pipefail
. jobs/setup.sh

sources() {
    git ls-files '*.c' '*.h'
}

om_say "Format"
sources | xargs clang-format --dry-run --Werror

om_build clang
om_say "Testing what clang built"
ctest --test-dir build-clang --output-on-failure --timeout 900 -j "$(nproc)"

om_build sanitizers
om_say "Testing with AddressSanitizer and UndefinedBehaviorSanitizer"
ctest --test-dir build-sanitizers --output-on-failure --timeout 1800 -j "$(nproc)" -L 'unit|mpi'
ctest --test-dir build-sanitizers --output-on-failure --timeout 1800 -j "$(nproc)" -R '^fault\.'

om_build debug -DONCOMARK_ISAL=OFF
om_say "Unit tests under valgrind, with zlib alone"
for test in build-debug/tests/unit.*; do
    [ -x "$test" ] && [ -f "$test" ] || continue
    valgrind --quiet --error-exitcode=1 --leak-check=full --errors-for-leak-kinds=definite \
        --suppressions=tests/valgrind.supp "$test" > /dev/null || {
        echo "valgrind: $test"
        exit 1
    }
done

om_say "clang-tidy and cppcheck"
git ls-files 'src/*.c' | xargs -P "$(nproc)" -n 8 clang-tidy -p build-clang --quiet --warnings-as-errors='*'
cppcheck --enable=warning,performance,portability --inline-suppr --error-exitcode=1 --quiet \
    --std=c11 -D_GNU_SOURCE -I include -I src -j "$(nproc)" src

om_say "Goldens are what their scripts make"
tests/golden/remake.sh

om_say "Other methods beside the network"
tests/bench/check_baselines.sh build-clang/src/oncomark "$PWD"

om_say "Slurm: lost nodes and daemons, preemption, cancelling"
tests/slurm/full.sh build-clang/src/oncomark "$PWD"
