#!/usr/bin/env bash
# `validate` on the command line: profiles in every layout and with classes told in every way, the same tables at any
# number of ranks, figures as SciPy has them, and what it says of bad input.
. "$(dirname "$0")/common.sh"
make_corpus
job=$work/validate.yaml
input=$work/validate-input
rm -rf "$input" "$work"/validate-[0-9]
mkdir -p "$input"
write_job "$job" "$work/validate-1"
cat >> "$job" << 'END'
features: {most_variable: 1000}
train: {hidden: 8, head: 4, epochs: 6, learning_rate: 1.0e-3}
END
on 2 run "$job" 2> "$work/log-validate" || fail "run: $(cat "$work/log-validate")"
for ranks in 2 3 4 7; do
    cp -a "$work/validate-1" "$work/validate-$ranks"
done

# The simulated biopsies, with classes that are made up, in other layouts: profiles in rows, with classes in a column
# that is named as a feature; AnnData; Ensembl ids. And published predictions.
"$python" -W ignore - "$corpus/bulk" "$input" "$work/validate-1/features.txt" << 'PYTHON'
import sys
from pathlib import Path

import anndata
import numpy as np
import pandas as pd

bulk, folder = Path(sys.argv[1]), Path(sys.argv[2])
feature = open(sys.argv[3]).readline().strip()
files = sorted(bulk.glob("*.csv"))
tables = [pd.read_csv(file, index_col=0) for file in files]
tables = [table[~table.index.duplicated()] for table in tables]


def named(table, start):
    return table.set_axis(["%s%d-%s" % (start, i, "01A" if i % 2 else "11B") for i in range(table.shape[1])], axis=1)


tables[0].to_csv(folder / "tumours.tsv.gz", sep="\t")
barcodes = named(tables[1], "TCGA-")
barcodes["width"] = 1000  # no profile
barcodes.to_csv(folder / "barcodes.csv")
rows = named(tables[2], "R").T.drop(columns=feature, errors="ignore")
kinds = ["Tumour, NOS" if i % 2 else "Normal" for i in range(len(rows))]
rows.insert(3, feature, kinds)
rows.to_csv(folder / "rows.csv")
# The same profiles without that gene, for `oncomark predict`.
rows.drop(columns=feature).to_csv(folder / "rows_plain.csv")
cells = anndata.AnnData(named(tables[3], "H").T.astype(np.float32))
cells.obs["kind"] = pd.Categorical(["cancer", "Normal", "unclear"][i % 3] for i in range(cells.n_obs))
cells.write_h5ad(folder / "annotated.h5ad")
ids = ["ENSG%011d.3" % (i + 1) for i in range(len(tables[4]))]
with open(folder / "map.csv", "w") as file:
    print("id,symbol", file=file)
    for pair in zip(ids, tables[4].index):
        print(pair[0].split(".")[0], pair[1], sep=",", file=file)
tables[4].set_axis(ids).to_csv(folder / "ids.csv")
random = np.random.RandomState(3)
codes = "AIM DCE EGS GIM RCD SPS AID IA ERI TPI".split()
for name, shift in (("theirs", 2), ("others", -1)):
    values = np.round(1 / (1 + np.exp(-random.normal(shift, 2, (200, 10)))), 4)
    pd.DataFrame(values, ["%s %d" % (name, i) for i in range(200)], codes).to_csv(folder / (name + ".csv"), index_label="profile")
# As R writes a data frame: no header over the names.
with open(folder / "groups.tsv", "w") as file:
    print("x\tgroup", file=file)
    for i in range(250):
        print("others %d" % i, i, ["CASE", "CTRL", "CTRL"][i % 3], sep="\t", file=file)
PYTHON
feature=$(head -n 1 "$work/validate-1/features.txt")
for table in tumours.tsv.gz rows_plain.csv; do
    on 2 predict --model "$work/validate-1/model.h5" "$input/$table" > "$input/${table%%.*}.predicted" 2> "$work/log-validate" ||
        fail "predict: $(cat "$work/log-validate")"
