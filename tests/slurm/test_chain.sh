#!/usr/bin/env bash
# The chain of batch jobs on a cluster: makes what plain mpirun makes; is stopped, queued again and goes on; ends
# where a stage fails; and keeps a second chain out.
. "$(dirname "$0")/common.sh"
make_project
start_cluster 3

on 2 run "$job" --set "workdir=$work/whole" 2> "$work/err"
on 2 crossval "$job" --set "workdir=$work/whole" > "$work/err" 2>&1
submit jobs/my.yaml --shares 2
[ ${#ids[@]} = 5 ] || fail "submitted ${#ids[@]} jobs, expected 5: $(cat "$work/submitted")"
status=0
(cd "$project" && slurm/submit.sh jobs/my.yaml) 2> "$work/err" || status=$?
[ $status = 2 ] && grep -q "jobs for this folder are in the queue already: .*${ids[-1]};" "$work/err" ||
    fail "a second chain was not refused: exit code $status"
ends_as COMPLETED 60 "${ids[@]}"
same_digests "$work/whole"
told 'my.crossval \([0-9]+_2\): done'
[ "$(grep -c 'on 2 ranks, nodes n\[' "$chain_log")" -ge 7 ] || fail "not all on two nodes"
set_cluster SBATCH_OPTIONS "(--ntasks=2 --ntasks-per-node=1 --error=%x-%j.err)" # a file of their own for messages
submit jobs/my.yaml --set pca.run=true --set baseline.run=true
set_cluster SBATCH_OPTIONS "(--ntasks=2 --ntasks-per-node=1)"
[ ${#ids[@]} = 1 ] || fail "submitted ${#ids[@]} jobs, expected the last one: $(cat "$work/submitted")"
ends_as COMPLETED 60 "${ids[@]}"
told 'my.linear \([0-9]+\): baseline on 2 ranks, nodes n\['
grep -q '^network (masked),folds,mean,' "$out/baseline/comparison.csv" && [ -e "$out/pca.h5ad" ] ||
    fail "no components, or the network is not beside the ridge classifiers"
(cd "$project" && slurm/submit.sh jobs/my.yaml --set pca.run=true --set baseline.run=true) > "$work/submitted"
grep -q '^linear: done already$' "$work/submitted" || fail "says: $(cat "$work/submitted")"
rm -r "$out"/{pca.h5ad,pca_effects.csv,ood.h5,baseline,baseline.h5} # not a plain run's

# While a job lives, no other one gets into its folder. So many epochs would take hours.
submit jobs/my.yaml --from train --to train --set train.epochs=1000000
await 60 "training by job ${ids[0]}" is_training "${ids[0]}" 1
intruder=$(cd "$project" && sbatch --parsable --ntasks=1 --mem=500 --open-mode=truncate "--output=$work/intruder" slurm/train.sbatch jobs/my.yaml)
ends_as FAILED 30 "$intruder"
grep -q 'FAILED: train (exit code 2).*Log: .*/intruder' "$work/intruder" &&
    grep -q "error: .*lock: the folder is in use by process .*Slurm job ${ids[0]}" "$work/intruder" ||
    fail "the lock did not keep a second job out: $(cat "$work/intruder")"
scancel "${ids[0]}"
ends_as CANCELLED 60 "${ids[0]}"

# Told to stop in the midst of training, the job is queued again and goes on, twice.
epochs=(--set train.epochs=800)
on 2 train "$job" --set "workdir=$work/whole" "${epochs[@]}" 2> "$work/err"
rm "$out/.oncomark/train.checkpoint"
submit jobs/my.yaml --from train --to train "${epochs[@]}"
train=${ids[0]}
for restart in 1 2; do
    await 150 "training by job $train" is_training "$train" $restart
    scancel -b -s USR1 "$train"
    await 60 "end of run $restart of job $train" \
        has_told "my.train \($train\): train was stopped; queued again \(restart $restart of at most 10\)"
done
ends_as COMPLETED 90 "$train"
[ "$(grep -c 'train: going on after epoch' "$out/logs/my.train-$train.log")" = 2 ] || fail "training began anew"
same_digests "$work/whole"

# A stage that fails ends the chain behind it, and says where to look.
cp -r "$project/data" "$project/broken data"
sed -i '500s/[0-9]*$/-3/' "$project/broken data/Data_Sim2032_Breast/Exp_data_UMIcounts.mtx"
sed 's|\.\./data/|../broken data/|; s|^workdir:.*|workdir: ../work/broken|' "$job" > "$project/jobs/broken.yaml"
submit jobs/broken.yaml
ends_as FAILED 30 "${ids[0]}"
ends_as CANCELLED 30 "${ids[@]:1}"
chain_log=$project/work/broken/logs/chain.log
told "broken.ingest \(${ids[0]}\): FAILED: ingest \(exit code 2\): mend what the message above names.*Log: .*/logs/broken.ingest-${ids[0]}.log$"
[ "$(wc -l < "$chain_log")" = 2 ] || fail "something ran behind the failed stage: $(cat "$chain_log")"
log=$(sed -n 's/.*Log: //p' "$chain_log")
grep -q '^oncomark: error: .*Sim2032_Breast/Exp_data_UMIcounts.mtx:500: .*-3' "$log" || fail "$log does not name the cause"
