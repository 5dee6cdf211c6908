#!/usr/bin/env bash
# A full disk, a full or odd output, a pipe for a model: one message, exit code 2 or 3, no wait, no crash; and
# with space again, the run goes on to the same results.
. "$(dirname "$0")/../e2e/common.sh"
# Where the disk is full, everything above it is the program's own: it runs in a mount namespace.
if [ "${OM_IN_NAMESPACE:-}" = "" ]; then
    if ! unshare --mount --map-root-user mount -t tmpfs tmpfs /mnt 2> "$work/err"; then
        echo "SKIPPED: no small file system can be made here: $(cat "$work/err")"
        exit 0
    fi
    OM_IN_NAMESPACE=yes exec unshare --mount --map-root-user bash "$0" "$program" "$source_folder" "$work"
fi
small=$work/small
corpus=$work/corpus-small
rm -rf "$small" "$corpus" "$work/whole"
mkdir -p "$small"
mount -t tmpfs -o size=1m tmpfs "$small"
on 2 simulate --out "$corpus" --gene-sets "$source_folder/jobs/gene_sets/hallmarks.gmt" --studies 3 --cells 1500 \
    --samples 3 --genes 3000 2> "$work/err"
write_job "$work/small.yaml" "$small/work"
settings=(--set qc.min_genes=50 --set synthetic.cells_per_sample=5 --set synthetic.min_cells=5
    --set features.most_variable=300 --set train.epochs=2 --set train.split.group=none)
on 2 run "$work/small.yaml" "${settings[@]}" --set "workdir=$work/whole" 2> "$work/err"

# fails_with STATUS EXPECTED COMMAND...: one message that matches, and that exit code.
fails_with() {
    local expected_status=$1 expected=$2 status=0
    shift 2
    timeout 60 "$@" 2> "$work/err" || status=$?
    if [ $status != "$expected_status" ] || [ "$(grep -ac '^oncomark: error: ' "$work/err")" != 1 ] ||
        ! grep -a '^oncomark: error: ' "$work/err" | grep -qE -- "$expected"; then
        cat "$work/err"
        fail "$*: exit code $status, expected $expected_status and one message that matches: $expected"
    fi
}

for size in 1 2 3 5 8; do
    for ranks in 1 3; do
        rm -rf "$small/work"
        mount -o remount,size=${size}m "$small"
        fails_with 3 "work/.*cannot " mpirun -n $ranks "$program" run "$work/small.yaml" "${settings[@]}"
        for file in $(find "$small/work" -name '*.h5ad'); do
            "$program" info "$file" > "$work/out" 2> "$work/err" || fail "half-written: $file"
        done
        mount -o remount,size=200m "$small"
        on 4 run "$work/small.yaml" "${settings[@]}" 2> "$work/err" || {
            cat "$work/err"
            fail "no run after the full disk"
        }
        [ "$(digests "$small/work")" = "$(digests "$work/whole")" ] ||
            fail "other digests after a full disk of $size MiB on $ranks ranks"
    done
done

fails_with 3 "standard output" bash -c '"$0" run "$1" --dump > /dev/full' "$program" "$work/small.yaml"
fails_with 3 "standard output" bash -c '"$0" info "$1" > /dev/full' "$program" "$work/small.yaml"
model=$work/whole/model.h5
bulk=$(ls "$corpus"/bulk/*.csv | head -n 1)
rm -f "$work/pipe"
mkfifo "$work/pipe"
fails_with 2 "pipe: found a device or pipe" "$program" predict --model "$work/pipe" "$bulk"
fails_with 2 "small: found a folder or device" "$program" predict --model "$model" --out "$small" "$bulk"
fails_with 2 "pipe: found a folder or device" "$program" predict --model "$model" --out "$work/pipe" --force "$bulk"
fails_with 2 "bulk.csv is there already" bash -c 'cp "$2" "$3/bulk.csv" && "$0" predict --model "$1" --out "$3/bulk.csv" "$2"' \
    "$program" "$model" "$bulk" "$work"
cmp "$bulk" "$work/bulk.csv" || fail "predict overwrote a file"
umount "$small"
