#!/usr/bin/env bash
# Every kind of bad input: one message that names the place, exit code 2, nothing half-written, no hang,
# on one rank and on three.
. "$(dirname "$0")/../e2e/common.sh"
good=$work/good
rm -rf "$work/good" "$work/case"
mkdir -p "$good/Data_X2020_Lung" "$good/Data_Y2021_Skin"

# Two small data sets: 5 genes of each set, 400 others, 60 cells of two patients.
"$python" - "$good" "$source_folder/jobs/gene_sets/hallmarks.gmt" << 'PYTHON'
import random
import sys
from pathlib import Path

random.seed(5)
genes = []
for line in open(sys.argv[2]):
    if not line.startswith("#"):
        genes += [gene for gene in line.split()[-5:] if gene not in genes]
genes += ["GENE%d" % i for i in range(400)]
for name in ("Data_X2020_Lung", "Data_Y2021_Skin"):
    folder = Path(sys.argv[1]) / name
    entries = [(gene, cell, random.randint(1, 9)) for cell in range(1, 61)
               for gene in sorted(random.sample(range(1, len(genes) + 1), 250))]
    with open(folder / "Exp_data_UMIcounts.mtx", "w") as file:
        print("%%MatrixMarket matrix coordinate integer general", file=file)
        print(len(genes), 60, len(entries), file=file)
        for entry in entries:
            print(*entry, file=file)
    (folder / "Genes.txt").write_text("\n".join(genes) + "\n")
    (folder / "Cells.csv").write_text("cell_name,sample\n" + "".join(
        "c%d,s%d\n" % (cell, cell % 2) for cell in range(60)))
    (folder / "Meta-data.csv").write_text("sample,patient,cancer_type\ns0,p0,Tumour\ns1,p1,Tumour\n")
PYTHON

write_good_job() {
    cat > "$1" << JOB
workdir: work
gene_sets: $source_folder/jobs/gene_sets/hallmarks.gmt
qc: {min_genes: 20}
synthetic: {cells_per_sample: 2, min_cells: 2}
data:
  - {path: Data_X2020_Lung}
  - {path: Data_Y2021_Skin}
JOB
}

n_cases=0
# bad NAME EXPECTED CHANGE [COMMAND [ARGUMENT...]]: a copy of the good input, in the folder that the shell
# command CHANGE runs in, must fail with a message that matches EXPECTED.
bad() {
    local name=$1 expected=$2 change=$3 ranks status left
    shift 3
    local command=("${@:-run}")
    for ranks in 1 3; do
        rm -rf "$work/case"
        cp -r "$good" "$work/case"
        write_good_job "$work/case/job.yaml"
        (cd "$work/case" && eval "$change")
        status=0
        timeout 60 mpirun -n $ranks "$program" "${command[0]}" "$work/case/job.yaml" "${command[@]:1}" \
            > "$work/out" 2> "$work/err" || status=$?
        if [ $status != 2 ]; then
            cat "$work/err"
            fail "$name on $ranks ranks: exit code $status, expected 2"
        fi
        if [ "$(grep -c '^oncomark: error: ' "$work/err")" != 1 ]; then
            cat "$work/err"
            fail "$name on $ranks ranks: expected one error message"
        fi
        if ! grep '^oncomark: error: ' "$work/err" | grep -qE -- "$expected"; then
            cat "$work/err"
            fail "$name on $ranks ranks: the message does not match: $expected"
        fi
        left=$(find "$work/case" -path '*/work/*' -name '*.h5ad' \
            -exec sh -c '"$0" info "$1" > /dev/null 2>&1 || echo "$1"' "$program" {} \;)
        [ -z "$left" ] || fail "$name on $ranks ranks: half-written: $left"
        [ ! -e "$work/case/work/.oncomark/lock" ] || [ "$name" = "locked workdir" ] ||
            fail "$name on $ranks ranks: the lock was left behind"
    done
    n_cases=$((n_cases + 1))
}

