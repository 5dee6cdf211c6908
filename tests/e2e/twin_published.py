"""The published tables against pandas and NumPy; called by test_published.sh.

usage: twin_published.py export ORIGINAL TABLES MOST_VARIABLE   tables are what pandas makes of ORIGINAL
       twin_published.py ingest ORIGINAL TABLES INGESTED COPY   INGESTED is ORIGINAL's kept genes; COPY gets
                                                                the file rebuilt from ORIGINAL
       twin_published.py vary TABLES PANDAS R                   the same tables as other programs write them
       twin_published.py features INGESTED FEATURES             the model's genes are those of INGESTED
Nothing of the program is imported. Ends with an assertion at the first difference.
"""
import gzip
import shutil
import sys
from pathlib import Path

import anndata
import h5py
import numpy as np
import pandas as pd

NAMES = {"AIM": "Activating Invasion and Metastasis", "DCE": "Deregulating Cellular Energetics",
         "EGS": "Evading Growth Suppressors", "GIM": "Genome Instability and Mutation",
         "RCD": "Resisting Cell Death", "SPS": "Sustaining Proliferative Signaling",
         "AID": "Avoiding Immune Destruction", "IA": "Inducing Angiogenesis",
         "ERI": "Enabling Replicative Immortality", "TPI": "Tumor-Promoting Inflammation"}
LABELS = {1: "pos", 0: "neg"}


def row_names(obs):
    number = obs.groupby(["data_set", "sample", "hallmark", "label"], observed=True).cumcount() + 1
    return [f"{d}|{s}&{h}_UCell&{i}" for d, s, h, i in
            zip(obs["data_set"], obs["sample"], obs["hallmark"], number)]


def most_variable(dense, count):
    """By exact integers: n S2 - S1^2 of Python, ties by gene."""
    n = len(dense)
    variance = [n * int((column.astype(object) ** 2).sum()) - int(column.sum()) ** 2 for column in dense.T]
    order = sorted(range(len(variance)), key=lambda gene: (-variance[gene], gene))
    return sorted(order[:count])


def table(tables, kind, label):
    return tables / f"{kind}_{LABELS[label]}_sep_hallmark.csv"


def check_export(original, tables, count):
    assert sorted(path.name for path in tables.iterdir()) == sorted(
        f"{kind}_{label}_sep_hallmark.csv" for kind in ("data", "meta") for label in ("pos", "neg"))
    names = np.array(row_names(original.obs))
    for label in LABELS:
        rows = np.flatnonzero(original.obs["label"] == label)
        dense = original.X[rows].toarray()
        genes = most_variable(dense, count)
        expected = pd.DataFrame(dense[:, genes], index=names[rows], columns=original.var_names[genes])
        found = pd.read_csv(table(tables, "data", label), index_col=0)
        assert found.dtypes.eq(np.int64).all()
        assert list(found.index) == list(expected.index) and list(found.columns) == list(expected.columns)
        assert (found.to_numpy() == expected.to_numpy()).all()
        assert table(tables, "data", label).read_text() == expected.to_csv()
        meta = pd.read_csv(table(tables, "meta", label), index_col=0)
        assert list(meta.columns) == ["Cancer", "Hallmark"] and list(meta.index) == list(names[rows])
        assert list(meta["Cancer"]) == list(original.obs["tissue"].iloc[rows])
        assert list(meta["Hallmark"]) == list(original.obs["hallmark"].iloc[rows])


def check_ingest(original, tables, ingested_path, copy_path):
    ingested = anndata.read_h5ad(ingested_path)
    headers = [set(pd.read_csv(table(tables, "data", label), index_col=0, nrows=0).columns) for label in LABELS]
    kept = sorted(headers[0] & headers[1], key=lambda gene: gene.encode())
    assert 0 < len(kept) < len(headers[0]), "tables with the same genes test nothing"
    assert list(ingested.var_names) == kept
    order = np.argsort(-original.obs["label"].to_numpy(), kind="stable")
    expected = original[order, kept]
    assert (ingested.X != expected.X).nnz == 0 and ingested.X.nnz == expected.X.nnz
    assert list(ingested.obs_names) == list(expected.obs_names)
    for column in ("data_set", "study", "tissue", "sample", "hallmark", "label", "block"):
        assert list(ingested.obs[column]) == list(expected.obs[column]), column
    assert list(ingested.obs["patient"]) == list(expected.obs["sample"])
    x = expected.X.tocsr()
    x.sort_indices()
    shutil.copyfile(ingested_path, copy_path)
    with h5py.File(copy_path, "r+") as file:
        for name, values in (("data", x.data), ("indices", x.indices), ("indptr", x.indptr)):
            file["X"][name][...] = 0
            file["X"][name][...] = values


def vary(tables, pandas_folder, r_folder):
    """As pandas writes floats, gzip, with odd names; as R's write.table writes, with tabs and CRLF."""
    for folder in (pandas_folder, r_folder):
        folder.mkdir()
    for label, text in LABELS.items():
        data = pd.read_csv(table(tables, "data", label), index_col=0)
        meta = pd.read_csv(table(tables, "meta", label), index_col=0)
        shuffled = data[data.columns[::-1]].astype(float)
        shuffled.columns = [gene.lower() for gene in shuffled.columns]
        shuffled.index.name = "sample"
        shuffled.to_csv(pandas_folder / f"Data_{text}.csv.gz")
        odd = meta.sample(frac=1, random_state=1)[["Hallmark", "Cancer"]]
        odd["Hallmark"] = odd["Hallmark"] + "_UCell"
        odd.columns = ["hallmark", "cancer"]
        odd.to_csv(pandas_folder / f"METADATA_{text}.csv")
        lines = ["\t".join(f'"{gene}"' for gene in data.columns)]
        lines += [f'"{name}"\t' + "\t".join("1e+02" if value == 100 else str(value) for value in row)
                  for name, row in zip(data.index, data.to_numpy())]
        (r_folder / f"data_{text}_sep_hallmark.csv").write_bytes(("\r\n".join(lines) + "\r\n").encode())
        lines = ["\ufeffX,Cancer,Hallmark"]
        lines += [f'"{name}",{cancer},"{NAMES[code]}"' for name, cancer, code in
                  zip(meta.index, meta["Cancer"], meta["Hallmark"])]
        with gzip.open(r_folder / f"meta_{text}_sep_hallmark.csv.gz", "wb") as file:
            file.write("\r\n".join(lines).encode())


command, first, *others = sys.argv[1:]
if command == "export":
    check_export(anndata.read_h5ad(first), Path(others[0]), int(others[1]))
elif command == "ingest":
    check_ingest(anndata.read_h5ad(first), Path(others[0]), *others[1:])
elif command == "vary":
    vary(Path(first), Path(others[0]), Path(others[1]))
else:
    genes = list(anndata.read_h5ad(first).var_names)
    assert Path(others[0]).read_text().split() == genes
