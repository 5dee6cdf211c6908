#!/usr/bin/env bash
# A private, real Slurm cluster of fake nodes n1..nN on this one machine, for the tests.
#
# usage: mini-slurm.sh start | stop | status | kill-node NODE | kill-slurmd NODE | start-node NODE
#
# Needs root (namespaces) and Debian's slurm-wlm munge openmpi-bin; no systemd, no cgroups. All of it lives in
# $MINI_SLURM_DIR and listens on 127.0.0.1; stop ends only what start began. kill-node is a power cut, kill-slurmd
# loses the daemon alone: what runs on the node runs on.
set -euo pipefail
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
unset "${!SLURM_@}" 2>/dev/null || true
D=${MINI_SLURM_DIR:-${TMPDIR:-/tmp}/mini-slurm}   # absolute and short: sockets live in it
NODES=${MINI_SLURM_NODES:-4}
CPUS=${MINI_SLURM_CPUS:-2}                    # what each node claims to have
MEMORY=${MINI_SLURM_MEMORY:-8000}             # and in MiB
PORT=${MINI_SLURM_PORT:-16817}                # slurmctld; node nK listens on PORT+K
EXTRA=${MINI_SLURM_EXTRA:-}                   # more slurm.conf lines
export SLURM_CONF=$D/etc/slurm.conf
SOCK=$D/run/munge.socket

log() { echo "mini-slurm: $*" >&2; }
die() { log "$*"; exit 1; }
names() { local k; for k in $(seq "$NODES"); do echo "n$k"; done; }
ours() { { tr "\0" " " <"/proc/$1/cmdline" | grep -qF -- "$D/"; } 2>/dev/null; }   # false for a zombie too
alive() { local p; p=$(cat "$D/run/$1.pid" 2>/dev/null) && [ -n "$p" ] && ours "$p"; }
await() { local k n=$(($1 * 10)); shift; for k in $(seq "$n"); do "$@" >/dev/null 2>&1 && return 0; sleep 0.1; done; return 1; }
gone() { ! ours "$1"; }
inner() { local p; p=$(cat "$D/run/node.$1.pid"); tr -d ' ' <"/proc/$p/task/$p/children"; }   # the node's init
end() {  # end NAME SIGNAL
    local p
    if alive "$1"; then
        p=$(cat "$D/run/$1.pid"); kill "-$2" "$p" 2>/dev/null || true
        await 10 gone "$p" || { kill -KILL "$p" 2>/dev/null || true; await 5 gone "$p" || log "$1 ($p) does not end"; }
    fi
    rm -f "$D/run/$1.pid"
}

