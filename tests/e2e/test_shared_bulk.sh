#!/usr/bin/env bash
# `validate` of the published predictions of the paper, and of real bulk profiles by a model of real cells, where they
# lie beside the project: the figures are SciPy's.
. "$(dirname "$0")/common.sh"
shared=$source_folder/../shared
if [ ! -d "$shared/paper" ] || [ ! -d "$shared/data/bulk" ]; then
    echo "SKIPPED: there is no ../shared/paper and ../shared/data here"
    exit 0
fi
shared=$(cd "$shared" && pwd)
twin() {
    "$python" -W ignore "$source_folder/tests/e2e/twin_bulk.py" "$@"
}

# validate_all JOB WORKDIR: on all rank counts, from copies of WORKDIR-1 if it is there, with the same tables.
validate_all() {
    local ranks
    for ranks in 1 2 3 4 7; do
        if [ $ranks != 1 ] && [ -d "$2-1" ]; then
            rm -rf "$2-$ranks"
            cp -a "$2-1" "$2-$ranks"
            rm -rf "$2-$ranks/validate"
        fi
        on $ranks validate "$1" --set "workdir=$2-$ranks" 2> "$2.log-$ranks" || fail "$ranks ranks: $(cat "$2.log-$ranks")"
        [ "$(digests "$2-1")" = "$(digests "$2-$ranks")" ] || fail "other tables on $ranks ranks"
    done
}

published=$work/shared-published
rm -rf "$published"-*
cancer=(TCGA TARGET CCLE MET500 POG570 PCAWG)
normal=(GTEx ENCODE)
tables=()
{
    echo "validate:"
    echo "  bulk:"
    for set in "${cancer[@]}" "${normal[@]}"; do
        case $set in GTEx | ENCODE) class=normal ;; *) class=cancer ;; esac
        echo "    - {path: $shared/paper/predictions_$set.csv, name: $set, class: $class}"
        tables+=("$set=$shared/paper/predictions_$set.csv")
    done
} > "$published.yaml"
start=$(date +%s%N)
validate_all "$published.yaml" "$published"
echo "published predictions on 1, 2, 3, 4 and 7 ranks: $((($(date +%s%N) - start) / 1000000)) ms"
[ $((($(date +%s%N) - start) / 1000000)) -lt 25000 ] || fail "published predictions take too long"
names=$(IFS=, && echo "${cancer[*]},${normal[*]}")
twin "$published-1" "$names" "${tables[@]}"
# What the paper's source data say of the agreement of all ten calls.
for expected in TCGA,cancer,6967,0.89 TARGET,cancer,734,0.94 CCLE,cancer,1019,0.99 GTEx,normal,8228,0.71; do
    grep -q "^$expected" "$published-1/validate/bulk_agreement.csv" ||
        fail "no $expected: $(cat "$published-1/validate/bulk_agreement.csv")"
done

real=$work/shared-bulk
rm -rf "$real"-*
cat > "$real.yaml" << JOB
gene_sets: $shared/paper/hallmark_surv_curated.csv
synthetic: {cells_per_sample: 10, min_cells: 10}
features: {most_variable: 3000}
train: {epochs: 5, hidden: 16, learning_rate: 1.0e-3, split: {group: none, validation: 0.15, test: 0}}
data:
  - path: $shared/data/Data_Tian2019_Lung
  - path: $shared/data/Data_Copykat2021_Breast
validate:
  bulk:
    - {path: $shared/data/bulk/oncomark_tcga_10_samples_by_genes.csv, name: adrenal, class: cancer}
    - path: $shared/data/bulk/SRP029880.raw_counts.tsv
      name: colon
      classes: $shared/data/bulk/SRP029880.colData.tsv
      class_column: group
      cancer: [CASE]
      normal: [CTRL]
    - {path: $shared/data/bulk/SRP029880.raw_counts.tsv, name: colon by name, cancer: 'CASE_*', normal: 'CTRL_*'}
    - {path: $shared/data/bulk/tcga_brca_10_TCGAbiolinks.tsv, name: breast, cancer: '*-01A-*', normal: '*-11A-*'}
JOB
on 2 run "$real.yaml" --set "workdir=$real-1" 2> "$real.log" || fail "run: $(cat "$real.log")"
validate_all "$real.yaml" "$real"
for set in adrenal "colon by name" breast; do
    case $set in
        adrenal) file=oncomark_tcga_10_samples_by_genes.csv ;;
        breast) file=tcga_brca_10_TCGAbiolinks.tsv ;;
        *) file=SRP029880.raw_counts.tsv ;;
    esac
    on 2 predict --model "$real-1/model.h5" --out "$work/$set.csv" --force "$shared/data/bulk/$file" 2> "$real.log" ||
        fail "predict: $(cat "$real.log")"
done
twin "$real-1" "" "adrenal=$work/adrenal.csv" "colon=$work/colon by name.csv" "colon by name=$work/colon by name.csv" \
    "breast=$work/breast.csv"
# A row for each set, class and hallmark; both ways to tell the colon's classes say the same.
for row in adrenal,AIM,10,0 colon,TPI,5,5 "colon by name,IA,5,5" breast,GIM,5,5 model,RCD,25,15; do
    grep -q "^$row," "$real-1/validate/bulk.csv" || fail "no $row: $(cat "$real-1/validate/bulk.csv")"
done
diff <(sed -n 's/^colon,//p' "$real-1/validate/bulk_predictions.csv") \
    <(sed -n 's/^colon by name,//p' "$real-1/validate/bulk_predictions.csv") || fail "classes differ"
[ "$(grep -c "left out what is no profile: 'width'" "$real.log-1")" = 2 ] || fail "the width: $(cat "$real.log-1")"
grep -q 'warning: validate: 10 profiles have the name of one in another bulk set' "$real.log-1" || fail "nothing repeated"
