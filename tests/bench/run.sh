#!/usr/bin/env bash
# Builds what is needed and measures; see README.md.
#
# usage: tests/bench/run.sh [stages|scaling|thresholds|training|crossval|losses|linalg|baselines] [--build DIR] [OPTION]...
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
what=stages
case ${1:-} in
    stages | scaling | thresholds | training | crossval | losses | linalg | baselines) what=$1 && shift ;;
esac
build=$here/../../build
if [ "${1:-}" = --build ]; then
    build=$2
    shift 2
fi
cmake -S "$here/../.." -B "$build" -DONCOMARK_TESTS=ON > /dev/null
cmake --build "$build" -j "$(nproc)" --target oncomark bench_limits bench_corpus bench_read_store \
    bench_synthetic bench_gemm bench_network bench_folds bench_linalg > /dev/null
python=${OM_PYTHON:-/usr/bin/python3}
case $what in
    losses | baselines) exec "$python" "$here/$what.py" --build "$build" "$@" ;;
esac
exec "$python" "$here/bench.py" "$what" --build "$build" "$@"