configure() {
    local n m k
    mkdir -p "$D"/{etc,run,log,state,spool,tmp}; chmod 755 "$D" "$D"/*; chmod 1777 "$D/tmp"
    [ -s "$D/etc/munge.key" ] || (umask 077; head -c 1024 /dev/urandom >"$D/etc/munge.key")
    # slurmctld finds every node at 127.0.0.1. A node finds itself there and the others at 127.0.1.x:
    # mpirun would take a node whose name resolves to its own address for its own node.
    echo "127.0.0.1 localhost $(hostname)" $(names) >"$D/etc/hosts"
    for n in $(names); do
        { echo "127.0.0.1 localhost $n $(hostname)"; k=0
          for m in $(names); do k=$((k + 1)); [ "$m" = "$n" ] || echo "127.0.1.$((100 + k)) $m"; done; } >"$D/etc/hosts.$n"
    done
    echo "PMIxCollFence=ring" >"$D/etc/mpi.conf"    # with tree or mixed (default) MPI_Init under srun crashes in ~4 % of runs
    : >"$D/etc/plugstack.conf"
    echo "CgroupPlugin=cgroup/v1" >"$D/etc/cgroup.conf"   # unused, but slurmd's autodetection fails where none is mounted
    # An srun started outside the nodes would listen where this machine's own name leads, and be answered at 127.0.0.1.
    local listen=NoCtldInAddrAny
    if [ "$(getent ahostsv4 "$(hostname)" | awk 'NR == 1 {print $1}')" = 127.0.0.1 ]; then listen+=,NoInAddrAny
    else log "$(hostname) does not resolve to 127.0.0.1: slurmd and srun will listen on all interfaces"; fi
    cat >"$SLURM_CONF" <<CONF
ClusterName=mini
SlurmctldHost=localhost(127.0.0.1)
SlurmctldPort=$PORT
CommunicationParameters=$listen
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$SOCK,cred_expire=5
StateSaveLocation=$D/state
SlurmdSpoolDir=$D/spool/%n
TmpFS=$D/tmp/%n
SlurmctldPidFile=$D/run/slurmctld.pid
SlurmdPidFile=$D/run/slurmd.%n.pid
SlurmctldLogFile=$D/log/slurmctld.log
SlurmdLogFile=$D/log/slurmd.%n.log
PlugStackConfig=$D/etc/plugstack.conf
MailProg=/bin/true
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/filetxt
JobCompLoc=$D/log/jobcomp.log
MpiDefault=pmix
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
SlurmdParameters=config_overrides
SchedulerType=sched/backfill
SchedulerParameters=batch_sched_delay=0,sched_interval=2,bf_interval=2
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
JobRequeue=1
ReturnToService=2
SlurmdTimeout=10
KillWait=5
MinJobAge=3600
$EXTRA
CONF
    k=0
    for n in $(names); do
        k=$((k + 1)); echo "NodeName=$n NodeAddr=127.0.0.1 Port=$((PORT + k)) CPUs=$CPUS RealMemory=$MEMORY State=UNKNOWN"
    done >>"$SLURM_CONF"
    cat >>"$SLURM_CONF" <<CONF
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE PriorityTier=10 PreemptMode=OFF State=UP
PartitionName=low Nodes=ALL MaxTime=INFINITE PriorityTier=1 PreemptMode=REQUEUE GraceTime=10 State=UP
CONF
    cat >"$D/env.sh" <<CONF
export SLURM_CONF=$SLURM_CONF
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
export OMPI_MCA_btl_tcp_if_include=lo OMPI_MCA_oob_tcp_if_include=lo
export OMPI_MCA_orte_tmpdir_base=$D/tmp
export OMPI_MCA_hwloc_base_binding_policy=none OMPI_MCA_mpi_yield_when_idle=1
CONF
}

# A node is a slurmd with a host name of its own (Open MPI tells nodes apart by it), its own /etc/hosts, /dev/shm and
# PID namespace: with the init (a bash, which reaps) goes everything that runs on the node, like a power cut.
start_node() {
    local n=$1; if alive "node.$n"; then return; fi
    rm -rf "$D/tmp/$n" "$D/spool/$n"; mkdir -p "$D/tmp/$n" "$D/spool/$n"; chmod 1777 "$D/tmp/$n"   # as a reboot would
    setsid unshare --uts --pid --mount-proc --kill-child=KILL bash -c '
        hostname "$2"; mount --bind "$1etc/hosts.$2" /etc/hosts; mount -t tmpfs -o mode=1777 shm /dev/shm; cd /
        slurmd -N "$2" -f "$1etc/slurm.conf" || exit
        while :; do sleep 3600 & wait $!; done' node-init "$D/" "$n" </dev/null >>"$D/log/node.$n.out" 2>&1 &
    echo $! >"$D/run/node.$n.pid"; disown
}
end_node() {
    local i=; if alive "node.$1"; then i=$(inner "$1"); fi
    end "node.$1" KILL
    [ -z "$i" ] || await 5 gone "$i" || log "node $1's init ($i) does not end"
}
in_node() { local n=$1; shift; nsenter -t "$(inner "$n")" -a "$@" </dev/null >>"$D/log/node.$n.out" 2>&1; }

up() { [ "$(sinfo -h -N -r -p main -t idle,mix,alloc,comp -o %N | sort -u | wc -l)" = "$NODES" ]; }
queue_empty() { [ -z "$(squeue -h)" ]; }

start() {
    local c n p t0=$EPOCHREALTIME
    [ "$(id -u)" = 0 ] || die "needs root (unshare)"
    case $D in /*/*) ;; *) die "MINI_SLURM_DIR=$D: want an absolute path" ;; esac
    [ -e /etc/hosts ] || die "no /etc/hosts to mount over"
    for c in munged slurmctld slurmd sbatch unshare nsenter hostname; do command -v $c >/dev/null || die "no $c"; done
    c=0; for p in munged slurmctld $(names | sed 's/^/node./'); do if alive "$p"; then c=$((c + 1)); fi; done
    [ "$c" != 0 ] || configure
    if ! alive munged; then
        munged --force --socket="$SOCK" --key-file="$D/etc/munge.key" --pid-file="$D/run/munged.pid" \
            --log-file="$D/log/munged.log" --seed-file="$D/run/munged.seed" --origin=127.0.0.1 </dev/null >>"$D/log/munged.out" 2>&1
        await 10 munge -S "$SOCK" -n || die "munged does not answer: $D/log/munged.out"
    fi
    if ! alive slurmctld; then
        unshare --mount bash -c 'mount --bind "$1etc/hosts" /etc/hosts; exec slurmctld -f "$1etc/slurm.conf"' \
            ctl "$D/" </dev/null >>"$D/log/slurmctld.out" 2>&1 || die "slurmctld: $(tail -n 3 "$D/log/slurmctld.out")"
        await 10 scontrol ping || die "slurmctld does not answer: $D/log/slurmctld.log"
    fi
    for n in $(names); do start_node "$n"; done
    await 30 up || { sinfo -N -p main >&2; tail -n 4 "$D"/log/node.*.out "$D"/log/slurmd.*.log >&2; die "nodes are not up"; }
    log "$NODES nodes up, $c of $((NODES + 2)) parts were; $(awk -v a="$t0" -v b="$EPOCHREALTIME" 'BEGIN{printf "%.1f", b-a}') s; source $D/env.sh"
}

stop() {
    local n
    if alive slurmctld; then
        squeue -h -r -o %i 2>/dev/null | xargs -r scancel 2>/dev/null || true
        await 15 queue_empty || log "jobs left; they end with their nodes"
    fi
    for n in "$D"/run/node.*.pid; do if [ -e "$n" ]; then n=${n##*/node.}; end_node "${n%.pid}"; fi; done
    end slurmctld TERM
    end munged TERM
    rm -rf "$D"/{state,spool,tmp,run}      # etc and log stay
    log stopped
}

status() {
    local p bad=0
    for p in munged slurmctld $(names | sed 's/^/node./'); do
        if alive "$p"; then echo "$p up $(cat "$D/run/$p.pid")"; else echo "$p down"; bad=1; fi
    done
    sinfo -N -p main 2>&1 || bad=1
    squeue 2>&1 || bad=1
    return $bad
}

case ${1:-} in
    start) start ;;
    stop) stop ;;
    status) status ;;
    kill-node) end_node "$2" ;;
    kill-slurmd) in_node "$2" bash -c 'kill -KILL "$(cat "$1")"' x "$D/run/slurmd.$2.pid" ;;   # its job steps live on
    start-node) if alive "node.$2"; then in_node "$2" slurmd -N "$2" -f "$SLURM_CONF"; else start_node "$2"; fi ;;
    *) die "usage: $0 start|stop|status|kill-node NODE|kill-slurmd NODE|start-node NODE" ;;
esac