done
cat >> "$job" << END
validate:
  others: leave_out
  bulk:
    - {path: $input/tumours.tsv.gz, class: cancer}
    - {path: $input/barcodes.csv, name: tcga, cancer: ['*-01A'], normal: ['*-11?']}
    - {path: $input/rows.csv, class_column: $feature, cancer: [tumour*], normal: [normal]}
    - {path: $input/annotated.h5ad, class_column: kind}
    - {path: $input/ids.csv, class: normal, gene_map: $input/map.csv}
    - {path: $input/theirs.csv, class: cancer}
    - {path: $input/others.csv, classes: $input/groups.tsv, class_column: group, cancer: [CASE], normal: [C*L]}
END

for ranks in 1 2 3 4 7; do
    on $ranks validate "$job" --set "workdir=$work/validate-$ranks" 2> "$work/log-validate-$ranks" ||
        fail "validate on $ranks ranks: $(cat "$work/log-validate-$ranks")"
    [ "$(digests "$work/validate-1")" = "$(digests "$work/validate-$ranks")" ] || fail "other tables on $ranks ranks"
done
log=$work/log-validate-1
grep -q "warning: .*barcodes.csv: left out what is no profile: 'width' (1 in all)" "$log" || fail "the width: $(cat "$log")"
[ "$(grep -c "warning: .*$input" "$log")" = 1 ] || fail "more warnings: $(cat "$log")"
grep -q 'in another bulk set' "$log" && fail "repeated profiles: $(cat "$log")"
grep -Eq '^validate: hallmark +model +published +model +published +model +published +model +published +paper$' "$log" ||
    fail "no table: $(cat "$log")"
"$python" -W ignore "$source_folder/tests/e2e/twin_bulk.py" "$work/validate-1" theirs,others \
    "tumours=$input/tumours.predicted" "rows=$input/rows_plain.predicted" \
    "theirs=$input/theirs.csv" "others=$input/others.csv"
[ "$(grep -c '^annotated,' "$work/validate-1/validate/bulk_predictions.csv")" -gt 0 ] || fail "no annotated profiles"
grep -q '^annotated,H2-' "$work/validate-1/validate/bulk_predictions.csv" && fail "an unclear profile was not left out"

# Again: nothing to do; another class: the tables anew, the thresholds kept.
on 2 validate "$job" 2> "$work/log-validate" || fail "again: $(cat "$work/log-validate")"
grep -q 'bulk: done already' "$work/log-validate" || fail "done twice: $(cat "$work/log-validate")"
stamp=$(stat -c %y "$work/validate-1/validate/balance.csv")
sed 's/theirs.csv, class: cancer/theirs.csv, class: normal/' "$job" > "$work/validate-other.yaml"
on 2 validate "$work/validate-other.yaml" 2> "$work/log-validate" || fail "other: $(cat "$work/log-validate")"
grep -q '^theirs,AIM,0,200,' "$work/validate-1/validate/bulk.csv" || fail "the tables are the old ones"
[ "$stamp" = "$(stat -c %y "$work/validate-1/validate/balance.csv")" ] || fail "the thresholds were made again"

# Published predictions only: neither data nor a model; all else needs data.
small=$work/validate-small.yaml
printf 'workdir: %s\nvalidate:\n  bulk:\n    - {path: %s, class: cancer}\n' "$work/validate-9" "$input/theirs.csv" > "$small"
rm -rf "$work/validate-9"
on 2 validate "$small" 2> "$work/log-validate" || fail "published only: $(cat "$work/log-validate")"
"$python" -W ignore "$source_folder/tests/e2e/twin_bulk.py" "$work/validate-9" theirs

# Beside data that nothing has been made of: the tables, without the labels' check.
write_job "$small" "$work/validate-9"
printf 'validate: {bulk: [{path: %s, class: cancer}]}\n' "$input/theirs.csv" >> "$small"
rm -rf "$work/validate-9"
on 2 validate "$small" 2> "$work/log-validate" || fail "before a run: $(cat "$work/log-validate")"
grep -q 'label check: left out' "$work/log-validate" || fail "no word of the label check: $(cat "$work/log-validate")"
[ -e "$work/validate-9/validate/bulk.csv" ] || fail "no bulk tables before a run"

