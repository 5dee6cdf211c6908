#!/usr/bin/env bash
# Builds what is needed and measures; see README.md.
#
# usage: tests/bench/run.sh [stages|scaling|thresholds|training|crossval|losses] [--build DIR] [OPTION]...
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
what=stages
case ${1:-} in
    stages | scaling | thresholds | training | crossval | losses) what=$1 && shift ;;
esac
build=$here/../../build
if [ "${1:-}" = --build ]; then
    build=$2
    shift 2
fi
[ -e "$build/CMakeCache.txt" ] || cmake -S "$here/../.." -B "$build" > /dev/null
cmake --build "$build" -j "$(nproc)" --target oncomark bench_limits bench_corpus bench_read_store \
    bench_synthetic bench_gemm bench_network > /dev/null
python=${OM_PYTHON:-/usr/bin/python3}
[ $what != losses ] || exec "$python" "$here/losses.py" --build "$build" "$@"
exec "$python" "$here/bench.py" "$what" --build "$build" "$@"
