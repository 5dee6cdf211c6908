#!/usr/bin/env bash
# Principal components at any number of ranks against scikit-learn: more features than samples, and fewer.
. "$(dirname "$0")/common.sh"
make_corpus
write_job "$work/job-pca.yaml" "$work/pca"
rm -rf "$work/pca" "$work"/pca-*
on 3 run "$work/job-pca.yaml" --set train.epochs=1 2> "$work/log-pca-run" || { cat "$work/log-pca-run"; fail "run"; }

# compare NAME MOST_VARIABLE COMPONENTS RANKS...
compare() {
    local name=$1 most_variable=$2 components=$3 ranks workdirs=()
    shift 3
    for ranks in "$@"; do
        local workdir=$work/pca-$name-$ranks
        cp -r "$work/pca" "$workdir"
        on "$ranks" pca "$work/job-pca.yaml" --set workdir="$workdir" --set features.most_variable="$most_variable" \
            --set pca.components="$components" 2> "$work/log-pca-$name-$ranks" || {
            cat "$work/log-pca-$name-$ranks"
            fail "pca, $name, on $ranks ranks"
        }
        workdirs+=("$workdir")
    done
    "$python" -W ignore "$source_folder/tests/e2e/twin_pca.py" "$most_variable" "$components" "${workdirs[@]}" ||
        fail "$name"
}

compare samples 10000 50 1 2 3 4 6 7
compare features 880 20 1 2 3 4 6 7
# As many as there are.
compare all-samples 10000 10000 3
compare all-features 100 10000 4

cat "$work/log-pca-samples-3"
grep -q 'pca: component  variance   study   tissue' "$work/log-pca-samples-3" || fail "no table"
grep -q '^[^|]*pca: chance ' "$work/log-pca-samples-3" || fail "the table does not say what chance gives"
on 2 pca "$work/job-pca.yaml" --set workdir="$work/pca-samples-3" 2> "$work/log-pca-again"
grep -q 'pca: done already' "$work/log-pca-again" || fail "a second run did something"
"$program" info "$work/pca-samples-3/pca.h5ad" > "$work/pca-info"
grep -qxF "pca.h5ad $(cut -d' ' -f1 "$work/pca-info")" <(digests "$work/pca-samples-3") ||
    fail "pca.h5ad does not have the digest that the manifest says"
