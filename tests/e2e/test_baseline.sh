#!/usr/bin/env bash
# Ridge classifiers at any number of ranks against scikit-learn, beside the network on test part, folds, external
# studies and bulk profiles; what is not there is left out, and what is done is not done again.
. "$(dirname "$0")/common.sh"
make_corpus
job=$work/job-baseline.yaml
start=$work/baseline
rm -rf "$start" "$start"-*
{
    echo "workdir: $start"
    echo "gene_sets: $source_folder/jobs/gene_sets/hallmarks.gmt"
    echo "alias_table: $source_folder/jobs/gene_sets/aliases.tsv"
    echo "synthetic: {cells_per_sample: 20, min_cells: 20}"
    echo "features: {most_variable: 900}"
    echo "train: {hidden: 8, head: 4, epochs: 3, learning_rate: 1.0e-3}"
    echo "crossval: {folds: 3, repeats: 2, sweep: {train.loss: [masked, published], train.hidden: [8, 9]}}"
    echo "baseline: {smallest_penalty: 0.5, largest_penalty: 3.0e+4, penalties: 6}"
    echo "data:"
    for name in Sim2031_Breast Sim2031_Lung Sim2033_Colorectal; do
        echo "  - {path: $corpus/Data_$name}"
    done
    echo "  - {path: $corpus/Data_Sim2032_Breast, role: validate}"
    echo "  - {path: $corpus/Data_Sim2035_Skin, role: validate, threshold_tissue: Lung}"
    echo "validate:"
    echo "  min_cells: 25"
    echo "  bulk:"
    class=normal
    for file in "$corpus"/bulk/*.csv; do
        echo "    - {path: $file, class: $class}"
        if [ $class = normal ]; then class=cancer; else class=normal; fi
    done
} > "$job"

# step COMMAND ARGUMENT...: a command on the starting workdir, or fail
step() {
    on 3 "$@" 2> "$work/log-baseline" || { cat "$work/log-baseline"; fail "$*"; }
}

# says TEXT, or says_not TEXT: of the last step
says() {
    grep -q "$1" "$work/log-baseline" || { cat "$work/log-baseline"; fail "it does not say: $1"; }
}
says_not() {
    ! grep -q "$1" "$work/log-baseline" || { cat "$work/log-baseline"; fail "it says: $1"; }
}

# Classifiers need no model; whatever is missing is named with what makes it.
for command in ingest score threshold synthesize; do
    step $command "$job"
done
cp -r "$start" "$start-alone"
step baseline "$job" --set workdir="$start-alone"
says 'baseline: reading and ranking: [0-9.]* s$'
says 'baseline: Gram matrices: [0-9.]* s$'
says 'baseline: solutions: [0-9.]* s$'
says 'baseline: folds: [0-9.]* s$'
says 'left out the network on the test part, and both methods on other data: .* `oncomark train` makes'
says 'left out the network on folds: `oncomark crossval`'
says 'left out external studies: `oncomark validate`'
[ "$(cut -d, -f1,2 "$start-alone/baseline/comparison.csv" | sort -u)" = $'method,data\nridge,folds\nridge,test' ] ||
    fail "found more than classifiers on test part and folds"
cp "$start-alone/baseline.h5" "$work/baseline-alone.h5"
step baseline "$job" --set workdir="$start-alone"
says 'baseline: done already'

# Only the comparison is made anew when there is a model.
step train "$job" --set workdir="$start-alone"
step baseline "$job" --set workdir="$start-alone"
says_not 'Gram matrices'
says_not 'baseline: folds:'
says_not 'network on the test part'
cmp "$work/baseline-alone.h5" "$start-alone/baseline.h5" || fail "the classifiers were fitted again"
grep -q '^network (masked),test,AIM,' "$start-alone/baseline/comparison.csv" || fail "no network"
# Other folds need the classifiers of the folds only; a model of another training is none.
step baseline "$job" --set workdir="$start-alone" --set crossval.folds=2 --set train.epochs=2
says_not 'Gram matrices'
says 'baseline: folds:'
says 'left out the network on the test part, and both'

step run "$job" --set baseline.run=true
says 'baseline: test     ridge '
step crossval "$job"
step validate "$job"
for ranks in 1 2 3 4 6 7; do
    cp -r "$start" "$start-$ranks"
    rm -rf "$start-$ranks"/baseline*
    on $ranks baseline "$job" --set workdir="$start-$ranks" 2> "$work/log-baseline" || { cat "$work/log-baseline"; fail "baseline on $ranks ranks"; }
    says_not 'left out'
    says 'baseline: bulk     network (masked) '
done
cat "$work/log-baseline"
"$python" -W ignore "$source_folder/tests/e2e/twin_baseline.py" "$job" 900 "$start"-[1-7]

# Stopped, it goes on after the folds that are done.
many=("$job" --set crossval.repeats=20 --set workdir="$start-stopped")
cp -r "$start" "$start-stopped"
cp -r "$start" "$start-whole"
"$program" baseline "${many[@]}" 2> "$work/log-baseline" &
for _ in {1..600}; do
    [ ! -e "$start-stopped/.oncomark/baseline.folds" ] || break
    sleep 0.05
done
kill -USR1 $!
code=0
wait $! || code=$?
[ $code = 75 ] || fail "stopped in the midst of folds: exit code $code: $(cat "$work/log-baseline")"
"$program" baseline "${many[@]}" 2> "$work/log-baseline"
says 'baseline: going on after fold [1-9][0-9]* of 60$'
[ ! -e "$start-stopped/.oncomark/baseline.folds" ] || fail "rows of folds are left"
"$program" baseline "${many[@]}" --set workdir="$start-whole" 2> "$work/log-baseline"
says_not 'going on'
cmp "$start-stopped/baseline/folds.csv" "$start-whole/baseline/folds.csv" || fail "folds differ after a stop"

# Pooled samples of a job that has changed since are made anew, as `validate` makes them.
cp -r "$start" "$start-pooled"
sed 's/threshold_tissue: Lung/threshold_tissue: Breast/' "$job" > "$work/job-pooled.yaml"
step baseline "$work/job-pooled.yaml" --set workdir="$start-pooled"
cp "$start-pooled/baseline/comparison.csv" "$work/comparison-pooled.csv"
cmp -s "$work/comparison-pooled.csv" "$start/baseline/comparison.csv" && fail "other thresholds change nothing"
step validate "$work/job-pooled.yaml" --set workdir="$start-pooled"
step baseline "$work/job-pooled.yaml" --set workdir="$start-pooled"
says 'baseline: done already'

# So few samples that hallmarks lack a label, or have nothing to choose a penalty by. A model of earlier samples is
# none of these.
cp -r "$start" "$start-gaps"
rm -r "$start-gaps/crossval"
gaps=("$job" --set workdir="$start-gaps" --set synthetic.cells_per_sample=90 --set synthetic.min_cells=90)
step synthesize "${gaps[@]}"
step baseline "${gaps[@]}"
says 'left out the network on the test part, and both'
says 'warning: baseline: no classifier, .* of: AIM DCE EGS IA$'
says 'warning: baseline: the largest penalty, .* of: AID ERI$'
step train "${gaps[@]}"
step validate "${gaps[@]}"
step baseline "${gaps[@]}"
"$python" -W ignore "$source_folder/tests/e2e/twin_baseline.py" "$job" 900 "$start-gaps"

# More samples than features.
cp -r "$start" "$start-many"
on 4 baseline "$job" --set workdir="$start-many" --set features.most_variable=20 2> "$work/log-baseline" || fail "few features: $(cat "$work/log-baseline")"
says 'left out the network on the test part, and both'
"$python" -W ignore "$source_folder/tests/e2e/twin_baseline.py" "$job" 20 "$start-many"
"$program" info "$start-many/baseline.h5" > "$work/baseline-info"
grep -qxF "baseline.h5 $(cut -d' ' -f1 "$work/baseline-info")" <(digests "$start-many") ||
    fail "baseline.h5 does not have the digest that the manifest says"
