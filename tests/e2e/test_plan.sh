#!/usr/bin/env bash
# `plan` before anything ran, after ingest, and after a whole run: it says what is done, asks for no less memory
# than was taken, and for about the time; it writes nothing.
. "$(dirname "$0")/common.sh"
make_corpus
job=$work/plan.yaml
run=$work/plan
rm -rf "${work:?}"/plan*
write_job "$job" "$run"
cat >> "$job" << 'END_OF_JOB'
features: {most_variable: 1000}
train: {hidden: 8, head: 4, epochs: 8, learning_rate: 1.0e-3}
crossval: {folds: 2, repeats: 1, patience: 0}
END_OF_JOB
export TMPDIR=$work/plan-temporary
mkdir -p "$TMPDIR"

# slurm RANKS EXPECTED [ARGUMENT...]: the table, checked line by line; EXPECTED has yes or no for each job.
slurm() {
    local ranks=$1 expected=$2 found
    shift 2
    on "$ranks" plan --slurm "$job" "$@" > "$work/plan-table" 2> "$work/plan-log" ||
        fail "plan: $(cat "$work/plan-log")"
    [ "$(head -n 1 "$work/plan-table")" = "job ranks memory_mib minutes array done" ] || fail "$(cat "$work/plan-table")"
    found=$(awk 'NR > 1 {
        if (NF != 6 || $2 !~ /^[1-9][0-9]*$/ || $3 < 200 || $3 % 100 || $4 < 10 || $5 !~ /^[0-9]+$/) exit 1
        print $1, $6
    }' "$work/plan-table" | tr '\n' ' ') || fail "$(cat "$work/plan-table")"
    [ "$found" = "$expected" ] || fail "found '$found', expected '$expected'"
    [ -z "$(ls -A "$TMPDIR")" ] || fail "left behind: $(ls "$TMPDIR")"
}

says() {
    grep -qE -- "$1" "$work/plan-text" || {
        cat "$work/plan-text"
        fail "the plan does not say: $1"
    }
}

refused() {
    local expected=$1 found=0
    shift
    on 2 plan "$@" > "$work/plan-log" 2>&1 || found=$?
    if [ $found != 2 ] || ! grep '^oncomark: error: ' "$work/plan-log" | grep -qE -- "$expected"; then
        cat "$work/plan-log"
        fail "exit code $found of 'plan $*', expected 2 and: $expected"
    fi
}

# --- before anything ran ---
slurm 1 "ingest no cells no train no crossval no collect no "
slurm 3 "ingest no cells no train no crossval no collect no " --max-ranks 2
awk 'NR > 1 && $2 > 2 {exit 1}' "$work/plan-table" || fail "more than --max-ranks: $(cat "$work/plan-table")"
cp "$work/plan-table" "$work/plan-before"
[ ! -e "$run" ] || fail "plan made the work folder"
"$program" plan "$job" > "$work/plan-text" 2> /dev/null
cp "$work/plan-text" "$work/plan-text-before"
says '^plan: 6 data sets, [0-9,]+ cells, [0-9.]+ M non-zeros$'
says '^ingest +[0-9,.]+ M? ?non-zeros/s a rank: measured now on the first [0-9,]+ cells of Sim'
says 'synthesize +to do +[0-9.]+ M non-zeros, ~[0-9,]+ samples'
says '^job ranks memory_mib minutes array done$'

