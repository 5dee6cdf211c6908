#!/usr/bin/env bash
# Training that is asked to stop, or killed, in its midst: exit code 75 and one message, or nothing; and run again,
# at another number of ranks, it ends with the digests of an undisturbed run.
. "$(dirname "$0")/../e2e/common.sh"
corpus=$work/corpus-stop
rm -rf "$corpus" "$work"/stop-*
on 2 simulate --out "$corpus" --gene-sets "$source_folder/jobs/gene_sets/hallmarks.gmt" --studies 3 --cells 1500 \
    --samples 3 --genes 3000 2> "$work/err"
write_job "$work/stop.yaml" "$work/stop-whole"
epochs=250
settings=(--set qc.min_genes=50 --set synthetic.cells_per_sample=5 --set synthetic.min_cells=5
    --set features.most_variable=300 --set train.split.group=none --set "train.epochs=$epochs" --set train.patience=0
    --set train.batch=32 --set train.block=8)
for stage in ingest score threshold synthesize; do
    on 2 $stage "$work/stop.yaml" "${settings[@]}" 2> "$work/err"
done
cp -a "$work/stop-whole" "$work/stop-base"
on 2 train "$work/stop.yaml" "${settings[@]}" 2> "$work/err"
digests "$work/stop-whole" > "$work/digests-whole"
grep -q '^model.h5 ' "$work/digests-whole" || fail "no model"
folder=$work/stop-cut
checkpoint=$folder/.oncomark/train.checkpoint

# Starts training on RANKS ranks (0: without mpirun) in a fresh folder, and waits until it has a checkpoint.
start() {
    rm -rf "$folder"
    cp -a "$work/stop-base" "$folder"
    local launcher=()
    [ "$1" = 0 ] || launcher=(mpirun -n "$1")
    "${launcher[@]}" "$program" train "$work/stop.yaml" "${settings[@]}" --set "workdir=$folder" 2> "$work/err" &
    started=$!
    for _ in $(seq 400); do
        [ -e "$checkpoint" ] && return
        sleep 0.05
    done
    cat "$work/err"
    fail "no checkpoint after 20 s on $1 ranks"
}

# The processes of the ranks.
ranks_of() {
    if [ "$1" = 0 ]; then
        echo "$started"
    else
        pgrep -P "$started" -x "$(basename "$program")" | sort -n
    fi
}

# await STATUS WHAT
await() {
    local status=0
    wait "$started" 2> /dev/null || status=$?
    if [ $status != "$1" ]; then
        cat "$work/err"
        fail "$2: exit code $status, expected $1"
    fi
}

# stopped WHAT: the run left with 75 and one message, and went no further.
stopped() {
    await 75 "$1"
    if [ "$(grep -ac '^oncomark: stopped: .*run the same command again to go on' "$work/err")" != 1 ] ||
        grep -aq '^oncomark: error: ' "$work/err"; then
        cat "$work/err"
        fail "$1: expected one message"
    fi
    grep -aqE "train: stopping; of $epochs epochs, [0-9]+ are whole and kept" "$work/err" || fail "$1: not told"
    [ -e "$checkpoint" ] || fail "$1: no checkpoint"
    [ ! -e "$folder/model.h5" ] || fail "$1: it went on to the end"
}

# goes_on RANKS WHAT
goes_on() {
    on "$1" train "$work/stop.yaml" "${settings[@]}" --set "workdir=$folder" 2> "$work/err" || {
        cat "$work/err"
        fail "$2: no run after it"
    }
    grep -aqE "train: going on after epoch [0-9]+ of $epochs\$" "$work/err" || fail "$2: started anew"
    digests "$folder" > "$work/digests-cut"
    diff "$work/digests-whole" "$work/digests-cut" || fail "$2: other digests"
    [ ! -e "$checkpoint" ] || fail "$2: the checkpoint is left"
}

for ranks in 1 3; do
    other=$((4 - ranks))
    start $ranks
    kill -USR1 "$started" # mpirun passes it on
    stopped "SIGUSR1 on $ranks ranks"
    goes_on $other "SIGUSR1 on $ranks ranks"

    start $ranks
    kill -USR1 "$(ranks_of $ranks | tail -n 1)"
    stopped "SIGUSR1 to one of $ranks ranks"
    goes_on $ranks "SIGUSR1 to one of $ranks ranks"

    start $ranks
    mapfile -t killed < <(ranks_of $ranks)
    kill -KILL "${killed[@]}"
    await 137 "SIGKILL on $ranks ranks"
    for process in "${killed[@]}"; do # the last may still hold the lock for a moment
        while kill -0 "$process" 2> /dev/null; do
            sleep 0.05
        done
    done
    goes_on $other "SIGKILL on $ranks ranks"
