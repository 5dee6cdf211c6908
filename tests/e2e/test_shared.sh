#!/usr/bin/env bash
# Real tumour cells and the real UCell's scores, where they lie beside the project.
. "$(dirname "$0")/common.sh"
shared=$source_folder/../shared
[ -d "$shared/data/Data_VanGalen2019_Hematologic" ] || {
    echo "SKIPPED: there is no ../shared/data here"
    exit 0
}
shared=$(cd "$shared" && pwd)
job=$source_folder/tests/e2e/shared.yaml
for ranks in 1 2 3 4 7; do
    rm -rf "$work/shared-$ranks"
    start=$SECONDS
    on $ranks run "$job" --set "workdir=$work/shared-$ranks" 2> "$work/log-shared-$ranks" || {
        cat "$work/log-shared-$ranks"
        fail "run on $ranks ranks"
    }
    echo "$ranks ranks: $((SECONDS - start)) s, $(digests "$work/shared-$ranks" | sha256sum | cut -c1-16)"
    digests "$work/shared-$ranks" > "$work/digests-shared-$ranks"
    diff "$work/digests-shared-1" "$work/digests-shared-$ranks" || fail "digests differ between 1 and $ranks ranks"
done
grep -q 'warning: Brain gives no synthetic samples' "$work/log-shared-2" || fail "no warning for the tissue with too few cells"

on 2 predict --model "$work/shared-2/model.h5" --out "$work/tcga.csv" --force \
    "$shared/data/bulk/oncomark_tcga_10_samples_by_genes.csv" 2> "$work/log-tcga" || {
    cat "$work/log-tcga"
    fail "predict"
}
[ "$(wc -l < "$work/tcga.csv")" = 11 ] || fail "expected ten profiles: $(cat "$work/tcga.csv")"
for table in tcga_brca_10_TCGAbiolinks.tsv SRP029880.raw_counts.tsv; do
    [ "$(on 1 predict --model "$work/shared-2/model.h5" "$shared/data/bulk/$table" 2> "$work/log-bulk" | wc -l)" = 11 ] ||
        fail "expected ten profiles of $table: $(cat "$work/log-bulk")"
done

# The same job's validation: four patients kept aside, three sets of bulk profiles, and the labels themselves.
for ranks in 2 3; do
    on $ranks validate "$job" --set "workdir=$work/shared-$ranks" 2> "$work/log-validate-$ranks" || {
        cat "$work/log-validate-$ranks"
        fail "validate on $ranks ranks"
    }
    digests "$work/shared-$ranks" > "$work/digests-validate-$ranks"
done
diff "$work/digests-validate-2" "$work/digests-validate-3" || fail "validation differs between 2 and 3 ranks"
grep 'validate: ' "$work/log-validate-2"
"$python" -W ignore "$source_folder/tests/e2e/twin_external.py" "$work/shared-2" 100 \
    VanGalen2019-validate_Hematologic=Hematologic:AML328-D0,AML419A-D0,AML707B-D0,AML916-D0
for row in external.csv:ALL,ALL,4, bulk.csv:model,AIM,20,10, label_check.csv:AIM,; do
    grep -q "^${row#*:}" "$work/shared-2/validate/${row%%:*}" || fail "no $row"
done

# Scores of all three published variants against the real UCell's.
for variant in ucell-2.14:ucell-2.14:impute ucell-2.14-skip:ucell-2.14:skip ucell-2.6:ucell-2.6:impute; do
    IFS=: read -r golden formula missing <<< "$variant"
    for stage in ingest score; do
        on 2 $stage "$job" --set "workdir=$work/shared-2" --set score.formula=$formula \
            --set score.missing_genes=$missing 2> "$work/log-score" || {
            cat "$work/log-score"
            fail "$stage with $formula"
        }
    done
    "$python" -W ignore "$source_folder/tests/e2e/shared_scores.py" "$shared" "$work/shared-2" "$golden"
done
