#!/usr/bin/python3
"""Checks ucell.py against scores by the UCell package itself, on real data.

usage: check_shared_ucell.py [SHARED]      SHARED holds data/ and golden/; default ../shared beside the sources
"""
import csv
import gzip
import pathlib
import sys

import numpy as np
import scipy.io

import ucell

TOLERANCE = 1e-12
CELLS_A_FILE = 60
VARIANTS = {
    "ucell-2.14": ("ucell-2.14", "impute"),
    "ucell-2.14-skip": ("ucell-2.14", "skip"),
    "ucell-2.6": ("ucell-2.6", "impute"),
}


def read_sets(path):
    with open(path, newline="") as file:
        rows = list(csv.reader(file))
    return {
        name: [row[k].strip() for row in rows[1:] if k < len(row) and row[k].strip()]
        for k, name in enumerate(rows[0])
    }


def check_study(folder, golden, sets):
    """Largest difference of each variant."""
    symbols = [line.strip() for line in open(folder / "Genes.txt", encoding="utf-8")]
    with open(folder / "Cells.csv", newline="", encoding="utf-8") as file:
        cells = {row[0]: k for k, row in enumerate(list(csv.reader(file))[1:])}
    matrix = scipy.io.mmread(next(folder.glob("Exp_data_*.mtx.gz"))).tocsc()
    worst = {}
    for variant, (formula, missing_genes) in VARIANTS.items():
        path = golden / f"{folder.name}_{variant}.csv.gz"
        if not path.exists():
            continue
        with gzip.open(path, "rt") as file:
            header, *rows = list(csv.reader(file))
        rows = rows[:: max(1, len(rows) // CELLS_A_FILE)]
        columns = matrix[:, [cells[row[0]] for row in rows]]
        ours = ucell.scores(
            columns, symbols, [sets[name] for name in header[1:]], formula, missing_genes, 1500
        )
        theirs = np.array([[float(v) for v in row[1:]] for row in rows])
        worst[variant] = np.abs(ours - theirs).max()
    return worst


def main():
    root = pathlib.Path(__file__).resolve().parents[2]
    shared = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else root.parent / "shared"
    table = shared / "paper" / "hallmark_surv_curated.csv"
    if not table.exists():
        print(f"SKIPPED: {table} is absent")
        return 0
    sets = read_sets(table)
    failed = False
    for folder in sorted((shared / "data").glob("Data_*")):
        for variant, difference in check_study(folder, shared / "golden", sets).items():
            failed |= not difference < TOLERANCE
            print(f"{folder.name} {variant}: {difference:.3g}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
