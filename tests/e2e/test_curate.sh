#!/usr/bin/env bash
# Curation of made-up databases against a twin in Python, at several rank counts; what is refused.
. "$(dirname "$0")/common.sh"
data=$work/curate-data
rm -rf "$work"/curate-*
mkdir -p "$data"
twin() {
    "$python" -W ignore "$source_folder/tests/e2e/twin_curate.py" "$@"
}
inputs=(--map "$data/map.csv" --aliases "$data/aliases.tsv" --exclude "$data/exclude.tsv"
    --database "Parts=$data/part1.gmt,part2.gmt")
# refused EXPECTED ARGUMENT...: `curate` ends with exit code 2, a message that matches, and nothing written
refused() {
    local expected=$1 status=0
    shift
    on 3 curate --out "$work/curate-none" "$@" > "$work/log-curate" 2>&1 || status=$?
    if [ $status != 2 ] || ! grep '^oncomark: error: ' "$work/log-curate" | grep -qE -- "$expected"; then
        cat "$work/log-curate"
        fail "exit code $status of 'curate $*', expected 2 and a message with: $expected"
    fi
    [ "$(grep -c '^oncomark: error: ' "$work/log-curate")" = 1 ] || fail "expected one message"
    [ -z "$(find "$work/curate-none" -type f 2> /dev/null)" ] || fail "files were left by 'curate $*'"
}

left_out=$(twin make "$data")
[ "$left_out" -gt 80 ] || fail "expected more sets that the map does not name"
gmts=("$data"/*.gmt "$data"/*.gz "$data"/*.txt)
for ranks in 1 3; do
    on $ranks curate "${inputs[@]}" --out "$work/curate-$ranks/deep" "${gmts[@]}" 2> "$work/log-curate" || {
        cat "$work/log-curate"
        fail "curate on $ranks ranks"
    }
    [ "$(grep -c 'ABSENT was never applied' "$work/log-curate")" = 1 ] || fail "no warning of an exclusion without use"
    grep -q "curate: .* of 6 databases (.*); $left_out sets that the map does not name are left out" "$work/log-curate" || {
        cat "$work/log-curate"
        fail "sets left out are not counted"
    }
done
diff -r "$work/curate-1" "$work/curate-3" > /dev/null || fail "other files on three ranks"
twin expected "$data" "$work/curate-1/deep" 2
[ "$(find "$work/curate-1/deep" -type f | wc -l)" = 3 ] || fail "expected three files"

status=0
"$program" curate "${inputs[@]}" --out "$work/curate-1/deep" "${gmts[@]}" > "$work/log-curate" 2>&1 || status=$?
[ $status = 2 ] || fail "exit code $status where files are there already"
grep -q -- 'is there already, expected .*--force replaces it' "$work/log-curate" || fail "no word of --force"
diff -r "$work/curate-1" "$work/curate-3" > /dev/null || fail "files were touched without --force"
"$program" curate "${inputs[@]}" --force --min-sources 3 --out "$work/curate-1/deep" "${gmts[@]}" 2> /dev/null
twin expected "$data" "$work/curate-1/deep" 3
[ "$(find "$work/curate-1/deep" -type f | wc -l)" = 3 ] || fail "expected three files after --force"

# The program scores with what it curated: here by the genes that it says are missing.
cat > "$work/curate-job.yaml" << JOB
workdir: curate-work
gene_sets: curate-3/deep/hallmarks.gmt
data:
  - {path: curate-Data_A2020_Lung}
JOB
mkdir "$work/curate-Data_A2020_Lung"
printf 'GENE%d\n' $(seq 0 399) > "$work/curate-Data_A2020_Lung/Genes.txt"
printf 'cell_name,sample\nc1,s\nc2,s\n' > "$work/curate-Data_A2020_Lung/Cells.csv"
printf '%%%%MatrixMarket matrix coordinate integer general\n400 2 3\n1 1 4\n7 1 2\n9 2 1\n' \
    > "$work/curate-Data_A2020_Lung/Exp_data_UMIcounts.mtx"
for stage in ingest score; do
    on 2 $stage "$work/curate-job.yaml" > "$work/log-curate" 2>&1 || {
        cat "$work/log-curate"
        fail "$stage with the curated sets"
    }
done
grep -q 'missing genes: none' "$work/log-curate" || fail "the curated sets have other genes than the data"

refused "found no GMT file" --map "$data/map.csv"
refused "--map MAP is missing" "${gmts[@]}"
refused "found --min-sources 0, expected" --min-sources 0 "${inputs[@]}" "${gmts[@]}"
refused "'--frobnicate' is no option" --frobnicate "${inputs[@]}" "${gmts[@]}"
refused "found no gene for hallmark AIM .* that 7 of 6 databases" --min-sources 7 "${inputs[@]}" "${gmts[@]}"
refused "expected one that is in the GMT files" "${inputs[@]}" "$data/part1.gmt" "$data/part2.gmt"
refused "found file 'other.gmt' in --database X=other.gmt" --database X=other.gmt "${inputs[@]}" "${gmts[@]}"
refused "none.csv" --map "$work/none.csv" "${gmts[@]}"
printf 'gene\thallmark\treason\nGENE1\tAIM\tgood\nGENE2\t*\t\n' > "$work/curate-bad.tsv"
refused "curate-bad.tsv:3: found no reason" "${inputs[@]}" --exclude "$work/curate-bad.tsv" "${gmts[@]}"
head -c 300 "$data/go.gmt.gz" > "$work/curate-bad.gmt.gz"
refused "curate-bad.gmt.gz.*truncated or damaged gzip" "${inputs[@]}" "${gmts[@]}" "$work/curate-bad.gmt.gz"
rm -rf "$work"/curate-*
