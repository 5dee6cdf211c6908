"""Pooled samples of external studies and the model's figures on them, once more by NumPy and scikit-learn.

usage: twin_external.py WORKDIR MIN_CELLS DATA_SET=TISSUE[:SAMPLE,...]...
The data sets are those for validation, in the job's order, each with the tissue whose thresholds hold for it, and the
samples that the job includes.
"""
import sys
from pathlib import Path

import anndata
import numpy as np
import pandas as pd
from sklearn import metrics

HALLMARKS = ["AIM", "DCE", "EGS", "GIM", "RCD", "SPS", "AID", "IA", "ERI", "TPI"]

workdir, min_cells = Path(sys.argv[1]), int(sys.argv[2])
tissue_of = dict(argument.split("=") for argument in sys.argv[3:])
thresholds = pd.read_csv(workdir / "thresholds.csv", float_precision="round_trip").set_index(["tissue", "hallmark"])
pooled = anndata.read_h5ad(workdir / "validate/pooled.h5ad")
columns_of = {gene: column for column, gene in enumerate(pooled.var_names)}


def names_of(store):
    upper = [gene.upper() for gene in store.var_names]
    present = set(upper)
    for gene in upper:
        stem, _, number = gene.rpartition("_")
        yield stem if number.isdigit() and stem in present else gene


def check_row(row, store, cells, facts):
    obs = pooled.obs.iloc[row]
    for name, value in facts.items():
        assert obs[name] == value, (row, name, obs[name], value)
    assert obs["n_cells"] == len(cells) and obs["block"] == 0
    expected = np.zeros(pooled.n_vars)
    sums = np.asarray(store.X[cells].sum(axis=0)).ravel()
    done = set()
    for gene, value in zip(names_of(store), sums):
        if gene not in done:
            done.add(gene)
            expected[columns_of[gene]] = value
    assert (pooled.X[row].toarray().ravel() == expected).all(), (row, facts)


def tumour(obs):
    """The default of exclude_where."""
    excluded = np.zeros(len(obs), dtype=bool)
    for column, values in (("cancer_type", ["normal", "healthy"]), ("source", ["normal"]), ("sample_type", ["normal"])):
        if column in obs:
            excluded |= obs[column].astype(str).str.lower().isin(values).to_numpy()
    assert excluded.any() and not excluded.all()
    return ~excluded


def check_pooled():
    row = 0
    for name, tissue in tissue_of.items():
        tissue, _, included = tissue.partition(":")
        store = anndata.read_h5ad(workdir / f"store/{name}.h5ad")
        scores = anndata.read_h5ad(workdir / f"scores/{name}.h5ad")
        chosen = scores.obs["passed"].to_numpy() & tumour(store.obs)
        samples = scores.obs["sample"].astype(str).to_numpy()
        patients = store.obs["patient"].astype(str).to_numpy()
        for sample in dict.fromkeys(samples):
            if included and sample not in included.split(","):
                continue
            for h, hallmark in enumerate(HALLMARKS):
                cut = thresholds.loc[(tissue, hallmark)]
                for label, found in ((1, scores.X[:, h] > cut.high), (0, scores.X[:, h] < cut.low)):
                    cells = np.flatnonzero((samples == sample) & chosen & found)
                    if len(cells) < min_cells:
                        continue
                    facts = {"data_set": name, "sample": sample, "hallmark": hallmark, "label": label,
                             "study": name.split("_")[0], "patient": patients[cells[0]]}
                    check_row(row, store, cells, facts)
                    row += 1
    assert row == pooled.n_obs > 0, (row, pooled.n_obs)
    print(f"{row} pooled samples")


def check_figures():
    predictions = pd.read_csv(workdir / "validate/external_predictions.csv", float_precision="round_trip")
    assert list(predictions["pooled_sample"]) == list(pooled.obs_names)
    assert list(predictions["label"]) == list(pooled.obs["label"])
    predictions["own"] = [row[row["hallmark"]] for _, row in predictions.iterrows()]
    predictions["patient"] = (pooled.obs["study"].astype(str) + "/" + pooled.obs["patient"].astype(str)).to_numpy()
    table = pd.read_csv(workdir / "validate/external.csv", float_precision="round_trip")
    studies = list(dict.fromkeys(predictions["study"])) + ["ALL"]
    assert list(table["study"]) == [study for study in studies for _ in range(11)]
    for _, row in table.iterrows():
        part = predictions
        part = part if row.study == "ALL" else part[part.study == row.study]
        part = part if row.hallmark == "ALL" else part[part.hallmark == row.hallmark]
        label, called = part.label.to_numpy(), (part.own > 0.5).to_numpy().astype(int)
        assert (row.patients, row.positives, row.negatives) == (part.patient.nunique(), label.sum(), (1 - label).sum())
        if len(set(label)) == 2:
            expected = [metrics.accuracy_score(label, called), metrics.recall_score(label, called),
                        metrics.balanced_accuracy_score(label, called), metrics.roc_auc_score(label, part.own),
                        metrics.average_precision_score(label, part.own)]
            np.testing.assert_allclose([row.accuracy, row.recall, row.balanced_accuracy, row.auroc, row.auprc],
                                       expected, rtol=1e-12)
            if called.sum() > 0:
                np.testing.assert_allclose([row.precision, row.f1], [metrics.precision_score(label, called),
                                                                     metrics.f1_score(label, called)], rtol=1e-12)
    print(f"{len(table)} rows of external.csv as scikit-learn has them")


check_pooled()
check_figures()
