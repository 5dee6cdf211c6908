#!/usr/bin/env bash
# What the README says of losses and folds holds of a small corpus, by the program that makes its table.
. "$(dirname "$0")/common.sh"
quick_bench losses "$work"
"$python" - "$work/losses.csv" "$work/losses.md" << 'PYTHON'
import csv
import sys
from collections import defaultdict

figures = defaultdict(dict)
for row in csv.DictReader(open(sys.argv[1])):
    figures[row["loss"], row["group"], row["permuted"]][row["figure"]] = float(row["value"])
assert len(figures) == 5, sorted(figures)
masked, published = ({group: figures[loss, group, "no"] for group in ("none", "patient")}
                     for loss in ("masked", "published"))

for group in ("none", "patient"):
    # A masked head learns its own hallmark only; published ones are nearly one.
    assert masked[group]["own"] > 0.9, (group, masked)
    assert masked[group]["own"] - masked[group]["others"] > 0.2, (group, masked)
    assert published[group]["own"] > 0.9, (group, published)
    assert abs(published[group]["own"] - published[group]["others"]) < 0.03, (group, published)
    assert published[group]["agreement"] > 0.3, (group, published)
    assert published[group]["agreement"] > 4 * masked[group]["agreement"], (group, masked, published)

# Folds that share patients are no harder.
for loss in (masked, published):
    random, apart = loss["none"], loss["patient"]
    error = (random["own_error"] ** 2 + apart["own_error"] ** 2) ** 0.5
    assert random["own"] >= apart["own"] - 2 * error, loss

# Nothing leaks: what cannot be learned is not. The error is small enough to tell.
permuted = figures["masked", "patient", "yes"]
assert 0 < permuted["hallmarks_error"] < 0.04, permuted
assert abs(permuted["own"] - 0.5) <= 3 * permuted["hallmarks_error"], permuted

# The table has these figures.
rows = [line.split("|")[2:-1] for line in open(sys.argv[2]) if line.startswith("|")][2:]
rows = {(loss.strip(), folds.strip()): float(own) for loss, folds, own, *_ in rows}
assert rows == {(loss, name): round(figures[loss, group, "no"]["own"], 3) for loss in ("masked", "published")
                for group, name in (("none", "random"), ("patient", "by patient"))}, rows
PYTHON