# bad NAME MESSAGE COMMAND JOB_LINE...: exit code 2 and one message, on one rank and three; no table.
bad() {
    local message=$1 command=$2 ranks code
    shift 2
    for ranks in 1 3; do
        rm -rf "$work/validate-8"
        printf '%s\n' "workdir: $work/validate-8" "$@" > "$work/validate-bad.yaml"
        code=0
        on $ranks "$command" "$work/validate-bad.yaml" > "$work/out" 2> "$work/log-validate" || code=$?
        [ $code = 2 ] || fail "expected exit code 2, found $code: $(cat "$work/log-validate")"
        grep '^oncomark: error: ' "$work/log-validate" | grep -qF -- "$message" ||
            fail "expected '$message', found: $(cat "$work/log-validate")"
        [ -z "$(find "$work/validate-8" -name '*.csv*' 2> /dev/null)" ] || fail "a table in spite of: $message"
    done
}
bulk() {
    printf 'validate: {bulk: [{path: %s/%s}]}' "$input" "$1"
}
sed '7s/,[0-9.]*$/,1.0001/' "$input/theirs.csv" > "$input/high.csv"
sed '7s/,[0-9.]*,/,many,/' "$input/theirs.csv" > "$input/words.csv"
sed '9s/^theirs 7/theirs 3/' "$input/theirs.csv" > "$input/twice.csv"
cut -d, -f 1-9 "$input/theirs.csv" > "$input/narrow.csv"
bad "high.csv:7: column 'TPI': found '1.0001', expected a probability from 0 to 1 (bulk set high at" validate "$(bulk 'high.csv, class: cancer')"
bad "words.csv:7: column 'AIM': found 'many'" validate "$(bulk 'words.csv, class: cancer')"
bad "twice.csv:9: found the profile name 'theirs 3' again, it is in line 5" validate "$(bulk 'twice.csv, class: cancer')"
bad "narrow.csv: found no column 'ERI' in the header" validate "$(bulk 'narrow.csv, class: cancer')"
bad "theirs.csv: found no profile among 200 that matches normal: 'GTEX*'" validate \
    "$(bulk 'theirs.csv, cancer: theirs*, normal: GTEX*')"
bad "groups.tsv: found none of the 200 profiles of" validate "$(bulk "theirs.csv, classes: $input/groups.tsv, class_column: group, cancer: C*")"
bad "theirs.csv: found no column 'kind'" validate "$(bulk 'theirs.csv, class_column: kind')"
bad "validate-bad.yaml:2: found nothing that tells what the profiles of bulk set theirs are" validate "$(bulk theirs.csv)"
bad "model.h5 is not there yet" validate "$(bulk 'ids.csv, class: normal')"
bad "gene_sets is required" run "$(bulk 'theirs.csv, class: cancer')"
bad "gene_sets is required" crossval "$(bulk 'theirs.csv, class: cancer')"
bad "found nothing to validate" validate "published: $input"

# With a model: gene ids without a map, and text among the numbers.
cp -a "$work/validate-7" "$work/validate-6"
bad_matrix() {
    local code=0
    sed '/^validate:/,$d' "$job" > "$work/validate-bad.yaml"
    bulk "$2" >> "$work/validate-bad.yaml"
    rm -rf "$work/validate-6/validate"
    on 3 validate "$work/validate-bad.yaml" --set "workdir=$work/validate-6" 2> "$work/log-validate" || code=$?
    [ $code = 2 ] || fail "expected exit code 2, found $code: $(cat "$work/log-validate")"
    grep -qF -- "$1" "$work/log-validate" || fail "expected '$1', found: $(cat "$work/log-validate")"
    [ ! -e "$work/validate-6/validate/bulk.csv" ] || fail "a table in spite of: $1"
}
sed '5s/,[0-9]*,/,none,/' "$input/barcodes.csv" > "$input/text.csv"
bad_matrix "ids.csv: found Ensembl ids of genes (ENSG00000000001.3)" "ids.csv, class: normal"
bad_matrix "text.csv:5: column 'TCGA-0-11B': found 'none', expected a number" "text.csv, cancer: '*-01A', normal: '*-11B'"
bad_matrix "annotated.h5ad: column 'kind': found 'unclear' for profile 'H2-11B', expected cancer or normal" \
    "annotated.h5ad, class_column: kind"
bad_matrix "annotated.h5ad" "annotated.h5ad, class_column: type"
bad_matrix "barcodes.csv: found genes in rows, expected profiles in rows with a column 'kind'" "barcodes.csv, class_column: kind"
