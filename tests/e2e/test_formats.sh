#!/usr/bin/env bash
# One data set in every format gives one store; and real files of each format, where they lie beside
# the project.
. "$(dirname "$0")/common.sh"
"$python" -c 'import anndata, h5py, scipy' 2> /dev/null || {
    echo "SKIPPED: no AnnData for $python"
    exit 0
}
rm -rf "$work"/formats*
mkdir -p "$work/formats"

# store NAME RANKS KEYS: the digest of the store of the entry {KEYS}; id, study and tissue are the same
# for all. Fails as ingest does.
store() {
    local folder=$work/formats/$1
    mkdir -p "$folder"
    {
        echo "workdir: $folder/work"
        echo "gene_sets: $source_folder/jobs/gene_sets/hallmarks.gmt"
        echo "data:"
        echo "  - {id: Form2030_Lung, $3}"
    } > "$folder/job.yaml"
    on "$2" ingest "$folder/job.yaml" < /dev/null 2> "$folder/log" || return 1
    "$program" info "$folder/work/store/Form2030_Lung.h5ad" 2>> "$folder/log" | cut -d ' ' -f 1
}

# same NAME EXPECTED RANKS KEYS
same() {
    local found
    found=$(store "$1" "$3" "$4") || {
        cat "$work/formats/$1/log"
        fail "$1: cannot be ingested"
    }
    [ "$found" = "$2" ] || {
        cat "$work/formats/$1/log"
        fail "$1: its store has the digest $found, expected $2"
    }
}

# refused NAME MESSAGE RANKS KEYS
refused() {
    local status=0
    store "$1" "$3" "$4" > /dev/null || status=$?
    [ "$status" != 0 ] || fail "$1: was not refused"
    grep -qE -- "$2" "$work/formats/$1/log" || {
        cat "$work/formats/$1/log"
        fail "$1: the message is not \"$2\""
    }
}

on 2 simulate --out "$work/formats-sim" --studies Form2030_Lung --cells 300 --samples 3 --genes 2500 \
    --gzip none --gene-sets "$source_folder/jobs/gene_sets/hallmarks.gmt" 2> "$work/log-formats"
mkdir "$work/formats-all"
"$python" -W ignore "$source_folder/tests/e2e/make_formats.py" "$work/formats-sim/Data_Form2030_Lung" \
    "$work/formats-all"

expected=
n=0
while IFS='|' read -r name path keys; do
    n=$((n + 1))
    [ -n "$expected" ] || expected=$(store reference 1 "path: $path$keys")
    [ -n "$expected" ] || fail "$name: cannot be ingested: $(cat "$work/formats/reference/log")"
    same "form-$n" "$expected" $((n % 3 + 1)) "path: $path$keys"
done < "$work/formats-all/formats.txt"
echo "$n forms, one store: $expected"
[ "$n" -ge 25 ] || fail "expected at least 25 forms"

n=0
while IFS='|' read -r name path keys message; do
    n=$((n + 1))
    refused "fault-$n" "$message" $((n % 3 + 1)) "path: $path$keys"
done < "$work/formats-all/faults.txt"
echo "$n faults"

# Little memory, and compression, change nothing.
while IFS='|' read -r name path keys; do
    case $name in
        "3CA by gene, untidy" | a_csc_int64.h5ad | a_dense_float64.h5ad | a_untidy.h5ad)
            n=$((n + 1))
            sed "s|- {.*|- {id: Form2030_Lung, path: $path$keys}|; s|/work$|/work-small|" \
                "$work/formats/reference/job.yaml" > "$work/formats/small.yaml"
            rm -rf "$work/formats/reference/work-small"
            on 2 ingest "$work/formats/small.yaml" --set memory_limit=256MiB --set store.compression=deflate \
                < /dev/null 2> "$work/log-formats" || fail "$name with little memory: $(cat "$work/log-formats")"
            found=$("$program" info "$work/formats/reference/work-small/store/Form2030_Lung.h5ad" 2> /dev/null)
            found=${found%% *}
            [ "$found" = "$expected" ] || fail "$name with little memory: $found, expected $expected"
            ;;
    esac
done < "$work/formats-all/formats.txt"
rm -rf "$work/formats-all" "$work/formats-sim"

# --- real files ---

data=$source_folder/../shared/data
[ -d "$data/formats" ] || {
    echo "SKIP: there is no ../shared/data/formats here"
    exit 0
}
data=$(cd "$data" && pwd)

thyroid=$data/Data_NumbatATC2_Thyroid
expected=$(store numbat 2 "path: $thyroid")
same numbat-h5ad "$expected" 2 \
    "path: $data/formats/h5ad/NumbatATC2_csr.h5ad, cells: $thyroid/Cells.csv, metadata: $thyroid/Meta-data.csv"
