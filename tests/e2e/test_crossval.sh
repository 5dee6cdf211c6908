#!/usr/bin/env bash
# `crossval` on the command line: shares side by side and a killed and resumed run make what one run makes; a dry
# run changes nothing; who is in the way and what is missing is named.
. "$(dirname "$0")/common.sh"
make_corpus
job=$work/crossval.yaml
write_job "$job" "$work/crossval"
cat >> "$job" << 'END'
features: {most_variable: 1000}
train: {hidden: 8, head: 4, epochs: 8, learning_rate: 1.0e-3}
crossval: {folds: 2, repeats: 2, group: patient, patience: 0, sweep: {train.hidden: [8, 12]}}
END
for run in crossval shares killed; do
    rm -rf "${work:?}/$run"
done
on 2 run "$job" 2> "$work/log"
cp -a "$work/crossval" "$work/shares"
cp -a "$work/crossval" "$work/killed"

# crossval STATUS RUN ARGUMENT...: `oncomark crossval` in that workdir, with that exit code
crossval() {
    local expected=$1 run=$2 status=0
    shift 2
    "$program" crossval "$job" --set "workdir=$work/$run" "$@" > "$work/out-$run" 2> "$work/err-$run" || status=$?
    [ $status = "$expected" ] || {
        cat "$work/err-$run"
        fail "crossval $run $*: exit code $status, expected $expected"
    }
}

says() {
    grep -qE -- "$2" "$work/$1" || {
        cat "$work/$1"
        fail "$1 does not say: $2"
    }
}

find "$work/shares" -type f | sort > "$work/files"
crossval 0 shares --dry-run
says out-shares '2 settings x 4 folds = 8 tasks: 0 done, 8 to do'
says out-shares '^task 5: train.hidden=12, repeat 1, fold 1: to do$'
says out-shares '^ +1 +[0-9.e-]+$'
find "$work/shares" -type f | sort | cmp - "$work/files" || fail "a dry run left files"

on 3 crossval "$job" 2> "$work/log"
crossval 2 shares --collect
says err-shares 'error: crossval: 8 of 8 tasks have no result yet: 1 \(train.hidden=8, repeat 1, fold 1\)'
for share in 1 2 3; do
    "$program" crossval "$job" --set "workdir=$work/shares" --task $share/3 2> "$work/log-$share" &
done
for share in 1 2 3; do
    wait -n || fail "a share: $(cat "$work"/log-[123])"
done
crossval 0 shares --collect
[ "$(digests "$work/crossval")" = "$(digests "$work/shares")" ] || fail "shares make something else"

printf 'host elsewhere\nprocess 1\nstarted 1\njob -\nrestart 0\ntime x\n' > "$work/shares/.oncomark/lock-crossval-2-of-3"
crossval 2 shares
says err-shares 'lock-crossval-2-of-3: the folder is in use by process 1 on host elsewhere for share 2 of 3'
crossval 2 shares --task 1/2
crossval 0 shares --task 1/3
printf 'token 0123abcd\nplan 00000000000000000000000000000000\n' >> "$work/shares/.oncomark/lock-crossval-2-of-3"
crossval 2 shares --task 1/3
says err-shares 'lock-crossval-2-of-3: process 1 on host elsewhere .* does share 2 of 3 with other parameters'
crossval 2 shares --task 4/3
says err-shares 'found --task 4/3, expected I/N'
crossval 2 shares --task 1/3 --collect
says err-shares 'expected one at most'

made=$(sed -n 's/.*"synthetic.cells_per_sample":[^"]*"\([0-9]*\)".*/\1/p' "$work/crossval/manifest.json" | sort -u)
for command in crossval train; do
    found=0
    "$program" $command "$job" --set "workdir=$work/crossval" --set synthetic.cells_per_sample=$((made + 1)) \
        > /dev/null 2> "$work/log-other" || found=$?
    [ $found = 2 ] || fail "$command on samples of another job ends with $found: $(cat "$work/log-other")"
    grep -q "made with synthetic.cells_per_sample: $made, the job has $((made + 1))" "$work/log-other" ||
        fail "$command says: $(cat "$work/log-other")"
done

for delay in 0.2 0.4 0.6; do
    "$program" crossval "$job" --set "workdir=$work/killed" > /dev/null 2>&1 &
    run=$!
    sleep $delay
    kill -KILL $run 2> /dev/null || true
    wait $run 2> /dev/null || true
done
crossval 0 killed
[ "$(digests "$work/crossval")" = "$(digests "$work/killed")" ] || fail "a killed run ends with something else"

# A guard of Adam that is zero as a float: training diverges with every setting, which is told once all is tried.
crossval 2 killed --set train.epsilon=1.0e-60
says err-killed '^warning: crossval: task [1-8] of 8 \(train.hidden=8, .*\) diverged: the loss of epoch [1-8] is -?nan'
says err-killed '^crossval: setting 2 of 2 diverged in [1-4] of 4 folds: train.hidden=12$'
says err-killed '^oncomark: error: crossval: training diverged with every setting, .*; lower train.learning_rate \(0.001,'
[ "$(cut -d, -f 3,4 "$work/killed/crossval/sweep.csv" | tr '\n' ' ')" = 'rank,chosen 1,0 2,0 ' ] ||
    fail "sweep.csv: $(cat "$work/killed/crossval/sweep.csv")"
