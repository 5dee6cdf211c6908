#!/usr/bin/env bash
# Every command that does work is asked to stop, as soon as it listens and in the midst of its work: exit code 75 and
# one message, no half-written file; and run again it ends as one that nobody disturbed.
. "$(dirname "$0")/../e2e/common.sh"
corpus=$work/corpus-stages
rm -rf "$corpus" "$work"/stages-*
sets=$source_folder/jobs/gene_sets/hallmarks.gmt
on 2 simulate --out "$corpus" --gene-sets "$sets" --studies 3 --cells 3000 --samples 3 --genes 3000 2> "$work/err"
write_job "$work/stages.yaml" "$work/stages-cut"
settings=(--set qc.min_genes=50 --set synthetic.cells_per_sample=5 --set synthetic.min_cells=5
    --set features.most_variable=300 --set train.epochs=2 --set train.split.group=none --set crossval.folds=2
    --set crossval.repeats=1)
job=("$work/stages.yaml" "${settings[@]}")
stages=(ingest score threshold synthesize train crossval)

# The folder as it is before each stage, for whoever starts there.
for stage in "${stages[@]}"; do
    mkdir -p "$work/stages-cut"
    cp -a "$work/stages-cut" "$work/stages-before-$stage"
    on 2 "$stage" "${job[@]}" 2> "$work/err"
done
mv "$work/stages-cut" "$work/stages-whole"
digests "$work/stages-whole" > "$work/digests-whole"

# listens PROCESS: whether it has a handler for SIGUSR1 by now
listens() {
    local caught
    caught=$(awk '/^SigCgt:/ {print $2}' "/proc/$1/status" 2> /dev/null) || return 1
    [ -n "$caught" ] && [ $((0x${caught: -4} & 0x200)) != 0 ]
}

# launch RANKS COMMAND...: in the background; `asked` is the process to send the signal to, once it listens: one
# rank, the last, of those that mpirun started.
launch() {
    local ranks=$1
    shift
    if [ "$ranks" = 1 ]; then
        "$program" "$@" > "$work/out" 2> "$work/err" &
        started=$!
        asked=$!
    else
        mpirun -n "$ranks" "$program" "$@" > "$work/out" 2> "$work/err" &
        started=$!
        asked=
        for _ in $(seq 400); do
            asked=$(pgrep -P "$started" -x "$(basename "$program")" | sort -n | sed -n "${ranks}p" || true)
            [ -z "$asked" ] || break
            sleep 0.02
        done
    fi
    for _ in $(seq 400); do
        ! listens "$asked" || return 0
        sleep 0.01
    done
    cat "$work/err"
    fail "$*: does not listen"
}

# stop WHAT EXPECTED: sends the signal; the exit code, 75 or one of EXPECTED, is in `status`, and comes soon.
stop() {
    local begun=$SECONDS
    kill -USR1 "$asked" 2> /dev/null || true
    status=0
    wait "$started" || status=$?
    if [[ " 75 $2 " != *" $status "* ]]; then
        cat "$work/err"
        fail "$1: exit code $status"
    fi
    [ $((SECONDS - begun)) -lt 30 ] || fail "$1: it took $((SECONDS - begun)) s to stop"
    if [ $status = 75 ] && [ "$(grep -ac '^oncomark: stopped: a signal asked for it; run the same command again' \
        "$work/err")" != 1 ]; then
        cat "$work/err"
        fail "$1: expected one message"
    fi
}

# nothing_left WHAT FOLDER
nothing_left() {
    local left
    left=$(find "$2" -name '*.tmp*' -o -name 'lock' -o -name '*.spill*')
    [ -z "$left" ] || fail "$1: left behind: $left"
}

# renew STAGE: the folder as before that stage
renew() {
    rm -rf "$work/stages-cut"
    cp -a "$work/stages-before-$1" "$work/stages-cut"
}

# Runs to the end from where it was stopped.
finish() {
    for stage in "${stages[@]}"; do
        on 2 "$stage" "${job[@]}" 2> "$work/err" || {
            cat "$work/err"
            fail "$1: no $stage after it"
        }
    done
    digests "$work/stages-cut" > "$work/digests-cut"
    diff "$work/digests-whole" "$work/digests-cut" || fail "$1: other digests"
}

