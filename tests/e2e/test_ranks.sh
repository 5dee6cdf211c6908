#!/usr/bin/env bash
# One job gives the same content at any number of ranks, in balance, and is not done twice.
. "$(dirname "$0")/common.sh"
make_corpus

for ranks in 1 2 3 4 7; do
    rm -rf "$work/run-$ranks"
    write_job "$work/job-$ranks.yaml" "$work/run-$ranks"
    on $ranks run "$work/job-$ranks.yaml" 2> "$work/log-$ranks" || {
        cat "$work/log-$ranks"
        fail "run on $ranks ranks"
    }
    digests "$work/run-$ranks" > "$work/digests-$ranks"
    [ "$(grep -cE '\.h5ad |thresholds.csv |features.txt |model.h5 ' "$work/digests-$ranks")" = 16 ] ||
        fail "expected 6 stores, 6 scores, thresholds, synthetic, features and model: $(cat "$work/digests-$ranks")"
    diff "$work/digests-1" "$work/digests-$ranks" || fail "digests differ between 1 and $ranks ranks"
done

# What the manifest says is what the files hold.
while read -r artefact digest; do
    [ "$("$program" info "$work/run-3/$artefact" | cut -d' ' -f1)" = "$digest" ] ||
        fail "$artefact does not have the digest that the manifest says"
done < "$work/digests-3"

# At 4 ranks nobody has more than 1.5 times the mean.
"$python" - "$work/run-4/manifest.json" << 'PYTHON' || fail "ranks are out of balance"
import json
import sys

stages = json.load(open(sys.argv[1]))["stages"]
for stage, counter in (("ingest", "parsed_bytes"), ("ingest", "nonzeros"), ("score", "nonzeros"),
                       ("train", "training_rows")):
    values = stages[stage][counter]
    mean = sum(values) / len(values)
    assert len(values) == 4 and mean > 0, (stage, counter, values)
    print(stage, counter, values, "largest / mean: %.3f" % (max(values) / mean))
    assert max(values) <= 1.5 * mean, (stage, counter, values)
PYTHON

# A second run finds everything done and leaves every file as it is.
find "$work/run-2" -type f ! -path '*/.oncomark/*' ! -name manifest.json -printf '%p %T@\n' | sort > "$work/before"
on 2 run "$work/job-2.yaml" 2> "$work/log-again"
find "$work/run-2" -type f ! -path '*/.oncomark/*' ! -name manifest.json -printf '%p %T@\n' | sort > "$work/after"
[ "$(grep -c ': done already$' "$work/log-again")" = 5 ] || fail "a second run does not say that all is done"
diff "$work/before" "$work/after" || fail "a second run made files again"

# A changed threshold parameter leaves store and scores alone and makes the rest anew.
on 2 run "$work/job-2.yaml" --set threshold.method=otsu 2> "$work/log-otsu"
digests "$work/run-2" > "$work/digests-otsu"
diff <(grep -E '^(store|scores)/' "$work/digests-2") <(grep -E '^(store|scores)/' "$work/digests-otsu") ||
    fail "the threshold's method changed stores or scores"
for artefact in thresholds.csv synthetic.h5ad model.h5; do
    if grep -qxF "$(grep "^$artefact " "$work/digests-2")" "$work/digests-otsu"; then
        fail "$artefact was not made anew for another threshold method"
    fi
done

# So does another seed for what is random.
on 2 run "$work/job-2.yaml" --set seed=43 2> "$work/log-seed"
digests "$work/run-2" > "$work/digests-seed"
diff <(grep '^thresholds' "$work/digests-2") <(grep '^thresholds' "$work/digests-seed") || fail "the seed changed thresholds"
for artefact in synthetic.h5ad model.h5; do
    if grep -qxF "$(grep "^$artefact " "$work/digests-2")" "$work/digests-seed"; then
        fail "$artefact does not depend on the seed"
    fi
done