# --- text in gzip ---
{
    echo "workdir: $work/plan-gzip"
    echo "gene_sets: $source_folder/jobs/gene_sets/hallmarks.gmt"
    echo "data: [{path: $corpus/Data_Sim2031_Lung}]"
} > "$work/plan-gzip.yaml"
ls "$corpus"/Data_Sim2031_Lung/*.mtx.gz > /dev/null
"$program" plan "$work/plan-gzip.yaml" > "$work/plan-text" 2> /dev/null
says '^ingest .*measured now on the first [0-9,]+ cells of Sim2031_Lung$'

# --- after ingest ---
on 2 ingest "$job" 2> "$work/plan-log"
find "$run" -type f -printf '%p %T@ %s\n' | sort > "$work/plan-files"
slurm 1 "ingest yes cells no train no crossval no collect no "
"$program" plan "$job" > "$work/plan-text" 2> /dev/null
says '^ingest +done '
says '^ingest .* non-zeros/s a rank: of the run of 20[0-9-]+T[0-9:]+Z on 2 ranks$'
says '^score .* measured now'
says '^ingest +memory_limit: |^ingest +measured: '
find "$run" -type f -printf '%p %T@ %s\n' | sort | cmp - "$work/plan-files" || fail "plan changed the work folder"

# --- after all ---
"$program" run "$job" 2> "$work/plan-log"
slurm 2 "ingest yes cells yes train yes crossval no collect no "
"$program" crossval "$job" --task 1/2 2> "$work/plan-log"
slurm 1 "ingest yes cells yes train yes crossval no collect no "
"$program" crossval "$job" 2> "$work/plan-log"
slurm 1 "ingest yes cells yes train yes crossval yes collect yes "
slurm 1 "ingest yes cells yes train yes crossval yes collect yes linear no " --set pca.run=true
on 2 pca "$job" 2> "$work/plan-log"
slurm 1 "ingest yes cells yes train yes crossval yes collect yes linear yes " --set pca.run=true
slurm 1 "ingest yes cells yes train yes crossval yes collect yes linear no " --set baseline.run=true
on 2 baseline "$job" 2> "$work/plan-log"
slurm 1 "ingest yes cells yes train yes crossval yes collect yes linear yes " --set baseline.run=true --set pca.run=true
slurm 1 "ingest yes cells yes train yes crossval no collect no linear no " --set baseline.run=true --set crossval.repeats=3
slurm 1 "ingest yes cells yes train yes crossval yes collect yes linear no " --set baseline.run=true --set pca.components=4 --set pca.run=true
"$program" plan "$job" > "$work/plan-text" 2> /dev/null
says '^Nothing is left to do.$'
slurm 1 "ingest yes cells yes train no crossval no collect no " --set train.hidden=9
slurm 1 "ingest yes cells no train no crossval no collect no " --set threshold.bins=100
slurm 1 "ingest yes cells no train no crossval no collect no " --set score.max_rank=1400
slurm 1 "ingest no cells no train no crossval no collect no " --set store.compression=deflate

# Memory that was asked for before anything ran, and time, beside what was taken.
"$python" - "$run/manifest.json" "$work/plan-before" "$work/plan-text-before" << 'END_OF_PYTHON'
import json, re, sys
stages = json.load(open(sys.argv[1]))["stages"]
jobs = {"ingest": "ingest", "score": "cells", "threshold": "cells", "synthesize": "cells", "train": "train",
        "crossval": "crossval"}
asked = {line.split()[0]: int(line.split()[2]) for line in open(sys.argv[2]) if not line.startswith("job")}
unit = {"s": 1, "min": 60, "h": 3600}
times = {}
section = ""
for line in open(sys.argv[3]):
    if not line.strip():
        section = ""
    elif line.startswith("Expected time"):
        section = "times"
    found = re.match(r"(\w+) +([0-9.]+) (s|min|h)\b", line)
    if section and found:
        times[found[1]] = float(found[2]) * unit[found[3]]
for stage, job in jobs.items():
    peak = max(stages[stage]["peak_memory_bytes"]) / 2**20
    taken = stages[stage]["wall_seconds"] * stages[stage]["ranks"]
    print("%-10s asked for %d MiB, took %.0f; expected %.1f s, took %.1f rank-seconds"
          % (stage, asked[job], peak, times[stage], taken))
    assert asked[job] > peak, stage
    # Loose, since machines that run tests are busy with other things; a wrong unit is further off.
    assert times[stage] < 20 * taken + 10 and taken < 20 * times[stage] + 20, stage
END_OF_PYTHON

# --- the published tables ---
on 2 export --layout dryad --out "$work/plan-tables" "$job" 2> "$work/plan-log"
sed -n '/^train:/p; /^features:/p; /^crossval:/p' "$job" > "$work/plan-published.yaml"
{
    echo "workdir: $work/plan-published"
    echo "published: $work/plan-tables"
    echo "gene_sets: $source_folder/jobs/gene_sets/hallmarks.gmt"
} >> "$work/plan-published.yaml"
job=$work/plan-published.yaml
# Its samples tell no patients, so that every one counts as one.
slurm 1 "ingest no cells yes train no crossval no collect no "
"$program" plan "$job" > "$work/plan-text" 2> /dev/null
says '^plan-published: published tables: [0-9,]+ samples of [0-9,]+ genes$'
says '^ingest .*B/s of text a rank: measured now on the first rows$'
! grep -q '^score ' "$work/plan-text" || fail "published tables are not scored"
"$program" ingest "$job" 2> "$work/plan-log"
slurm 2 "ingest yes cells yes train no crossval no collect no "

# --- what is wrong ---
job=$work/plan.yaml
refused "found no such file" "$work/plan-nowhere.yaml"
refused "threshold.bin" "$job" --set threshold.bin=3
refused "found --max-ranks 0, expected a number from 1 to" --max-ranks 0 "$job"
refused "is no option of it" --dry-run "$job"
refused "found 0 job files, expected one"
sed "s|Data_Sim2031_Lung|Data_Sim2099_Lung|" "$job" > "$work/plan-missing.yaml"
refused "Data_Sim2099_Lung: found no such folder or file .data set Sim2099_Lung at" "$work/plan-missing.yaml"
refused "nowhere.gmt" "$job" --set "gene_sets=nowhere.gmt"
"$program" plan --help > "$work/plan-help"
grep -q -- '--slurm' "$work/plan-help" || fail "no help"
