#!/usr/bin/env bash
# `predict` from the command line: with a table of Ensembl ids, shares of genes found, and its errors.
. "$(dirname "$0")/common.sh"
folder=$work/predict
rm -rf "$folder"
mkdir -p "$folder"

"$python" - "$folder" << 'PYTHON'
import sys

import h5py
import numpy as np

folder = sys.argv[1] + "/"
genes = ["ABL1", "BRCA1", "EGFR", "KRAS", "TP53"]
random = np.random.RandomState(1)
shapes = {"w1": (3, 5), "b1": (3,), "w2": (10, 2, 3), "b2": (10, 2), "w3": (10, 2), "b3": (10,)}
with h5py.File(folder + "model.h5", "w") as model:
    model.attrs["format"] = "oncomark-model"
    model.attrs["format_version"] = np.int64(1)
    text = h5py.string_dtype()
    model["genes"] = np.array(genes, dtype=text)
    model["hallmarks"] = np.array("AIM DCE EGS GIM RCD SPS AID IA ERI TPI".split(), dtype=text)
    model["mean"] = np.linspace(0.5, 1.5, 5)
    model["sd"] = np.linspace(0.6, 1.2, 5)
    for name, shape in shapes.items():
        model[name] = random.normal(size=shape).astype("f4")

values = random.randint(0, 50, (5, 40)) / 4
names = ["S%d" % i for i in range(40)]


def write(file, ids, rows):
    with open(folder + file, "w") as out:
        print("id", *names, sep="\t", file=out)
        for name, row in zip(ids, rows):
            print(name, *row, sep="\t", file=out)


ids = ["ENSG%011d" % (i + 1) for i in range(5)]
write("symbols.tsv", genes, values)
write("ids.tsv", [name + ".7" for name in ids], values)
write("most.tsv", genes[:4], values)
write("few.tsv", genes[:3], values)
with open(folder + "map.csv", "w") as out:
    print("ensembl_gene_id,symbol", file=out)
    for pair in zip(ids, genes):
        print(*pair, sep=",", file=out)
PYTHON

cd "$folder"
on 2 predict --model model.h5 --out symbols.csv symbols.tsv 2> log
grep -q 'predict: symbols.tsv: 40 profiles, 5 of 5 genes (100.0 %)' log || fail "no share: $(cat log)"
grep -q 'warning' log && fail "a warning: $(cat log)"
for ranks in 1 3 7; do
    on $ranks predict --model model.h5 --gene-map map.csv ids.tsv > ids.csv 2> log
    cmp symbols.csv ids.csv || fail "ids give other predictions on $ranks ranks"
done
gzip -k ids.tsv
on 2 predict --model model.h5 --gene-map=map.csv ids.tsv.gz 2> log | cmp - symbols.csv || fail "gzip"
on 2 predict --model model.h5 most.tsv 2> log > out.csv
grep -q '4 of 5 genes (80.0 %)' log || fail "no share: $(cat log)"
grep -q 'warning' log && fail "a warning at 80 %: $(cat log)"
on 2 predict --model model.h5 few.tsv 2> log > out.csv
grep -q 'warning: few.tsv: only 60.0 % of the model.s genes were found' log || fail "no warning: $(cat log)"

# fails_with MESSAGE ARGUMENT...
fails_with() {
    local message=$1
    shift
    for ranks in 1 3; do
        code=0
        on $ranks predict --model model.h5 "$@" > out.csv 2> log || code=$?
        [ $code = 2 ] || fail "expected exit code 2, found $code: $(cat log)"
        grep -qF -- "$message" log || fail "expected '$message', found: $(cat log)"
        [ "$(grep -cF -- "$message" log)" = 1 ] || fail "said more than once: $(cat log)"
        [ ! -s out.csv ] || fail "predictions in spite of an error"
    done
}
fails_with 'ids.tsv: found Ensembl ids of genes (ENSG00000000001.7), expected symbols as the model has them; --gene-map FILE' ids.tsv
fails_with 'none.csv: found no such file' --gene-map none.csv ids.tsv
fails_with 'symbols.tsv:1: found 41 fields, expected 2' --gene-map symbols.tsv ids.tsv
fails_with "'--gene-map' is no option of it or lacks its value" --gene-map
tail -n +2 symbols.tsv > headless.tsv
fails_with "headless.tsv: found 'ABL1' and numbers in the first line, expected a header" headless.tsv
