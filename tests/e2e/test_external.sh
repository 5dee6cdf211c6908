#!/usr/bin/env bash
# External studies: pooled samples by the training's thresholds, and the model on them, on any number of ranks.
. "$(dirname "$0")/common.sh"
make_corpus
job=$work/job-external.yaml
{
    echo "workdir: $work/external"
    echo "gene_sets: $source_folder/jobs/gene_sets/hallmarks.gmt"
    echo "alias_table: $source_folder/jobs/gene_sets/aliases.tsv"
    echo "synthetic: {cells_per_sample: 20, min_cells: 20}"
    echo "validate: {min_cells: 25}"
    echo "data:"
    for name in Sim2031_Breast Sim2031_Lung Sim2033_Colorectal; do
        echo "  - {path: $corpus/Data_$name}"
    done
    echo "  - {path: $corpus/Data_Sim2032_Breast, role: validate}"
    echo "  - {path: $corpus/Data_Sim2035_Skin, role: validate, threshold_tissue: Lung}"
} > "$job"

on 2 run "$job" --set train.epochs=5 2> "$work/log-run" || { cat "$work/log-run"; fail "run"; }
cp -r "$work/external" "$work/start"
for ranks in 1 2 3 4 7; do
    rm -rf "$work/external"
    cp -r "$work/start" "$work/external"
    on $ranks validate "$job" --set train.epochs=5 2> "$work/log-$ranks" || { cat "$work/log-$ranks"; fail "validate on $ranks"; }
    digests "$work/external" | grep '^validate/' > "$work/digests-$ranks"
    cmp "$work/digests-1" "$work/digests-$ranks" || fail "1 and $ranks ranks give other results"
done
grep -q '^validate/pooled.h5ad ' "$work/digests-1" || fail "no pooled samples were recorded"
grep -q '^validate/external.csv ' "$work/digests-1" || fail "no figures were recorded"
"$python" -W ignore "$source_folder/tests/e2e/twin_external.py" "$work/external" 25 \
    Sim2032_Breast=Breast Sim2035_Skin=Lung

on 2 validate "$job" --set train.epochs=5 2> "$work/log-again"
grep -q 'external: done already' "$work/log-again" || fail "a second run did something"
# The model and the thresholds must be what the job means.
for other in train.split.test=0.2:model.h5 seed=7:model.h5 threshold.method=otsu:thresholds.csv score.max_rank=1000:scores/; do
    code=0
    on 2 validate "$job" --set train.epochs=5 --set "${other%:*}" 2> "$work/log-other" || code=$?
    [ $code = 2 ] || fail "${other%:*}: expected exit code 2, found $code"
    grep -q "error: ${other#*:}.* was made with ${other%%=*}" "$work/log-other" || fail "no word of ${other%:*}: $(cat "$work/log-other")"
done
if on 2 validate "$job" --set train.epochs=5 --set validate.min_cells=100000 2> "$work/log-few"; then
    fail "pooled too few cells"
fi
grep -q 'expected at least 100000 positive or as many negative ones' "$work/log-few" || fail "no word of too few cells"

# Positive samples only: figures that need both kinds are not told.
on 2 validate "$job" --set train.epochs=5 --set validate.min_cells=100 2> "$work/log-positive" || { cat "$work/log-positive"; fail "only positive samples"; }
grep -q ' 0 negative pooled samples: .*, balanced accuracy -, AUROC -$' "$work/log-positive" || fail "not only positives: $(cat "$work/log-positive")"
