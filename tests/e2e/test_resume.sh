#!/usr/bin/env bash
# A killed run leaves nothing half-made behind and ends, run again, with the digests of an undisturbed one.
. "$(dirname "$0")/common.sh"
make_corpus
write_job "$work/job-whole.yaml" "$work/whole"
write_job "$work/job-killed.yaml" "$work/killed"
rm -rf "$work/whole" "$work/killed"
on 2 run "$work/job-whole.yaml" 2> /dev/null
digests "$work/whole" > "$work/digests-whole"

for delay in 0.6 1.0 1.5 2.2 3.0 4.0; do
    setsid mpirun -n 2 "$program" run "$work/job-killed.yaml" > /dev/null 2>&1 &
    group=$!
    sleep $delay
    # Ranks are process groups of their own: kill every process of this program that works here.
    pkill -KILL -f -- "run $work/job-killed.yaml" || true
    wait $group 2> /dev/null || true
    # Every artefact under its final name is whole.
    find "$work/killed" -name '*.h5ad' -o -name 'model.h5' 2> /dev/null | while read -r file; do
        "$program" info "$file" > /dev/null || fail "$file is not whole after a kill at $delay s"
    done
done
on 3 run "$work/job-killed.yaml" 2> "$work/log-killed" || {
    cat "$work/log-killed"
    fail "the run after the kills"
}
digests "$work/killed" > "$work/digests-killed"
diff "$work/digests-whole" "$work/digests-killed" || fail "digests differ after kills"
