#!/usr/bin/env bash
# Installs what is missing, builds, and runs all tests.
#
# usage: tests/run.sh [--full]
#   --full  also: clang, both sanitizers, valgrind, clang-tidy, cppcheck, the format, and the long tests
set -euo pipefail
cd "$(dirname "$0")/.."
full=no
case ${1:-} in
    '') ;;
    --full) full=yes ;;
    *) echo "usage: tests/run.sh [--full]" >&2 && exit 2 ;;
esac
# shellcheck source=jobs/setup.sh
. jobs/setup.sh

test_packages=(libcmocka-dev python3 python3-numpy python3-scipy python3-h5py python3-anndata
    python3-skimage python3-sklearn)
om_install "${om_build_packages[@]}" "${test_packages[@]}"

if [ $full = yes ]; then
    om_install clang clang-format clang-tidy cppcheck valgrind python3-torch
    tests/full.sh
fi

om_build release -DONCOMARK_TESTS=ON
om_say "Testing"
ctest --test-dir build --output-on-failure --timeout 900 -j "$(nproc)"
