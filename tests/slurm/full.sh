#!/usr/bin/env bash
# What can go wrong on a cluster, and takes too long for every change: nodes that lose power or their daemon, jobs that
# are preempted, cancelled or stopped too often. Whatever happens, the results are those of an undisturbed run.
#
# usage: tests/slurm/full.sh PROGRAM SOURCE_FOLDER [WORK_FOLDER [SCENARIO...]]
. "$(dirname "$0")/common.sh"
make_project
start_cluster 4
epochs=800

# plain EPOCHS: the folder of an undisturbed training of so many epochs, made once
plain() {
    if [ ! -e "$work/whole-$1" ]; then
        cp -a "$work/base" "$work/whole-$1"
        on 2 train "$job" --set "workdir=$work/whole-$1" --set "train.epochs=$1" 2> "$work/err"
    fi
    echo "$work/whole-$1"
}

# Submits a training in a fresh folder, and waits until it keeps epochs; job in `train`, its nodes in `batch_host`
# and `other_host`.
start_training() {
    rm -rf "$out"
    cp -a "$work/base" "$out"
    submit jobs/my.yaml --from train --to train --set "train.epochs=$epochs"
    train=${ids[0]}
    log=$out/logs/my.train-$train.log
    await 60 "training by job $train" is_training "$train" 1
    find_nodes
}

find_nodes() {
    batch_host=$(field "$train" BatchHost)
    other_host=$(scontrol show hostnames "$(field "$train" NodeList)" | grep -vx "$batch_host") || true # all are on one
}

# ends_well RESTARTS: and gone on each time
ends_well() {
    ends_as COMPLETED 180 "$train"
    [ "$(field "$train" Restarts)" = "$1" ] || fail "$(field "$train" Restarts) restarts, expected $1"
    same_digests "$(plain $epochs)"
}

went_on() {
    [ "$(grep -c 'train: going on after epoch' "$log")" = "$1" ] || fail "training began anew"
}

mini() {
    "$slurm_tests/mini-slurm.sh" "$@" 2> /dev/null
}

nodes_are_up() {
    [ "$(sinfo -h -N -p main -t idle -o %N | wc -l)" = 4 ]
}

repair_nodes() {
    local node
    for node in n1 n2 n3 n4; do
        mini start-node $node
        scontrol update "nodename=$node" state=resume 2> /dev/null || true
    done
}

repair() {
    repair_nodes
    await 60 "all nodes up" nodes_are_up
}

other_node_loses_power() {
    start_training
    mini kill-node "$other_host"
    ends_well 1
    went_on 1
}

batch_host_loses_power() {
    start_training
    mini kill-node "$batch_host"
    ends_well 1
    went_on 1
}

# Between the two a stop by signal: three restarts of one job.
power_is_lost_twice() {
    start_training
    mini kill-node "$other_host"
    await 150 "second run" is_training "$train" 2
    scancel -b -s USR1 "$train"
    await 150 "third run" is_training "$train" 3
    find_nodes
    mini kill-node "$batch_host"
    ends_well 3
    went_on 3
}

# In every stage, at whatever moment: a chain of which each job loses a node as it begins.
every_stage_loses_power() {
    local id i nodes
    rm -rf "$out"
    submit jobs/my.yaml --shares 2 --set train.epochs=$epochs
    for i in 0 1 2; do
        id=${ids[i]}
        await 150 "start of job $id" has_told "\($id\): .* on 2 ranks"
        nodes=$(scontrol show hostnames "$(field "$id" NodeList)")
        mini kill-node "$(tail -n 1 <<< "$nodes")"
        await 60 "end of job $id's first run" has_told "\($id\): (.* queued again|done|.* ended this run)"
        repair_nodes
    done
    ends_as COMPLETED 240 "${ids[@]}"
    on 2 run "$job" --set "workdir=$work/whole" --set train.epochs=$epochs 2> "$work/err"
    on 2 crossval "$job" --set "workdir=$work/whole" --set train.epochs=$epochs > "$work/err" 2>&1
    same_digests "$work/whole"
}

# A task of an array is queued again alone, and keeps its share.
share_is_stopped() {
    local second
    rm -rf "$out"
    cp -a "$work/base" "$out"
    submit jobs/my.yaml --from crossval --shares 2 --set train.epochs=$epochs --set crossval.repeats=6
    second=${ids[0]}_2
    log=$out/logs/my.crossval-$second.log
    await 60 "first result of share 2" grep -qs 'crossval: task' "$log"
    scancel -b -s USR1 "$second"
    ends_as COMPLETED 240 "${ids[@]}"
    told "my.crossval \($second\): crossval was stopped; queued again"
    [ "$(field "$second" Restarts)" = 1 ] && [ "$(field "${ids[0]}_1" Restarts)" = 0 ] || fail "another task was restarted"
    [ "$(grep -c 'crossval: share 2 of 2' "$log")" = 2 ] || fail "the task took another share: $(cat "$log")"
    cp -a "$work/base" "$work/whole-share"
    on 2 crossval "$job" --set "workdir=$work/whole-share" --set train.epochs=$epochs --set crossval.repeats=6 > "$work/err" 2>&1
    same_digests "$work/whole-share"
    rm -rf "$work/whole-share"
}

