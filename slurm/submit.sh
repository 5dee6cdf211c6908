#!/usr/bin/env bash
# Submits the stages of a job file as a chain of Slurm jobs, each as large as `oncomark plan` says.
#
# usage: slurm/submit.sh JOB.yaml [--from STAGE] [--to STAGE] [--set KEY=VALUE]...
#                        [--shares N] [--dry-run]
#   STAGE      ingest, cells (score, threshold, synthesize), train, crossval, collect (its tables), or linear (principal
#              components and ridge classifiers, where the job file asks for them by pca.run and baseline.run)
#   --from     starts there; without it, at the first stage that is not done
#   --to       ends there; without it, with the last
#   --set      overrides a key of the job file
#   --shares   deals the cross-validation to an array of N jobs, where the plan would deal it otherwise; 0: to one job
#   --dry-run  shows what would be submitted
#
# cluster.env, beside this script, says how your cluster is to be used. Exit code 2: nothing was submitted.
set -euo pipefail
ONCOMARK_SLURM=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cluster=$ONCOMARK_SLURM/cluster.env
stages=(ingest cells train crossval collect linear)

die() {
    echo "submit.sh: error: $*" >&2
    exit 2
}

# place_of STAGE: in the chain
place_of() {
    local i
    for i in "${!stages[@]}"; do
        if [ "${stages[i]}" = "$1" ]; then
            echo "$i"
            return
        fi
    done
    die "found stage '$1', expected one of: ${stages[*]}"
}

read_arguments() {
    job='' first='' last=linear shares_wanted='' is_dry=no settings=()
    while [ $# -gt 0 ]; do
        case $1 in
            --from | --to | --set | --shares) [ $# -gt 1 ] || die "$1 lacks its value" ;;
        esac
        case $1 in
            --from) first=$2 && shift ;;
            --to) last=$2 && shift ;;
            --set) settings+=(--set "$2") && shift ;;
            --shares) shares_wanted=$2 && shift ;;
            --dry-run) is_dry=yes ;;
            -h | --help) sed -n '2,/^set /s/^# \{0,1\}//p' "$0" && exit 0 ;;
            -*) die "there is no option '$1'; see submit.sh --help" ;;
            *)
                [ -z "$job" ] || die "found two job files, $job and $1, expected one"
                job=$1
                ;;
        esac
        shift
    done
    [ -n "$job" ] || die "no job file was given; see submit.sh --help"
    first_place=$(place_of "${first:-ingest}")
    last_place=$(place_of "$last")
    [ "$first_place" -le "$last_place" ] || die "--from $first comes after --to $last"
    [[ $shares_wanted =~ ^[0-9]{0,4}$ ]] || die "found --shares $shares_wanted, expected a number of jobs"
    [ -r "$job" ] || die "$job: cannot be read"
    job=$(realpath -- "$job") # jobs may start in any folder
}

read_cluster() {
    [ -r "$cluster" ] || die "$cluster: cannot be read"
    set +eu # module commands know nothing of these
    # shellcheck source=slurm/cluster.env
    . "$cluster"
    set -eu
    [ $is_dry = yes ] || command -v sbatch > /dev/null ||
        die "there is no sbatch here: run this on a login node of the cluster"
    [ -x "$ONCOMARK" ] || die "$ONCOMARK: found no program; set ONCOMARK in $cluster"
}

# value_of KEY: as the job file and the settings have it, of the lines in `parameters`
value_of() {
    sed -n "s/^$1: \"\(.*\)\"\$/\1/p" <<< "$parameters" | sed 's/\\\(["\\]\)/\1/g'
}

