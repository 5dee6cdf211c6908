#!/usr/bin/env bash
# Every command of the README's chapter on clusters works, one after another, on a cluster: those of its blocks
# ```console, behind the `$`.
. "$(dirname "$0")/common.sh"
make_project
start_cluster 3
sed -i 's/^crossval: {/&sweep: {train.hidden: [8, 16]}, /' "$job" # a chapter before says how
cp "$project/data/bulk/Sim2031_Breast.csv" "$project/profiles.csv"
mapfile -t commands < <(sed -n '/^## On a cluster/,/^## [^O]/p' "${OM_README:-$source_folder/README.md}" |
    sed -n '/^```console$/,/^```$/s/^\$ //p')
[ ${#commands[@]} -ge 5 ] || fail "README.md has ${#commands[@]} commands for clusters"

queue_is_empty() {
    [ -z "$(squeue -h)" ]
}

for command in "${commands[@]}"; do
    case $command in
        squeue*) ;; # to be looked at while it works
        *) await 120 "an empty queue before: $command" queue_is_empty ;;
    esac
    (cd "$project" && eval "$command") > "$work/out" 2> "$work/err" || fail "$command: exit code $?: $(cat "$work/out")"
done
await 60 "the last job" queue_is_empty
[ -z "$(scontrol -o show job | grep -o 'JobState=.*' | grep -v '^JobState=COMPLETED')" ] || fail "a job failed"
told 'my.collect \([0-9]+\): done'
[ "$(wc -l < "$out/predictions.csv")" -gt 1 ] || fail "no predictions"
[ "$(wc -l < "$out/crossval/sweep.csv")" -ge 3 ] || fail "no sweep"
