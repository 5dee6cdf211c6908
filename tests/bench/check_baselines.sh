#!/usr/bin/env bash
# Other methods beside the network on a small corpus: the table is there, and both ridge classifiers are one.
#
# usage: tests/bench/check_baselines.sh PROGRAM SOURCE_FOLDER [WORK_FOLDER]
. "$(dirname "$0")/../e2e/common.sh"
build=$(cd "$(dirname "$program")/.." && pwd)
quick_bench baselines "$build"
"$python" - "$work/baselines.csv" "$work/baselines.md" << 'PYTHON'
import csv
import math
import sys
from collections import defaultdict
from statistics import fmean

figures = defaultdict(dict)
for row in csv.DictReader(open(sys.argv[1])):
    figures[row["method"], row["figure"]][row["fold"], row["hallmark"]] = float(row["value"])
methods = {method for method, _ in figures}
networks = {f"network, {loss} loss, learning rate {rate}"
            for loss in ("masked", "published") for rate in ("0.0001", "0.001")}
others = {"ridge (oncomark)", "ridge (scikit-learn)", "logistic regression", "linear SVM", "random forest",
          "gradient boosting"}
assert methods == networks | others, methods
for (method, figure), cells in figures.items():
    assert len(cells) == 40, (method, figure, len(cells))  # four folds of ten hallmarks

# Written by two hands, from the same samples.
for figure in ("accuracy", "precision", "recall", "f1", "balanced_accuracy", "auroc", "auprc"):
    theirs = figures["ridge (scikit-learn)", figure]
    for cell, ours in figures["ridge (oncomark)", figure].items():
        both_lack_it = math.isnan(ours) and math.isnan(theirs[cell])
        assert both_lack_it or math.isclose(ours, theirs[cell], abs_tol=1e-12), (figure, cell)

# The corpus can be learned by each of them.
accuracy = {method: fmean(figures[method, "accuracy"].values()) for method in methods}
assert min(accuracy[method] for method in others) > 0.95, accuracy
assert accuracy["network, masked loss, learning rate 0.001"] > 0.8, accuracy

# The table has these figures.
rows = [line.split("|")[1:3] for line in open(sys.argv[2]) if line.startswith("|")][2:]
assert {name.strip(): float(value) for name, value in rows} == {
    method: round(value, 3) for method, value in accuracy.items()}, rows
PYTHON