read_job() {
    parameters=$("$ONCOMARK" run "$job" "${settings[@]}" --dump) || die "$job: see the message above"
    workdir=$(realpath -m -- "$(value_of workdir)")
    name=$(value_of name)
    linear=$(sed -nE 's/^(pca|baseline)\.run: true$/\1/p' <<< "$parameters" | paste -sd ' ')
    name=${name//[^A-Za-z0-9._-]/_}
    comment="oncomark $workdir"
}

# Two chains in one folder would get in each other's way: the later one's jobs would fail.
check_free() {
    local queued id of ids=''
    queued=$(squeue -h -u "$(id -un)" -o '%F %k' | sort -u) || die "squeue does not answer"
    while read -r id of; do
        [ "$of" != "$comment" ] || ids+=" $id"
    done <<< "$queued"
    [ -z "$ids" ] || die "$workdir: jobs for this folder are in the queue already:$ids; wait for them, or end them by: scancel$ids"
}

# The stages to submit, with the plan's line of each: ranks, MiB a rank, minutes, array, done.
read_plan() {
    local plan stage rest place
    plan=$("$ONCOMARK" plan --slurm --max-ranks "$MAX_RANKS" "$job" "${settings[@]}") ||
        die "$job: no plan, see the message above"
    [ "$(head -n 1 <<< "$plan")" = "job ranks memory_mib minutes array done" ] ||
        die "$ONCOMARK is of another version than $0: found a plan that begins with '$(head -n 1 <<< "$plan")'"
    chosen=() lines=()
    while read -r stage rest; do
        place=$(place_of "$stage")
        if [ "$place" -lt "$first_place" ] || [ "$place" -gt "$last_place" ]; then
            continue
        fi
        if [ -z "$first" ] && [ ${#chosen[@]} = 0 ] && [[ $rest == *yes ]]; then
            echo "$stage: done already"
            continue
        fi
        chosen+=("$stage")
        lines+=("$rest")
    done < <(tail -n +2 <<< "$plan")
}

# The command that submits a stage after the job `previous`, in `command`, and the table's row of it.
make_command() {
    local stage=$1 ranks=$2 memory=$3 minutes=$4 log='%x-%j.log'
    shares=$5
    [ "$stage" != crossval ] || shares=${shares_wanted:-$shares}
    [ -z "$MAX_MINUTES" ] || [ "$minutes" -le "$MAX_MINUTES" ] || minutes=$MAX_MINUTES
    command=(sbatch --parsable --export=ALL "--job-name=$name.$stage" "--comment=$comment"
        "--ntasks=$ranks" "--time=$minutes" "--signal=B:USR1@$SIGNAL_LEAD")
    [ "$ASK_MEMORY" = no ] || command+=("--mem-per-cpu=${memory}M")
    [ -z "$ACCOUNT" ] || command+=("--account=$ACCOUNT")
    [ -z "$PARTITION" ] || command+=("--partition=$PARTITION")
    if [ "$shares" -gt 0 ]; then
        command+=("--array=1-$shares%$ARRAY_THROTTLE")
        log='%x-%A_%a.log'
    fi
    command+=("--output=${ONCOMARK_LOGS//%/%%}/$log")
    [ -z "$previous" ] || command+=("--dependency=afterok:$previous" --kill-on-invalid-dep=yes)
    command+=("${SBATCH_OPTIONS[@]}" "$ONCOMARK_SLURM/$stage.sbatch" "$job" "${settings[@]}")
    row=$(printf '%5s  %10s  %7s  %6s' "$ranks" "$memory MiB" "$minutes" "$([ "$shares" = 0 ] || echo "$shares")")
}

# Half a chain is none: what was submitted is taken back.
submit_one() {
    local answer
    if ! answer=$("${command[@]}"); then
        [ ${#ids[@]} = 0 ] || scancel "${ids[@]}"
        die "sbatch did not take the job of stage $1, see the message above; nothing is left in the queue${ids[*]:+ (cancelled: ${ids[*]})}"
    fi
    previous=${answer%%;*} # id;cluster
    ids+=("$previous")
}

submit_all() {
    local i stage
    previous='' ids=()
    export ONCOMARK_SLURM ONCOMARK_LOGS=$workdir/logs ONCOMARK_LINEAR=$linear
    [ $is_dry = yes ] || mkdir -p "$ONCOMARK_LOGS"
    printf '%-8s  %8s  %5s  %10s  %7s  %6s\n' stage job ranks "a rank" minutes shares
    for i in "${!chosen[@]}"; do
        stage=${chosen[i]}
        # shellcheck disable=SC2086
        make_command "$stage" ${lines[i]}
        export ONCOMARK_SHARES=$shares
        if [ $is_dry = yes ]; then
            previous="<$stage>"
        else
            submit_one "$stage"
        fi
        printf '%-8s  %8s  %s\n' "$stage" "$previous" "$row"
        [ $is_dry = no ] || echo "   ${command[*]@Q}"
    done
}

read_arguments "$@"
read_cluster
read_job
[ $is_dry = yes ] || check_free
read_plan
if [ ${#chosen[@]} = 0 ]; then
    echo "nothing to submit; results are in $workdir"
    exit 0
fi
submit_all
[ $is_dry = no ] || exit 0
cat << MESSAGE

in the queue   squeue --me
what was done  cat $(printf %q "$ONCOMARK_LOGS/chain.log")
logs           $ONCOMARK_LOGS
end it         scancel ${ids[*]}
MESSAGE