done

start 0
kill -TERM "$started"
stopped "SIGTERM"
# Twice: what is left is still to be gone on with.
"$program" train "$work/stop.yaml" "${settings[@]}" --set "workdir=$folder" 2> "$work/err" &
started=$!
for _ in $(seq 400); do
    ! grep -aq "train: going on after" "$work/err" || break
    sleep 0.05
done
kill -USR1 "$started"
stopped "SIGUSR1 after going on"
goes_on 2 "SIGTERM and SIGUSR1"

# A damaged checkpoint is put aside, one that was half-written does not matter.
start 0
kill -KILL "$started"
await 137 "SIGKILL"
truncate -s -1 "$checkpoint"
echo "half" > "$checkpoint.0123abcd.tmp"
on 2 train "$work/stop.yaml" "${settings[@]}" --set "workdir=$folder" 2> "$work/err"
grep -aq "^warning: .*train.checkpoint is torn or damaged" "$work/err" || fail "no warning of a torn checkpoint"
! grep -aq "going on after" "$work/err" || fail "went on from a torn checkpoint"
digests "$folder" > "$work/digests-cut"
diff "$work/digests-whole" "$work/digests-cut" || fail "other digests after a torn checkpoint"
[ ! -e "$checkpoint.0123abcd.tmp" ] || fail "the half-written checkpoint is left"

# Slurm lost sight of a node, whose ranks live on, and started the job again: the new copy takes the folder at
# once, the old one ends with an error at its next checkpoint, and what is made is the same.
for ranks in 1 3; do
    SLURM_JOB_ID=4711 start $ranks
    old=$started
    mapfile -t halted < <(ranks_of $ranks)
    kill -STOP "${halted[@]}" # or it could be done before the new one begins
    SLURM_JOB_ID=4711 SLURM_RESTART_COUNT=1 on $ranks train "$work/stop.yaml" "${settings[@]}" \
        --set "workdir=$folder" 2> "$work/err-new" &
    new=$!
    for _ in $(seq 400); do
        ! grep -aq "train: going on after" "$work/err-new" || break
        sleep 0.02
    done
    kill -CONT "${halted[@]}"
    wait $new || {
        cat "$work/err-new"
        fail "the new copy on $ranks ranks"
    }
    status=0
    wait "$old" 2> /dev/null || status=$?
    if [ $status != 3 ] || [ "$(grep -ac '^oncomark: error: ' "$work/err")" != 1 ] ||
        ! grep -aqE '^oncomark: error: .*(taken the folder over|lock of this run is gone); nothing more is written' \
            "$work/err"; then
        cat "$work/err"
        fail "the old copy on $ranks ranks: exit code $status"
    fi
    digests "$folder" > "$work/digests-cut"
    diff "$work/digests-whole" "$work/digests-cut" || fail "other digests after two copies on $ranks ranks"
    on 1 train "$work/stop.yaml" "${settings[@]}" --set "workdir=$folder" 2> "$work/err"
    grep -aq "train: done already" "$work/err" || fail "not done after two copies on $ranks ranks"
    left=$(find "$folder" -name '*.tmp' -o -name 'lock' -o -name '*.changed-*')
    [ -z "$left" ] || fail "left by two copies on $ranks ranks: $left"
done

# A run on another host that gives no sign of life any more.
echo "host elsewhere process 1 started 1 job - restart 0 time then token 0123abcd plan -" | tr ' ' '\n' |
    paste -d ' ' - - > "$folder/.oncomark/lock"
touch -d '125 seconds ago' "$folder/.oncomark/lock"
on 2 train "$work/stop.yaml" "${settings[@]}" --set "workdir=$folder" 2> "$work/err" || fail "a silent holder's lock"
grep -aqE '^warning: .*process 1 on host elsewhere .*no sign of life for 12[5-9] s' "$work/err" ||
    fail "no warning of a silent holder"
