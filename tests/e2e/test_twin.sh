#!/usr/bin/env bash
# The whole pipeline against NumPy, SciPy, scikit-image and scikit-learn, through anndata.
. "$(dirname "$0")/common.sh"
make_corpus
write_job "$work/job-twin.yaml" "$work/twin"
on 3 run "$work/job-twin.yaml" 2> "$work/log-twin" || {
    cat "$work/log-twin"
    fail "run"
}
"$python" -W ignore "$source_folder/tests/e2e/twin_cells.py" "$corpus" "$work/twin" \
    "$source_folder/jobs/gene_sets/hallmarks.gmt" 20 20
"$python" -W ignore "$source_folder/tests/e2e/twin_learn.py" "$work/twin" "$work/profiles"

# Predictions: genes in rows or columns, comma or tab, plain or gzip, one rank or three.
"$python" - "$work/profiles" << 'PYTHON'
import sys

import pandas as pd

table = pd.read_csv(sys.argv[1] + ".csv", index_col=0)
table.T.to_csv(sys.argv[1] + ".samples.tsv.gz", sep="\t")
PYTHON
on 3 predict --model "$work/twin/model.h5" "$work/profiles.csv" > "$work/found-3.csv" 2> "$work/log-predict"
on 1 predict --model "$work/twin/model.h5" "$work/profiles.csv" > "$work/found-1.csv" 2>> "$work/log-predict"
on 2 predict --model "$work/twin/model.h5" "$work/profiles.samples.tsv.gz" > "$work/found-2.csv" 2>> "$work/log-predict"
cmp "$work/found-1.csv" "$work/found-3.csv" || fail "predictions differ between 1 and 3 ranks"
cmp "$work/found-1.csv" "$work/found-2.csv" || fail "predictions differ between genes in rows and in columns"
"$python" "$source_folder/tests/e2e/compare_predictions.py" "$work/found-1.csv" "$work/profiles.expected.csv"
