# What the tests of the batch scripts share: a small job, a copy of the scripts as a user has them, and, for those
# that call start_cluster, a Slurm cluster of fake nodes. Sourced with the test's own arguments:
# PROGRAM SOURCE_FOLDER [WORK_FOLDER].
# shellcheck shell=bash
slurm_tests=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/e2e/common.sh
. "$slurm_tests/../e2e/common.sh"
program=$(realpath "$program")
project="$work/a project" # paths with blanks are to work
job=$project/jobs/my.yaml
out=$project/work/my
chain_log=$out/logs/chain.log

fail() {
    echo "FAILED: $*" >&2
    squeue -l >&2 2> /dev/null || true
    tail -n 12 "$out"/logs/*.log "$work/err" "$MINI_SLURM_DIR/log/slurmctld.log" >&2 2> /dev/null || true
    exit 1
}

# What a user has: the scripts, the job files, the program; and a tiny job.
make_project() {
    rm -rf "$project" "$work/whole"
    mkdir -p "$project/work/oncomark/bin"
    cp -r "$source_folder/slurm" "$source_folder/jobs" "$project"
    ln -s "$program" "$project/work/oncomark/bin/oncomark"
    on 2 simulate --out "$project/data" --gene-sets "$project/jobs/gene_sets/hallmarks.gmt" --studies 3 --cells 1500 \
        --samples 3 --genes 3000 2> "$work/err" || fail "$program cannot simulate: $(tail -n 1 "$work/err")"
    cat > "$job" << 'JOB'
workdir: ../work/my
memory_limit: 256 MiB
gene_sets: gene_sets/hallmarks.gmt
qc: {min_genes: 50}
synthetic: {cells_per_sample: 5, min_cells: 5}
features: {most_variable: 300}
train: {batch: 32, block: 8, epochs: 30, patience: 0, split: {group: none}}
crossval: {folds: 2, repeats: 2, patience: 0}
data:
JOB
    local folder
    for folder in "$project"/data/Data_*; do
        echo "  - {path: ../data/${folder##*/}}" >> "$job"
    done
}

# set_cluster NAME VALUE: edits cluster.env as a user would
set_cluster() {
    grep -q "^$1=" "$project/slurm/cluster.env" || fail "cluster.env has no $1"
    sed -i "s|^$1=.*|$1=$2|" "$project/slurm/cluster.env"
}

skip() {
    echo "SKIPPED: $*"
    exit 0
}

# The name holds no blank and is short, for sockets lie in it; and it is the same in every run, so that what a killed
# run has left is found and ended.
place=$(cksum <<< "$work" | cut -d ' ' -f 1)
export MINI_SLURM_DIR=/tmp/oncomark-slurm-$place MINI_SLURM_PORT=$((17000 + place % 1900 * 8))

stop_cluster() {
    "$slurm_tests/mini-slurm.sh" stop 2> /dev/null || true
    rm -rf "$MINI_SLURM_DIR"
}

# start_cluster NODES: starts it, or skips the test where that cannot be
start_cluster() {
    local command
    export PATH=$PATH:/usr/sbin
    # shellcheck source=jobs/setup.sh
    . "$source_folder/jobs/setup.sh"
    om_install slurm-wlm munge > "$work/err" 2>&1 || skip "Slurm cannot be installed: $(tail -n 1 "$work/err")"
    for command in slurmctld slurmd munged sbatch; do
        command -v $command > /dev/null || skip "there is no $command (Debian: slurm-wlm munge)"
    done
    [ "$(id -u)" = 0 ] || skip "only root can make a cluster of fake nodes"
    grep -q '^ *0 *0 *4294967295$' /proc/self/uid_map || skip "no fake nodes can be made in a user namespace"
    unshare --mount --uts --pid --fork --mount-proc mount -t tmpfs tmpfs /mnt 2> "$work/err" ||
        skip "no fake nodes can be made here: $(cat "$work/err")"
    stop_cluster
    trap stop_cluster EXIT
    export MINI_SLURM_NODES=$1
    "$slurm_tests/mini-slurm.sh" start
    # shellcheck disable=SC1091
    . "$MINI_SLURM_DIR/env.sh"
    # So small a job would get one rank: two, each on a node of its own.
    set_cluster SBATCH_OPTIONS "(--ntasks=2 --ntasks-per-node=1)"
    set_cluster LAUNCHER "(mpirun --bind-to none)"     # the fake nodes have the same cores
}

# submit ARGUMENT...: submit.sh in the project's folder; ids of the jobs in `ids`
submit() {
    (cd "$project" && slurm/submit.sh "$@") > "$work/submitted" 2> "$work/err" || fail "submit.sh $*: exit code $?"
    mapfile -t ids < <(sed -n 's/^end it  *scancel //p' "$work/submitted" | tr ' ' '\n')
}

# field JOB NAME: of `scontrol show job`; a line for each task of an array
field() {
    scontrol -o show job "$1" 2> /dev/null | grep -o " $2=[^ ]*" | cut -d = -f 2-
}

# await SECONDS WHAT COMMAND...: polls, and fails where it is not so in time
await() {
    local deadline=$((SECONDS + $1)) what=$2
    shift 2
    until "$@"; do
        [ $SECONDS -lt $deadline ] || fail "$what: not so in time"
        sleep 0.1
    done
}

has_ended() {
    ! field "$1" JobState | grep -qvE '^(COMPLETED|FAILED|CANCELLED|TIMEOUT|NODE_FAIL|DEADLINE|OUT_OF_MEMORY)$'
}

is_running() {
    [ "$(field "$1" JobState)" = RUNNING ]
}

# ends_as STATE SECONDS JOB...
ends_as() {
    local state=$1 seconds=$2 id
    shift 2
    for id in "$@"; do
        await "$seconds" "end of job $id" has_ended "$id"
        [ "$(field "$id" JobState | sort -u)" = "$state" ] ||
            fail "job $id ended as $(field "$id" JobState) ($(field "$id" Reason), $(field "$id" ExitCode)), expected $state"
    done
}

has_told() {
    grep -qsE -- "$1" "$chain_log"
}

told() {
    has_told "$1" || fail "chain.log does not say: $1"
}

# is_training JOB RUN: the job's first, second, ... run does epochs, and keeps them
is_training() {
    local log=$out/logs/my.train-$1.log
    [ -e "$out/.oncomark/train.checkpoint" ] && [ "$(grep -c ': train on ' "$log")" = "$2" ] &&
        sed -n '/: train on /h; //!H; ${x; p}' "$log" | grep -q 'train: epoch'
}

# same_digests WORKDIR
same_digests() {
    digests "$1" > "$work/digests-expected"
    digests "$out" > "$work/digests-found"
    diff "$work/digests-expected" "$work/digests-found" || fail "other digests than those of a plain run"
}
