#!/usr/bin/env bash
# On a terminal a bar with rate and time left; in a log none; at the end one line of version, ranks, time
# and memory.
. "$(dirname "$0")/common.sh"
script -qec true /dev/null < /dev/null > /dev/null 2>&1 || {
    echo "SKIPPED: no pseudo-terminal can be made here"
    exit 0
}
make_corpus
write_job "$work/job-progress.yaml" "$work/progress"
summary='^oncomark [^ ]+: 1 rank, [0-9.]+ s, at most [0-9]+ MiB a rank'

rm -rf "$work/progress"
script -qec "'$program' ingest '$work/job-progress.yaml'" /dev/null < /dev/null | tr '\r' '\n' > "$work/terminal"
grep -qE '^ingest +\[[#.]{30}\] +[0-9]+ % .*/s .* s left' "$work/terminal" || {
    cat "$work/terminal"
    fail "no bar on a terminal"
}
tail -n 2 "$work/terminal" | sed 's/\x1b\[K//g' | grep -qE "$summary" || fail "no summary on a terminal"

rm -rf "$work/progress"
"$program" ingest "$work/job-progress.yaml" 2> "$work/log-progress"
if grep -q '\[#' "$work/log-progress"; then
    fail "a bar in a log"
fi
tail -n 1 "$work/log-progress" | grep -qE "$summary" || fail "no summary in a log"