n_stopped=0
for ranks in 1 3; do
    for stage in "${stages[@]}"; do
        what="$stage on $ranks ranks, at once"
        renew "$stage"
        launch $ranks "$stage" "${job[@]}"
        stop "$what" 75
        nothing_left "$what" "$work/stages-cut"
        [ $ranks = 1 ] || finish "$what"
    done
    # In the midst, wherever that is: some have ended by then.
    for stage in ingest score synthesize; do
        for pause in 0.1 0.2 0.4; do
            what="$stage on $ranks ranks, after $pause s"
            renew "$stage"
            launch $ranks "$stage" "${job[@]}"
            sleep $pause
            stop "$what" 0
            [ $status = 0 ] || n_stopped=$((n_stopped + 1))
            nothing_left "$what" "$work/stages-cut"
        done
        [ $ranks = 1 ] || finish "$what"
    done
done
[ $n_stopped -gt 0 ] || fail "no stage was stopped in its midst"

# The tables of a cross-validation.
renew crossval
cp -a "$work/stages-whole/crossval" "$work/stages-whole/.oncomark" "$work/stages-cut/"
rm "$work"/stages-cut/crossval/*.csv "$work"/stages-cut/.oncomark/artefacts/crossval\|*.csv.json
launch 3 crossval "${job[@]}" --collect
stop "crossval --collect" 75
nothing_left "crossval --collect" "$work/stages-cut"
[ -z "$(find "$work/stages-cut/crossval" -maxdepth 1 -name '*.csv')" ] || fail "crossval --collect: it went on"
finish "crossval --collect"

# Commands without a workdir, or with a folder beside it.
model=$work/stages-whole/model.h5
mapfile -t bulk < <(find "$corpus/bulk" -name '*.csv' | sort)
"$program" predict --model "$model" --out "$work/stages-predicted.csv" "${bulk[@]}" 2> "$work/err"
"$program" export --layout dryad --out "$work/stages-tables" "${job[@]:1}" "$work/stages.yaml" 2> "$work/err"
ingest_tables=(ingest "$work/stages-published.yaml")
cat > "$work/stages-published.yaml" << JOB
workdir: $work/stages-published
published: $work/stages-tables
JOB
on 2 "${ingest_tables[@]}" 2> "$work/err"
digests "$work/stages-published" > "$work/digests-published"
for ranks in 1 3; do
    rm -rf "$work"/stages-again*
    launch $ranks predict --model "$model" --out "$work/stages-again.csv" "${bulk[@]}"
    stop "predict on $ranks ranks" 75
    [ ! -s "$work/out" ] || fail "predict on $ranks ranks: half an answer"
    left=$(find "$work" -maxdepth 1 -name 'stages-again*')
    [ -z "$left" ] || fail "predict on $ranks ranks: left behind: $left"
    on $ranks predict --model "$model" --out "$work/stages-again.csv" "${bulk[@]}" 2> "$work/err"
    cmp "$work/stages-predicted.csv" "$work/stages-again.csv" || fail "predict on $ranks ranks: other predictions"

    export_again=(export --layout dryad --out "$work/stages-again" "${job[@]:1}" "$work/stages.yaml")
    launch $ranks "${export_again[@]}"
    stop "export on $ranks ranks" 75
    if [ -e "$work/stages-again" ] && [ -n "$(ls "$work/stages-again")" ]; then
        fail "export on $ranks ranks: left behind: $(ls "$work/stages-again")"
    fi
    on $ranks "${export_again[@]}" 2> "$work/err"
    diff -r "$work/stages-tables" "$work/stages-again" || fail "export on $ranks ranks: other tables"

    rm -rf "$work/stages-published"
    launch $ranks "${ingest_tables[@]}"
    stop "published tables on $ranks ranks" 75
    nothing_left "published tables on $ranks ranks" "$work/stages-published"
    on $ranks "${ingest_tables[@]}" 2> "$work/err"
    digests "$work/stages-published" | diff "$work/digests-published" - ||
        fail "published tables on $ranks ranks: other digests"

    simulate_again=(simulate --out "$work/stages-corpus" --gene-sets "$sets" --studies 3 --cells 3000 --samples 3
        --genes 3000)
    rm -rf "$work/stages-corpus"
    launch $ranks "${simulate_again[@]}"
    stop "simulate on $ranks ranks" 75
    left=$(find "$work/stages-corpus" -name '*.tmp' 2> /dev/null || true)
    [ -z "$left" ] || fail "simulate on $ranks ranks: left behind: $left"
    on $ranks "${simulate_again[@]}" 2> "$work/err"
    diff -r "$corpus" "$work/stages-corpus" || fail "simulate on $ranks ranks: another corpus"
done