mtx=Data_Y2021_Skin/Exp_data_UMIcounts.mtx
bad "missing matrix" "Data_Y2021_Skin.*Exp_data_" "rm $mtx"
bad "missing genes" "Data_Y2021_Skin: found no Genes.txt" "rm Data_Y2021_Skin/Genes.txt"
bad "missing folder" "Data_Y2021_Skin" "rm -r Data_Y2021_Skin"
bad "missing gene sets" "nowhere.gmt" "true" run --set gene_sets=nowhere.gmt
bad "missing job file" "job.yaml" "rm job.yaml"
bad "short matrix" "Exp_data_UMIcounts.mtx.*14990.*15000" "head -n -10 $mtx > t && mv t $mtx"
bad "overlong matrix" "Exp_data_UMIcounts.mtx.*15000" "tail -n 3 $mtx > t && cat t >> $mtx && rm t"
bad "row outside" "Exp_data_UMIcounts.mtx:9[0-9]*:.*99999" "sed -i '9s/^[0-9]*/99999/' $mtx"
bad "column outside" "Exp_data_UMIcounts.mtx:7000:.*61" "sed -i '7000s/ [0-9]* / 61 /' $mtx"
bad "row zero" "Exp_data_UMIcounts.mtx:15000:" "sed -i '15000s/^[0-9]*/0/' $mtx"
bad "negative count" "Exp_data_UMIcounts.mtx:500:.*-3" "sed -i '500s/[0-9]*\$/-3/' $mtx"
bad "count that is no number" "Exp_data_UMIcounts.mtx:800:" "sed -i '800s/[0-9]*\$/many/' $mtx"
bad "non-finite count" "Exp_data_UMIcounts.mtx:9000:" "sed -i '1s/integer/real/; 9000s/[0-9]*\$/nan/' $mtx"
bad "infinite count" "Exp_data_UMIcounts.mtx:9000:" "sed -i '1s/integer/real/; 9000s/[0-9]*\$/inf/' $mtx"
bad "fractional count" "Exp_data_UMIcounts.mtx.*values" "sed -i '1s/integer/real/; 9000s/[0-9]*\$/1.5/' $mtx"
bad "line cut short" "Exp_data_UMIcounts.mtx:10000:" "sed -i '10000s/ [0-9]*\$//' $mtx"
bad "header too large" "Exp_data_UMIcounts.mtx:2:.*900000000000000" "sed -i '2s/15000/900000000000000/' $mtx"
bad "no matrix market" "Exp_data_UMIcounts.mtx:1:" "sed -i '1s/.*/hello/' $mtx"
bad "truncated gzip" "Exp_data_UMIcounts.mtx.gz" "gzip $mtx && truncate -s -2000 $mtx.gz"
bad "bad value in gzip" "Exp_data_UMIcounts.mtx.gz:500:.*-3" "sed -i '500s/[0-9]*\$/-3/' $mtx && gzip $mtx"
bad "other number of cells" "Cells.csv.*59.*60" "sed -i '\$d' Data_Y2021_Skin/Cells.csv"
bad "other number of genes" "Genes.txt.*[0-9]" "sed -i '\$d' Data_Y2021_Skin/Genes.txt"
bad "cells without samples" "Cells.csv.*sample" "sed -i '1s/sample/sampling/' Data_Y2021_Skin/Cells.csv"
bad "ragged cells" "Cells.csv:8:" "sed -i '8s/\$/,more/' Data_Y2021_Skin/Cells.csv"
bad "gene set without a gene" "AIM.*(Y2021_Skin|X2020_Lung)" \
    "sed 's/^AIM\t\([^\t]*\)\t.*/AIM\t\1\tNOWHERE1\tNOWHERE2/' '$source_folder/jobs/gene_sets/hallmarks.gmt' > g.gmt" \
    run --set gene_sets=g.gmt
bad "gene set missing" "g.gmt.*TPI" \
    "grep -v '^TPI' '$source_folder/jobs/gene_sets/hallmarks.gmt' > g.gmt" run --set gene_sets=g.gmt
bad "unknown key" "job.yaml:3:.*qc.min_gene'" "sed -i '3s/min_genes/min_gene/' job.yaml"
bad "duplicate key" "job.yaml:8:.*seed" "printf 'seed: 1\nseed: 2\n' > t && cat job.yaml t > t2 && mv t2 job.yaml && sed -i '/^  - {path: Data_Y/d' job.yaml"
bad "value out of range" "job.yaml:3:.*qc.min_genes" "sed -i '3s/20/-1/' job.yaml"
bad "unknown setting" "--set.*train.epoch" "true" run --set train.epoch=3
bad "empty job" "job.yaml" ": > job.yaml"
bad "unknown sample" "job.yaml:6:.*s9" "sed -i '6s/}/, samples: {exclude: [s9]}}/' job.yaml"
bad "stage before its input" "ingest|store" "true" score
bad "only logarithms" "job.yaml: found only training data sets with values: log" \
    "sed -i 's/_Lung}/_Lung, values: log}/; s/_Skin}/_Skin, values: log}/' job.yaml"
bad "sample over two lines" "job.yaml:6:.*a b" \
    "sed -i '6s/}/, samples: {exclude: [\"a\\\\nb\"]}}/' job.yaml"
bad "scratch of a variable that is not set" "job.yaml: found .OM_NO_SUCH/x for scratch, but .* OM_NO_SUCH" "true" \
    run --set 'scratch=$OM_NO_SUCH/x'
bad "scratch that is no folder" "job.yaml: found /dev/null/x for scratch, which is /dev/null/x .*Not a directory" "true" \
    run --set scratch=/dev/null/x
bad "hint that is a list" "job.yaml:8: found a list for romio_cb_write in mpi_io" \
    "echo 'mpi_io: {romio_cb_write: [enable]}' >> job.yaml"
bad "path too long for MPI" "job.yaml:1: found a path of [0-9]+ bytes" "true" \
    run --set "workdir=$(printf '%0150d/%0150d' 1 1)"
bad "workdir that is a file" "case/work: found a file here, expected a folder" ": > work"
bad "locked workdir" "in use by process 1 on host elsewhere .*last sign of life [0-9]+ s ago" \
    "mkdir -p work/.oncomark && printf 'host elsewhere\nprocess 1\nstarted 1\njob -\nrestart 0\ntime x\n' > work/.oncomark/lock"

# The good input is good: what fails above fails for its fault alone.
rm -rf "$work/case"
cp -r "$good" "$work/case"
write_good_job "$work/case/job.yaml"
for stage in ingest score threshold synthesize; do
    on 3 $stage "$work/case/job.yaml" 2> "$work/err" || {
        cat "$work/err"
        fail "$stage of the good input"
    }
done
echo "$n_cases kinds of bad input, each on 1 and 3 ranks"
