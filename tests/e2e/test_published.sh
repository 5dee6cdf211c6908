#!/usr/bin/env bash
# The published tables, out and in again, against pandas; training on them; what they may look like.
. "$(dirname "$0")/common.sh"
make_corpus
source_job=$work/job-source.yaml
original=$work/published-source/synthetic.h5ad
rm -rf "$work"/published-*
write_job "$source_job" "$work/published-source"
echo "features: {most_variable: 700}" >> "$source_job"
twin() {
    "$python" -W ignore "$source_folder/tests/e2e/twin_published.py" "$@"
}
# digest FILE: of its content
digest() {
    "$program" info "$1" 2> /dev/null | cut -d ' ' -f 1
}
# refused EXPECTED COMMAND [ARGUMENT...]: ends with exit code 2 and a message that matches
refused() {
    local expected=$1 status=0
    shift
    on 2 "$@" > "$work/log-refused" 2>&1 || status=$?
    if [ $status != 2 ] || ! grep '^oncomark: error: ' "$work/log-refused" | grep -qE -- "$expected"; then
        cat "$work/log-refused"
        fail "exit code $status of '$*', expected 2 and a message with: $expected"
    fi
}

refused "synthetic.h5ad is not there yet: .oncomark run" export --layout dryad --out "$work/published-none" "$source_job"
[ ! -e "$work/published-source" ] || fail "export made the workdir of a run that never was"
for stage in ingest score threshold synthesize; do
    on 2 "$stage" "$source_job" 2> "$work/log-source" || {
        cat "$work/log-source"
        fail "$stage"
    }
done

# Out.
tables=$work/published-tables
on 3 export --layout dryad --out "$tables" "$source_job" 2> "$work/log-export"
twin export "$original" "$tables" 700
on 1 export --layout dryad --out "$work/published-tables-1" "$source_job" 2> /dev/null
diff -r "$tables" "$work/published-tables-1" > /dev/null || fail "other tables on one rank"
refused "expected a new or an empty folder" export --layout dryad --out "$tables" "$source_job"
on 2 export --layout dryad --out "$tables" --force "$source_job" 2> /dev/null
diff -r "$tables" "$work/published-tables-1" > /dev/null || fail "other tables by --force"
refused "expected --layout dryad" export --layout paper --out "$work/published-none" "$source_job"

# In, by the job file and by the option, plain and gzip, and as other programs write such tables.
job=$work/job-published.yaml
cat > "$job" << JOB
workdir: published-in
published: published-tables
train: {epochs: 2, split: {group: sample}}
JOB
on 3 run "$job" 2> "$work/log-published" || {
    cat "$work/log-published"
    fail "run"
}
grep -q "score: nothing to do" "$work/log-published" || fail "score does not say that it has nothing to do"
[ "$(grep -c "do not tell the patients" "$work/log-published")" = 1 ] || fail "expected one warning of the patients"
twin ingest "$original" "$tables" "$work/published-in/synthetic.h5ad" "$work/published-copy.h5ad"
twin features "$work/published-in/synthetic.h5ad" "$work/published-in/features.txt"
expected=$(digest "$work/published-copy.h5ad")
[ ${#expected} = 32 ] || fail "no digest of the expected file"
[ "$(digest "$work/published-in/synthetic.h5ad")" = "$expected" ] || fail "another digest than the original's genes have"
on 2 ingest "$job" 2>&1 | grep -q "ingest: done already" || fail "ingest was done again"

cp -r "$tables" "$work/published-gzip"
gzip "$work"/published-gzip/*.csv
twin vary "$tables" "$work/published-pandas" "$work/published-r"
ranks=1
for kind in gzip pandas r; do
    (cd "$work" && on $ranks ingest --dryad "published-$kind" --set "workdir=published-in-$kind" "$job" 2> log-kind) || {
        cat "$work/log-kind"
        fail "$kind"
    }
    [ "$(digest "$work/published-in-$kind/synthetic.h5ad")" = "$expected" ] || fail "$kind: another digest"
    ranks=$((ranks + 1))
done
# Small memory, and out again: the same tables but for the genes that one of them lacks.
on 2 ingest "$job" --set workdir=published-in-small --set "memory_limit=256 MiB" 2> /dev/null
[ "$(digest "$work/published-in-small/synthetic.h5ad")" = "$expected" ] || fail "another digest in little memory"
on 2 export --layout dryad --out "$work/published-again" "$job" 2> /dev/null
on 3 ingest --dryad "$work/published-again" --set workdir=published-in-again "$job" 2> /dev/null
[ "$(digest "$work/published-in-again/synthetic.h5ad")" = "$expected" ] || fail "another digest the second time"

# What cannot be read is refused.
refused "found both published and data" ingest --dryad "$tables" "$source_job"
refused "--dryad .*: found no such folder" ingest --dryad "$work/published-none" "$job"
refused "no such folder of published tables" ingest "$job" --set published=published-none
refused "no table of the positive samples' expression" ingest --dryad "$corpus" "$job"
bad=$work/published-bad
# spoiled EXPECTED CHANGE: a copy of the tables, changed by a shell command that runs in it
spoiled() {
    rm -rf "$bad" "$bad-in"
    cp -r "$tables" "$bad"
    (cd "$bad" && eval "$2")
    refused "$1" ingest --dryad "$bad" --set workdir=published-bad-in "$job"
    [ -z "$(find "$bad-in" -name '*.h5ad*')" ] || fail "a part of synthetic.h5ad was left: $2"
}
spoiled "data_neg_sep_hallmark.csv:300: gene .*: found '7.25', expected a whole number" \
    "sed -i '300s/,[0-9]*\$/,7.25/' data_neg*"
spoiled "data_neg_sep_hallmark.csv.gz:300: gene .*: found 'NA'" "sed -i '300s/,[0-9]*\$/,NA/' data_neg* && gzip data_neg*"
spoiled "data_pos_sep_hallmark.csv:200: found 699 values" "sed -i '200s/,[0-9]*\$//' data_pos*"
spoiled "meta_pos_sep_hallmark.csv: found no row" "sed -i '100d' meta_pos*"
spoiled "meta_pos_sep_hallmark.csv:100: .*found the row" "sed -i '100d' data_pos*"
spoiled "truncated or damaged gzip" "gzip data_pos* && truncate -s -3000 data_pos*"
rm -rf "$work"/published-*
