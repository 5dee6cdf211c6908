#!/usr/bin/env bash
# Simulated truth: scores and labels tell it, the model too, and neither too well.
. "$(dirname "$0")/common.sh"
make_corpus
write_job "$work/job-truth.yaml" "$work/truth"
on 2 run "$work/job-truth.yaml" 2> "$work/log-truth" || {
    cat "$work/log-truth"
    fail "run"
}
"$python" -W ignore "$source_folder/tests/e2e/truth.py" "$corpus" "$work/truth"
