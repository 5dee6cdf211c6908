#!/usr/bin/env bash
# submit.sh without a cluster: what it asks Slurm for, what it refuses, and that it leaves no half chain. A folder on
# the PATH stands in for Slurm: each command writes down how it was called.
. "$(dirname "$0")/common.sh"
make_project
fake=$work/fake
rm -rf "$fake"
mkdir -p "$fake"
cat > "$fake/sbatch" << 'FAKE'
#!/usr/bin/env bash
here=$(dirname "$0")
n=$(($(cat "$here/n" 2> /dev/null || echo 0) + 1))
echo "$n" > "$here/n"
if [ "$n" = "${FAIL_AT:-0}" ]; then
    echo "sbatch: error: QOSMaxSubmitJobPerUserLimit" >&2
    exit 1
fi
printf '%s\n' "shares $ONCOMARK_SHARES" "logs $ONCOMARK_LOGS" "linear $ONCOMARK_LINEAR" "$@" > "$here/call-$n"
echo "$((100 + n));cluster"
FAKE
cat > "$fake/squeue" << 'FAKE'
#!/usr/bin/env bash
cat "$(dirname "$0")/queue" 2> /dev/null
exit 0
FAKE
cat > "$fake/scancel" << 'FAKE'
#!/usr/bin/env bash
echo "$*" > "$(dirname "$0")/cancelled"
FAKE
chmod +x "$fake"/*

# submit_sh STATUS ARGUMENT...: in the project's folder, with the stand-ins
submit_sh() {
    local expected=$1 status=0
    shift
    rm -f "$fake"/call-* "$fake/n" "$fake/cancelled"
    (cd "$project" && PATH="$fake:$PATH" slurm/submit.sh "$@") > "$work/out" 2> "$work/err" || status=$?
    [ $status = "$expected" ] || fail "submit.sh $*: exit code $status, expected $expected: $(cat "$work/out" "$work/err")"
}

# refused EXPECTED ARGUMENT...: one message, exit code 2, nothing submitted
refused() {
    local expected=$1
    shift
    submit_sh 2 "$@"
    grep -qE -- "^submit.sh: error: .*$expected" "$work/err" || fail "submit.sh $* says: $(cat "$work/err"), expected $expected"
    [ ! -e "$fake/call-1" ] || fail "submit.sh $*: something was submitted"
}

asked() {
    grep -qxF -e "$2" "$fake/call-$1" || fail "job $1 was submitted without $2: $(cat "$fake/call-$1")"
}

refused 'no job file was given'
refused 'nowhere.yaml: cannot be read' nowhere.yaml
refused "found stage 'training', expected one of: ingest cells train crossval collect linear" jobs/my.yaml --from training
refused '--from train comes after --to cells' jobs/my.yaml --from train --to cells
refused 'found two job files' jobs/my.yaml jobs/demo.yaml
refused "there is no option '--form'" jobs/my.yaml --form train
refused '--set lacks its value' jobs/my.yaml --set
refused 'found --shares two' jobs/my.yaml --shares two
refused 'my.yaml: see the message above' jobs/my.yaml --set train.epoch=3
grep -q 'oncomark: error: .*train.epoch' "$work/err" || fail "the program's message is not shown"
sed 's/Data_Sim2031_Lung/Data_Sim2099_Lung/' "$job" > "$project/jobs/nowhere.yaml"
refused 'nowhere.yaml: no plan, see the message above' jobs/nowhere.yaml
grep -q 'oncomark: error: .*Data_Sim2099_Lung' "$work/err" || fail "the plan's message is not shown: $(cat "$work/err")"
echo "7 oncomark $project/work/my" > "$fake/queue"
refused 'jobs for this folder are in the queue already: 7;' jobs/my.yaml
submit_sh 0 jobs/my.yaml --dry-run
[ ! -e "$fake/call-1" ] && [ ! -e "$out" ] || fail "a dry run submitted or made something"
[ "$(grep -c "^ *'sbatch' " "$work/out")" = 5 ] || fail "a dry run shows: $(cat "$work/out")"
printf '7 oncomark %s\n8 \n9 other\n' "$project/work/my2" > "$fake/queue"
mv "$project/work/oncomark/bin/oncomark" "$project/work/oncomark/bin/elsewhere"
refused 'bin/oncomark: found no program; set ONCOMARK in .*cluster.env' jobs/my.yaml
mv "$project/work/oncomark/bin/elsewhere" "$project/work/oncomark/bin/oncomark"
if ! command -v sbatch > /dev/null; then
    mv "$fake/sbatch" "$fake/off"
    refused 'there is no sbatch here' jobs/my.yaml
    mv "$fake/off" "$fake/sbatch"
fi

submit_sh 0 jobs/my.yaml --set "train.epochs=7" --set seed=5 --shares 3
[ -e "$fake/call-5" ] && [ ! -e "$fake/call-6" ] || fail "not five jobs were submitted: $(cat "$work/out")"
for n in 1 2 3 4 5; do
    asked $n "--comment=oncomark $out"
    asked $n "logs $out/logs"
    asked $n "--signal=B:USR1@120"
    asked $n "$job"
    tail -n 4 "$fake/call-$n" | paste -sd ' ' | grep -qxF -e '--set train.epochs=7 --set seed=5' ||
        fail "job $n lacks the settings: $(cat "$fake/call-$n")"
    [ $n = 1 ] || asked $n "--dependency=afterok:$((99 + n))"
    [ $n = 1 ] || asked $n "--kill-on-invalid-dep=yes"
done
! grep -q 'dependency\|account\|partition' "$fake/call-1" || fail "the first job: $(cat "$fake/call-1")"
asked 1 "--job-name=my.ingest"
asked 1 "$project/slurm/ingest.sbatch"
asked 1 "--output=$out/logs/%x-%j.log"
asked 4 "--output=$out/logs/%x-%A_%a.log"
asked 5 "$project/slurm/collect.sbatch"
grep -q '^end it *scancel 101 102 103 104 105$' "$work/out" || fail "the ids are not shown: $(cat "$work/out")"
number=0
while read -r stage ranks memory minutes shares _; do
    number=$((number + 1))
    asked $number "--job-name=my.$stage"
    asked $number "--ntasks=$ranks"
    asked $number "--mem-per-cpu=${memory}M"
    asked $number "--time=$minutes"
    if [ "$stage" = crossval ]; then
        asked $number "--array=1-3%8"
        asked $number "shares 3"
    else
        ! grep -q -e --array "$fake/call-$number" && [ "$shares" = 0 ] || fail "$stage became an array"
    fi
done < <("$program" plan --slurm "$job" | tail -n +2)
[ $number = 5 ] || fail "the plan has $number jobs"

set_cluster ACCOUNT mine
set_cluster PARTITION long
set_cluster SBATCH_OPTIONS "(--qos=high '--mail-user=me and you')"
set_cluster MAX_MINUTES 5
set_cluster ASK_MEMORY no
set_cluster ARRAY_THROTTLE 1
set_cluster SIGNAL_LEAD 60
submit_sh 0 jobs/my.yaml --from train --to crossval --shares 2
asked 1 "--account=mine"
asked 1 "--partition=long"
asked 1 "--qos=high"
asked 1 "--mail-user=me and you"
asked 1 "--time=5"
asked 1 "--signal=B:USR1@60"
! grep -q -e --mem "$fake/call-1" || fail "memory was asked for"
asked 2 "$project/slurm/crossval.sbatch"
grep -q -e '--array=1-[0-9]*%1$' "$fake/call-2" || fail "the array: $(cat "$fake/call-2")"
[ ! -e "$fake/call-3" ] || fail "more was submitted than asked for"

submit_sh 0 jobs/my.yaml --from linear
grep -q '^nothing to submit' "$work/out" || fail "says: $(cat "$work/out")"
submit_sh 0 jobs/my.yaml --from collect --set baseline.run=true
asked 2 "$project/slurm/linear.sbatch"
asked 2 "linear baseline"
asked 2 "--dependency=afterok:101"
submit_sh 0 jobs/my.yaml --from linear --set baseline.run=true --set pca.run=true
asked 1 "--job-name=my.linear"
asked 1 "linear pca baseline"

export FAIL_AT=3
submit_sh 2 jobs/my.yaml
grep -q 'sbatch did not take the job of stage train.*cancelled: 101 102' "$work/err" || fail "says: $(cat "$work/err")"
[ "$(cat "$fake/cancelled")" = "101 102" ] && [ ! -e "$fake/call-4" ] || fail "half a chain is left"
export FAIL_AT=1
submit_sh 2 jobs/my.yaml --from collect
[ ! -e "$fake/cancelled" ] || fail "something else was cancelled"
unset FAIL_AT

# What is done is not submitted again, unless it is asked for.
on 2 ingest "$job" 2> "$work/err"
submit_sh 0 jobs/my.yaml
grep -q '^ingest: done already$' "$work/out" || fail "says: $(cat "$work/out")"
asked 1 "--job-name=my.cells"
submit_sh 0 jobs/my.yaml --from ingest --to ingest
asked 1 "--job-name=my.ingest"
