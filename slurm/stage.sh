# What the batch scripts share; sourced by each of them with ONCOMARK_SLURM unset or set by submit.sh.
#   om_launch COMMAND ARGUMENT...   runs oncomark on all ranks of the job; returns when it is done, else ends the job
#   om_end                          says that all is done
# Stopped in time or robbed of a node, the job puts itself into the queue again, under the same id: done work is kept.
# shellcheck shell=bash
set -euo pipefail
ONCOMARK_SLURM=${ONCOMARK_SLURM:-$SLURM_SUBMIT_DIR/slurm}
set +eu # module commands know nothing of these
# shellcheck source=slurm/cluster.env
. "$ONCOMARK_SLURM/cluster.env"
set -eu

# An array's last task has the array's own id as SLURM_JOB_ID: only this form means the one task.
om_id=$SLURM_JOB_ID
if [ -n "${SLURM_ARRAY_TASK_ID:-}" ]; then
    om_id=${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID
fi
om_log=$(readlink "/proc/$$/fd/1") || om_log="the job's log"
om_messages=$(readlink "/proc/$$/fd/2") || om_messages= # the log, too, but where sbatch has an --error
om_restarts=${SLURM_RESTART_COUNT:-0}
om_stop=no
om_launcher=
om_messages_before=0

# To the log, and to the one file that tells what became of the whole chain.
om_say() {
    local line
    line="$(date '+%F %T') $SLURM_JOB_NAME ($om_id): $*"
    echo "slurm: $line"
    [ -z "${ONCOMARK_LOGS:-}" ] || echo "$line" >> "$ONCOMARK_LOGS/chain.log" || true
}

om_fail() {
    om_say "FAILED: $2. Log: $om_log"
    exit "$1"
}

# Ranks that get USR1 stop at the next safe point. mpirun passes it on to them, but not TERM, at which it kills them.
om_pass_on() {
    om_stop=yes
    om_interrupted=yes
    [ -z "$om_launcher" ] || kill -USR1 "$om_launcher" 2> /dev/null || true
}
trap om_pass_on USR1 TERM

# Ends this run where it is not its own any more: a job that is being cancelled would come back to life by being queued
# again, and where a node has lost its Slurm daemon only, this run can still live when the job's next run has begun.
om_check_own() {
    local now try
    for try in 1 2 3 4 5; do
        now=$(scontrol show job "$om_id") && break
        sleep $((try * 5)) # the controller is busy, or away for a moment
    done
    if [ -n "$now" ] && ! { grep -q "JobState=RUNNING" <<< "$now" && grep -q " Restarts=$om_restarts " <<< "$now"; }; then
        om_say "$2; Slurm has ended this run (restart $om_restarts) already. Log: $om_log"
        exit $(($1 == 0 ? 75 : $1))
    fi
}

om_requeue() {
    local status=$1 why=$2
    if [ "$om_restarts" -ge "$MAX_RESTARTS" ]; then
        om_fail "$status" "$why, and the job has been queued again $om_restarts times already (MAX_RESTARTS). Submit again to go on"
    fi
    om_say "$why; queued again (restart $((om_restarts + 1)) of at most $MAX_RESTARTS)"
    trap - USR1 TERM
    if scontrol requeue "$om_id"; then
        sleep 600 # Slurm ends it here: a job that ends by itself counts as failed
    fi
    om_fail "$status" "$why, and Slurm did not queue it again. Submit again to go on"
}

om_nodes_answer() {
    timeout 60 srun --overlap --mem=0 --mpi=none --nodes="$SLURM_JOB_NUM_NODES" --ntasks="$SLURM_JOB_NUM_NODES" \
        --ntasks-per-node=1 true > /dev/null 2>&1
}

# Whether the program's messages, which had `om_messages_before` bytes, have got the line that closes all its work.
om_is_complete() {
    [ ! -f "$om_messages" ] ||
        tail -c "+$((om_messages_before + 1))" "$om_messages" | grep 'oncomark [^ ]*: [0-9]* rank' > /dev/null
}

# Returns only where the command is done.
om_judge() {
    local status=$1 what=$2
    om_check_own "$status" "$what ended with exit code $status" # 0, too: launchers that Slurm ends can say so
    case $status in
        # srun ends with 0 where a node that just came back did not start its ranks.
        0)
            om_is_complete || om_requeue 1 "the launcher ended with exit code 0, but $what did not come to its end"
            return
            ;;
        2 | 4 | 75 | 205 | 129 | 138 | 143) ;;
        137)
            [ "$om_restarts" = 0 ] || ! om_nodes_answer ||
                om_fail 137 "a rank of $what was killed, most likely for want of memory. Ask for more (SBATCH_OPTIONS in cluster.env: --mem-per-cpu) and submit again"
            ;;
        # The launcher, or ranks that could not reach others, may be ahead of Slurm in noticing that a node is lost.
        *) om_nodes_answer || om_requeue "$status" "$what ended with exit code $status, for a node is lost" ;;
    esac
    case $status in
        75) om_requeue 75 "$what was stopped" ;;
        # 205: mpirun lost a node; else a signal that no rank gives itself (HUP, KILL, USR1, TERM).
        205 | 129 | 137 | 138 | 143) om_requeue "$status" "$what was cut off (exit code $status: a lost node or a signal)" ;;
        2) om_fail 2 "$what (exit code 2): mend what the message above names, in the job file or the data, and submit again" ;;
        3) om_fail 3 "$what (exit code 3): the system's fault, such as a full disk; the message above names it. Then submit again: done work is kept" ;;
        *) om_fail "$status" "$what (exit code $status): the launcher or the program failed; please report it, with the log, where that does not tell why" ;;
    esac
}

om_launch() {
    local status=0 again
    [ $om_stop = no ] || om_judge 75 "$1"
    om_say "$1 on ${SLURM_NTASKS:-1} ranks, nodes ${SLURM_JOB_NODELIST:-here}, restart $om_restarts"
    om_messages_before=$(stat -c %s "$om_messages" 2> /dev/null) || om_messages_before=0
    om_interrupted=no
    "${LAUNCHER[@]}" -n "${SLURM_NTASKS:-1}" "$ONCOMARK" "$@" &
    om_launcher=$!
    wait $om_launcher || status=$?
    while [ $om_interrupted = yes ]; do # a trap has ended the wait, perhaps not the launcher
        om_interrupted=no
        again=0
        wait $om_launcher 2> /dev/null || again=$?
        [ $again = 127 ] || status=$again
    done
    om_launcher=
    om_judge $status "$1"
}

om_end() {
    om_say "done"
}
