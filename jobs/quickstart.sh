#!/usr/bin/env bash
# From nothing to a hallmark model: installs what is missing, builds, simulates a small corpus of several
# tissues, runs the demo job on two ranks and says what came out and where it is.
#
# usage: jobs/quickstart.sh [RANKS]
set -euo pipefail
cd "$(dirname "$0")/.."
ranks=${1:-2}
case $ranks in
    '' | *[!0-9]* | 0) echo "usage: jobs/quickstart.sh [RANKS]" >&2 && exit 2 ;;
esac
# shellcheck source=jobs/setup.sh
. jobs/setup.sh

om_install "${om_build_packages[@]}"
om_build release -DONCOMARK_TESTS=OFF

om_say "Simulating six studies of five tissues in work/demo/corpus"
mpirun -n "$ranks" build/src/oncomark simulate --out work/demo/corpus

om_say "Running jobs/demo.yaml on $ranks ranks"
mpirun -n "$ranks" build/src/oncomark run jobs/demo.yaml

om_say "How well are the hallmarks of patients predicted that the model has never seen?"
# test.csv: a row for each output of the model (hallmark) on the samples of each hallmark (task).
awk -F, '
    NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
    $column["auroc"] == "" { next }
    $1 == $2 { own[$1] = $column["auroc"]; n[$1] = $column["n_pos"] " + " $column["n_neg"]; order[++count] = $1 }
    $1 != $2 { cross[$1] += $column["auroc"]; crosses[$1]++ }
    END {
        print "   hallmark  samples (positive + negative)  AUROC  of the other nine outputs, mean"
        for (i = 1; i <= count; i++) {
            h = order[i]
            printf "   %-8s  %29s  %5.3f  %5.3f\n", h, n[h], own[h], crosses[h] ? cross[h] / crosses[h] : 0
        }
    }' work/demo/test.csv

om_say "What was made, in work/demo"
cat << 'END'
   manifest.json       how each file was made: inputs, parameters, digests, time and memory
   store/*.h5ad        the counts of each data set
   scores/*.h5ad       quality control and ten hallmark scores of every cell
   thresholds.csv      when a cell counts as positive or negative, per tissue and hallmark
   synthetic.h5ad      the synthetic biopsies, with their hallmark, label, patient and study
   model.h5            the trained model; features.txt are its genes
   training.csv        loss per epoch
   test.csv            how well the hallmarks of patients that the model has not seen are predicted

   In Python:   anndata.read_h5ad("work/demo/synthetic.h5ad")
   Your data:   copy jobs/demo.yaml, name your data sets in it, and run oncomark again
   Your biopsies: build/src/oncomark predict --model work/demo/model.h5 PROFILES.csv
END