# All ranks are on the batch host, whose daemon is lost: Slurm cannot end the run there, and starts the job anew
# elsewhere. The new run takes the folder over; the old one notices, and writes nothing more.
daemon_is_lost() {
    epochs=4000
    set_cluster SBATCH_OPTIONS "(--ntasks=2 --nodes=1)"
    start_training
    mini kill-slurmd "$batch_host"
    scontrol update "nodename=$batch_host" state=down reason=lost # as Slurm does after some minutes
    await 150 "second run" grep -q 'restart 1$' "$log"
    ! grep -q 'kept the weights' "$log" || fail "the first run had ended before the second began"
    ends_well 1
    went_on 1
    # Under srun Slurm itself ends the ranks.
    [[ $launcher == srun* ]] || grep -q 'error: .*has taken the folder over.*nothing more is written' "$log" ||
        fail "the first run did not notice"
    told "train ended with exit code [0-9]+; Slurm has ended this run \(restart 0\) already"
    set_cluster SBATCH_OPTIONS "(--ntasks=2 --ntasks-per-node=1)"
}

# The time limit itself, as cluster.env cuts it: no scancel.
time_is_up() {
    epochs=1000000
    set_cluster MAX_MINUTES 1
    set_cluster SIGNAL_LEAD 30
    start_training
    await 150 "second run" is_training "$train" 2
    told "\($train\): train was stopped; queued again"
    went_on 1
    scancel "$train"
    ends_as CANCELLED 60 "$train"
    set_cluster MAX_MINUTES ""
    set_cluster SIGNAL_LEAD 120
}

preempted() {
    local urgent
    set_cluster PARTITION low
    start_training
    set_cluster PARTITION ""
    urgent=$(sbatch --parsable --partition=main --output=/dev/null --nodes=4 --exclusive --wrap "sleep 3")
    ends_as COMPLETED 90 "$urgent"
    ends_well 1
    went_on 1
}

cancelled() {
    start_training
    scancel "$train"
    ends_as CANCELLED 60 "$train"
    sleep 12 # longer than a requeued job waits
    ends_as CANCELLED 1 "$train"
}

stopped_too_often() {
    set_cluster MAX_RESTARTS 1
    rm -rf "$out"
    cp -a "$work/base" "$out"
    submit jobs/my.yaml --from train --set train.epochs=$epochs
    train=${ids[0]}
    for run in 1 2; do
        await 150 "run $run" is_training "$train" $run
        scancel -b -s USR1 "$train"
    done
    ends_as FAILED 60 "$train"
    ends_as CANCELLED 60 "${ids[@]:1}"
    told "\($train\): FAILED: train was stopped, and the job has been queued again 1 times already .*Log: $out/logs/my.train-$train.log"
    set_cluster MAX_RESTARTS 10
    # As the message says: submit again to go on.
    submit jobs/my.yaml --from train --to train --set train.epochs=$epochs
    train=${ids[0]}
    log=$out/logs/my.train-$train.log
    ends_well 0
    went_on 1
}

# By the kernel, for want of memory, say: that is tried again once.
rank_is_killed() {
    local run rank
    start_training
    for run in 1 2; do
        await 150 "run $run" is_training "$train" $run
        rank=$(pgrep -f "^$project/slurm/../work/oncomark/bin/oncomark train" | tail -n 1)
        kill -KILL "$rank"
    done
    ends_as FAILED 60 "$train"
    [ "$(field "$train" Restarts)" = 1 ] || fail "$(field "$train" Restarts) restarts, expected 1"
    told "FAILED: a rank of train was killed, most likely for want of memory"
}

# srun can end with 0 without having started a rank, where a node has just come back.
nothing_is_started() {
    local real
    real=$(sed -n 's/^LAUNCHER=//p' "$project/slurm/cluster.env")
    set_cluster LAUNCHER "(bash -c 'exit 0')"
    rm -rf "$out"
    cp -a "$work/base" "$out"
    submit jobs/my.yaml --from train --to train --set train.epochs=$epochs
    train=${ids[0]}
    await 60 "being queued again" has_told "\($train\): the launcher ended with exit code 0, but train .*queued again"
    set_cluster LAUNCHER "$real"
    ends_well 1
}

# What is the user's fault is never tried again, whichever rank is the first to leave.
users_fault() {
    local id
    rm -rf "$out"
    for _ in 1 2 3 4 5; do
        submit jobs/my.yaml --from train --to train --set train.epochs=$epochs
        ends_as FAILED 60 "${ids[0]}"
        told "\(${ids[0]}\): FAILED: train \(exit code 2\)"
    done
}

rm -rf "$work/base" "$work"/whole-*
for stage in ingest score threshold synthesize; do
    on 2 $stage "$job" --set "workdir=$work/base" 2> "$work/err"
done
scenarios=("${@:4}")
[ ${#scenarios[@]} -gt 0 ] ||
    scenarios=(users_fault nothing_is_started rank_is_killed cancelled stopped_too_often preempted share_is_stopped
        other_node_loses_power batch_host_loses_power power_is_lost_twice
        every_stage_loses_power daemon_is_lost time_is_up)
rm -rf "$work"/logs-*
for launcher in "mpirun --bind-to none" "srun --mpi=pmix --kill-on-bad-exit=1 --cpu-bind=none"; do
    set_cluster LAUNCHER "($launcher)"
    for scenario in "${scenarios[@]}"; do
        started=$SECONDS epochs=800
        $scenario
        repair
        echo "${launcher%% *}: $scenario: $((SECONDS - started)) s"
        cp -r "$out/logs" "$work/logs-${launcher%% *}-$scenario"
    done
done
