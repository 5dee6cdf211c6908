#!/usr/bin/env bash
# Which profiles `predict` calls unlike the training data, and that its distances are those of NumPy.
. "$(dirname "$0")/common.sh"
make_corpus
here=$work/ood
rm -rf "$here"
mkdir -p "$here"
write_job "$here/job.yaml" "$here/run"
twin=$source_folder/tests/e2e/twin_ood.py

# train_model JOB WORKDIR KEY=VALUE...: a model and the ood.h5 beside it
train_model() {
    local job=$1 workdir=$2 stage settings=()
    shift 2
    for setting in "workdir=$workdir" "$@"; do
        settings+=(--set "$setting")
    done
    for stage in run pca; do
        on 3 $stage "$job" "${settings[@]}" 2> "$here/log-$stage" || {
            cat "$here/log-$stage"
            fail "$stage of $job"
        }
    done
}
# Enough patients in the validation part to tell how patients differ.
parts=(train.split.validation=0.3 train.split.test=0.2 train.epochs=1)
train_model "$here/job.yaml" "$here/run" "${parts[@]}"
"$python" "$twin" shuffle "$here/run" "$here/shuffled.csv"

cd "$here"
# The synthetic samples of all parts, and shuffled ones.
for ranks in 1 2 3; do
    on $ranks predict --model run/model.h5 run/synthetic.h5ad shuffled.csv > found-$ranks.csv 2> log || fail "$(cat log)"
    cmp found-1.csv found-$ranks.csv || fail "other figures on $ranks ranks"
done
grep -q 'predict: run/ood.h5: distances are compared with those of [0-9]* training and [0-9]* validation samples' log ||
    fail "nothing said of ood.h5: $(cat log)"
grep -q 'warning: shuffled.csv: 6 of 6 profiles are unlike the training data' log || fail "no warning: $(cat log)"
"$python" -W ignore "$twin" check run found-1.csv shuffled.csv

# Where ood.h5 comes from.
columns=profile,AIM,DCE,EGS,GIM,RCD,SPS,AID,IA,ERI,TPI
on 2 predict --model run/model.h5 shuffled.csv > beside.csv 2> log
[ "$(head -n 1 beside.csv)" = "$columns,residual,residual_percentile,mahalanobis,mahalanobis_percentile,unlike_training" ] ||
    fail "other columns: $(head -n 1 beside.csv)"
on 2 predict --model run/model.h5 --no-ood shuffled.csv > without.csv 2> log
grep -q 'ood\.h5\|unlike' log && fail "said in spite of --no-ood: $(cat log)"
cut -d, -f1-11 beside.csv | cmp - without.csv || fail "--no-ood gives other probabilities"
mkdir alone
cp run/model.h5 alone
on 2 predict --model alone/model.h5 shuffled.csv 2> log | cmp - without.csv || fail "a model without ood.h5"
on 2 predict --model alone/model.h5 --ood run/ood.h5 shuffled.csv 2> log | cmp - beside.csv || fail "--ood FILE"
(cd run && on 2 predict --model model.h5 ../shuffled.csv 2> ../log) | cmp - beside.csv || fail "a model in the current folder"
for kept in 0 5; do
    "$python" "$twin" shorten run/ood.h5 few.h5 $kept
    on 2 predict --model alone/model.h5 --ood few.h5 shuffled.csv 2> log > few.csv || fail "$(cat log)"
    grep -q "warning: few.h5: found $kept validation samples, expected at least 100" log || fail "no warning: $(cat log)"
    [ "$(cut -d, -f1-12 few.csv)" = "$(cut -d, -f1-12 beside.csv)" ] || fail "other distances with few validation samples"
done

# fails_with MESSAGE ARGUMENT...
fails_with() {
    local message=$1 code ranks
    shift
    for ranks in 1 3; do
        code=0
        on $ranks predict --model run/model.h5 "$@" shuffled.csv > out.csv 2> log || code=$?
        [ $code = 2 ] || fail "expected exit code 2, found $code: $(cat log)"
        [ "$(grep -cF -- "$message" log)" = 1 ] || fail "expected '$message' once, found: $(cat log)"
        [ ! -s out.csv ] || fail "predictions in spite of an error"
    done
}
fails_with 'found both --ood and --no-ood' --ood run/ood.h5 --no-ood
fails_with 'none.h5: found no such file' --ood none.h5
fails_with 'shuffled.csv: cannot open as HDF5' --ood shuffled.csv
fails_with 'run/model.h5: this is no ood.h5 of oncomark (made by `oncomark pca`)' --ood run/model.h5
head -c 5000 run/ood.h5 > cut.h5
fails_with 'cut.h5' --ood cut.h5
"$python" "$twin" nudge run/ood.h5 nudged.h5
fails_with 'nudged.h5: its mean and sd of genes are not those of run/model.h5, expected the file that' --ood nudged.h5
cp -r run other
on 2 pca job.yaml --set "workdir=$here/other" --set "${parts[0]}" --set train.split.test=0.1 2> log || fail "pca: $(cat log)"
fails_with 'other/ood.h5: its genes are not those of run/model.h5, expected the file that' --ood other/ood.h5
on 2 predict --model other/model.h5 shuffled.csv 2> log | cmp - without.csv || fail "one from before a training was in the way"
[ "$(grep -c 'warning: .*other/ood.h5: its genes are not those of .*; predicting without' log)" = 1 ] || fail "no warning: $(cat log)"
on 2 predict --model other/model.h5 --no-ood shuffled.csv 2> log | cmp - without.csv || fail "--no-ood in such a folder"

shared=$source_folder/../shared/data
[ -d "$shared/bulk" ] || {
    echo "without real data: there is no ../shared/data here"
    exit 0
}
# Real cells: half of VanGalen's patients are seen; bulk tissue and mouse brain are none of these.
train_model "$source_folder/tests/e2e/shared.yaml" "$here/real" pca.components=50
"$python" "$twin" mouse "$shared/formats/mouse_visium/filtered_feature_bc_matrix.h5" mouse.csv
bulk=("$shared"/bulk/{oncomark_tcga_10_samples_by_genes.csv,SRP029880.raw_counts.tsv,tcga_brca_10_TCGAbiolinks.tsv})
for ranks in 1 3; do
    on $ranks predict --model real/model.h5 real/synthetic.h5ad mouse.csv "${bulk[@]}" > real-$ranks.csv 2> log || fail "$(cat log)"
done
cmp real-1.csv real-3.csv || fail "other figures of real data on 3 ranks"
grep -q 'warning: mouse.csv: 1 of 1 profiles are unlike the training data' log || fail "mouse is not told: $(cat log)"
"$python" -W ignore "$twin" check real real-1.csv mouse.csv "${bulk[@]}"
