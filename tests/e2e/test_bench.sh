#!/usr/bin/env bash
# The benchmark runs, and every figure of it is there.
. "$(dirname "$0")/common.sh"
build=$(cd "$(dirname "$program")/.." && pwd)
[ -x "$build/tests/bench/bench_limits" ] || {
    echo "SKIPPED: the benchmark's programs are not beside this one"
    exit 0
}
bench() {
    "$python" "$source_folder/tests/bench/bench.py" "$1" --build "$build" --quick --work "$work" \
        --out "$work/bench-$1.csv" > "$work/bench-$1.txt" 2> "$work/log-bench" || {
        cat "$work/log-bench"
        fail "bench $1"
    }
}
bench stages
bench thresholds
bench training
bench crossval
bench linalg
"$python" - "$work" << 'PYTHON'
import csv
import math
import sys

UNITS = {"ingest": "bytes nonzeros cells", "score": "bytes nonzeros cells", "threshold": "cells values",
         "synthesize": "bytes nonzeros cells", "read store": "bytes nonzeros cells", "ingest .gz": "bytes"}
PEERS = {"mmread": "bytes", "read_csv": "bytes", "h5py": "nonzeros", "anndata": "nonzeros", "ucell": "cells",
         "otsu": "values", "pseudobulk": "nonzeros"}


def read(what):
    figures = {}
    with open(f"{sys.argv[1]}/bench-{what}.csv") as file:
        for row in csv.DictReader(file):
            low, value, high = (float(row[name]) for name in ("lowest", "median", "highest"))
            assert low <= value <= high and math.isfinite(high), row
            assert value > 0 or row["quantity"] == "flush_seconds", row
            figures[row["part"], row["thing"], row["ranks"], row["quantity"]] = value
    return figures


figures = read("stages")
for ranks in "12":
    for limit in ("copy", "triad", "read", "digits", "write", "write-fsync", "zlib"):
        assert ("limit", limit, ranks, "bytes_per_second") in figures, limit
    for stage, units in UNITS.items():
        for quantity in ["seconds", "cpu_seconds", "peak_bytes"] + [f"{unit}_per_second" for unit in units.split()]:
            assert ("stage", stage, ranks, quantity) in figures, (stage, quantity)
for peer, unit in PEERS.items():
    for quantity in ("seconds", "cpu_seconds", "peak_bytes", f"{unit}_per_second"):
        assert ("peer", peer, "1", quantity) in figures, (peer, quantity)
figures = read("training")
for ranks in "12":
    assert ("training", "oncomark train", ranks, "epoch_seconds") in figures, ranks
figures = read("crossval")
for epochs in (1, 3, 6):
    rows = figures["cross-validation", f"{epochs} epochs", "2", "rows"]
    # Ten folds of which eight tenths are learned from, of 1,500 samples.
    assert rows == 12000 * epochs, (epochs, rows)
figures = read("linalg")
for ranks in "12":
    for thing, phases in {"pca": ["sums of terms", "eigenvectors", "projections"], "ridge": ["solutions", "folds"],
                          "matrices": ["sums", "solve"]}.items():
        for phase in phases:
            assert (thing, phase, ranks, "seconds") in figures, (thing, phase)
    for phase in (("pca", "sums of terms"), ("ridge", "Gram matrices"), ("matrices", "sums"), ("limit", "dgemm")):
        quantity = "flops_per_second" if phase[0] == "limit" else "operations"
        assert (*phase, ranks, quantity) in figures, phase
    for solver in ("full", "arpack"):
        assert figures["peer", solver, ranks, "variance_error"] < 1e-10, solver
figures = read("thresholds")
assert ("stage", "threshold", "2", "values_per_second") in figures
assert ("peer", "otsu", "1", "values_per_second") in figures
PYTHON
for word in "memory triad" "read store" "scipy.io.mmread" "ours, 2"; do
    grep -q "$word" "$work/bench-stages.txt" || fail "the tables say nothing of $word"
done