# Its obs has what Cells.csv has; the metadata join by sample.
same numbat-metadata "$expected" 1 "path: $data/formats/h5ad/NumbatATC2_csr.h5ad, metadata: $thyroid/Meta-data.csv"

for pair in tenx_v3_tiny/filtered_feature_bc_matrix:tenx_v3_tiny/filtered_feature_bc_matrix.h5 \
    mouse_visium/filtered_feature_bc_matrix:mouse_visium/filtered_feature_bc_matrix.h5 \
    tenx_v2_tiny/hg19_chr21:tenx_v2_tiny/filtered_gene_bc_matrices_h5.h5; do
    IFS=: read -r folder file <<< "$pair"
    expected=$(store "real-${folder//\//-}" 2 "path: $data/formats/$folder")
    [ -n "$expected" ] || fail "$folder: $(cat "$work/formats/real-${folder//\//-}/log")"
    same "real-${file//\//-}" "$expected" 3 "path: $data/formats/$file"
    grep -q "warning: .*no table of cells; all are taken as of one sample of one patient" \
        "$work/formats/real-${folder//\//-}/log" || fail "$folder: no warning of the one sample"
done
same two-genomes "$expected" 1 "path: $data/formats/tenx_v2_tiny/multiple_genomes.h5, genome: hg19_chr21"
refused which-genome "found the genomes another_genome, hg19_chr21; expected the key 'genome'" 2 \
    "path: $data/formats/tenx_v2_tiny/multiple_genomes.h5"
[ -n "$(store long-strings 2 "path: $data/formats/tenx_v3_tiny/raw_probe_bc_matrix.h5")" ] ||
    fail "strings of 256 bytes: $(cat "$work/formats/long-strings/log")"
[ -n "$(store other-genome 2 "path: $data/formats/tenx_v2_tiny/multiple_genomes.h5, genome: another_genome")" ] ||
    fail "the other genome: $(cat "$work/formats/other-genome/log")"

old=$data/formats/h5ad/pbmc68k_reduced_old.h5ad
refused scaled-counts "object 'X': .*found -.*other choices: raw: true, values: tpm, values: log" 2 "path: $old"
refused scaled-log "object 'X': .*found -.*another choice: raw: true" 2 "path: $old, values: log"
refused raw-counts "object 'raw.X/data': .*found 2.17.*other choices: values: tpm, values: log" 2 \
    "path: $old, raw: true"
[ -n "$(store raw-log 2 "path: $old, raw: true, values: log")" ] || fail "raw: $(cat "$work/formats/raw-log/log")"

"$python" -W ignore - "$work/formats" "$data/formats" << 'PYTHON'
import sys
import anndata
import h5py
import numpy as np
import scipy.io
import scipy.sparse
from pathlib import Path

made, given = Path(sys.argv[1]), Path(sys.argv[2])


def read(name):
    return anndata.read_h5ad(made / name / "work/store/Form2030_Lung.h5ad")


old = read("raw-log")
with h5py.File(given / "h5ad/pbmc68k_reduced_old.h5ad") as file:
    obs = file["obs"][:]
    labels = [text.decode() for text in file["uns/bulk_labels_categories"][:]]
    assert list(old.obs_names) == [text.decode() for text in obs["index"]]
    assert list(old.var_names) == [text.decode() for text in file["raw.var"]["index"]]
    assert list(old.obs["bulk_labels"]) == [labels[code] for code in obs["bulk_labels"]]
    assert np.array_equal(old.obs["percent_mito"], obs["percent_mito"].astype(float))
    raw = [file["raw.X/" + key][:] for key in ("data", "indices", "indptr")]
    assert (old.X != scipy.sparse.csr_matrix(tuple(raw), shape=old.shape)).nnz == 0

folder = given / "mouse_visium/filtered_feature_bc_matrix"
mouse = read("real-mouse_visium-filtered_feature_bc_matrix")
assert (mouse.X != scipy.io.mmread(folder / "matrix.mtx.gz").T.tocsr()).nnz == 0
assert list(mouse.var_names[:2]) == ["Xkr4", "Rp1"]

with h5py.File(given / "tenx_v3_tiny/raw_probe_bc_matrix.h5") as file:
    probes = read("long-strings")
    assert list(probes.var_names) == [text.decode() for text in file["matrix/features/name"][:]]
    assert probes.X.sum() == file["matrix/data"][:].sum()
PYTHON
echo "real files: h5ad (new and old), 10x folders and .h5, two genomes, mouse, raw"
