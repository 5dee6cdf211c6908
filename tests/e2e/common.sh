# What the end-to-end and fault scripts share. Sourced with the script's own arguments:
# PROGRAM SOURCE_FOLDER [WORK_FOLDER].
# shellcheck shell=bash
set -euo pipefail
program=$1
source_folder=$2
work=${3:-$(mktemp -d)}
[ $# -ge 3 ] || trap 'rm -rf "$work"' EXIT
mkdir -p "$work"
corpus=$work/corpus
python=${OM_PYTHON:-/usr/bin/python3}
export OPENBLAS_NUM_THREADS=1 OMPI_MCA_rmaps_base_oversubscribe=1 OMPI_MCA_hwloc_base_binding_policy=none
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
# When a rank leaves with an error, mpirun waits so many seconds before it ends the others.
export OMPI_MCA_odls_base_sigkill_timeout=0

fail() {
    echo "FAILED: $*" >&2
    exit 1
}

# on RANKS ARGUMENT...: the program on so many ranks
on() {
    local ranks=$1
    shift
    mpirun -n "$ranks" "$program" "$@"
}

# quick_bench NAME BUILD: tests/bench/NAME.py on a small corpus; its table in $work/NAME.md, figures in $work/NAME.csv
quick_bench() {
    "$python" "$source_folder/tests/bench/$1.py" --quick --build "$2" --program "$program" --ranks 2 \
        --work "$work" --out "$work/$1.csv" > "$work/$1.md" 2> "$work/log-$1" || {
        cat "$work/log-$1"
        fail "$1.py"
    }
    cat "$work/$1.md"
}

# A corpus as in the demo (same data sets and proportions), small enough for a test; made once.
make_corpus() {
    on 2 simulate --out "$corpus" --gene-sets "$source_folder/jobs/gene_sets/hallmarks.gmt" --cells 9000 --samples 5 --seed 7
}

# write_job FILE WORKDIR: a job over the corpus, with blocks of 20 cells for want of cells.
write_job() {
    {
        echo "workdir: $2"
        echo "gene_sets: $source_folder/jobs/gene_sets/hallmarks.gmt"
        echo "alias_table: $source_folder/jobs/gene_sets/aliases.tsv"
        echo "synthetic: {cells_per_sample: 20, min_cells: 20}"
        echo "data:"
        for folder in "$corpus"/Data_*; do
            echo "  - {path: $folder}"
        done
    } > "$1"
}

# digests WORKDIR: "artefact digest" of all that the manifest records, sorted.
digests() {
    "$python" -c '
import json, sys
artefacts = json.load(open(sys.argv[1] + "/manifest.json"))["artefacts"]
for name in sorted(artefacts):
    print(name, artefacts[name]["digest"])' "$1"
}
