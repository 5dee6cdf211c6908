"""Bulk validation once more, by NumPy, SciPy, scikit-learn and h5py alone.

usage: twin_bulk.py WORKDIR PUBLISHED [SOURCE=PREDICTIONS.csv]...
Checks validate/*.csv in the workdir: every figure from bulk_predictions.csv, where the sets PUBLISHED
(names, comma-separated) are tables of predictions; the predictions of a set against a table with a
column "profile"; and balance.csv, where there is one, from model.h5, synthetic.h5ad and split.csv.
"""
import csv
import sys
from pathlib import Path

import numpy as np
from scipy import special, stats
from sklearn import metrics

HALLMARKS = ["AIM", "DCE", "EGS", "GIM", "RCD", "SPS", "AID", "IA", "ERI", "TPI"]
workdir = Path(sys.argv[1])
published = [name for name in sys.argv[2].split(",") if name]
tables = [argument.split("=", 1) for argument in sys.argv[3:]]


def read(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def probabilities(rows):
    return np.array([[float(row[h]) for h in HALLMARKS] for row in rows]).reshape(-1, 10)


def same(found, expected, what):
    found = float(found) if found != "" else np.nan
    both_missing = np.isnan(found) and np.isnan(expected)
    assert both_missing or abs(found - expected) <= 1e-12 * abs(expected), (what, found, expected)


def share(calls):
    return calls.mean() if len(calls) else np.nan


predictions = read(workdir / "validate/bulk_predictions.csv")
names = list(dict.fromkeys(row["source"] for row in predictions))
sources = {name: [row for row in predictions if row["source"] == name] for name in names}
groups = {}
if set(names) - set(published):
    groups["model"] = [row for row in predictions if row["source"] not in published]
if set(names) & set(published):
    groups["published"] = [row for row in predictions if row["source"] in published]
groups.update(sources)

for name, path in tables:
    given = {row["profile"]: row for row in read(path)}
    assert [row["profile"] for row in sources[name]] == [p for p in given if p in {r["profile"] for r in sources[name]}]
    difference = np.abs(probabilities(sources[name]) - probabilities([given[r["profile"]] for r in sources[name]]))
    # `oncomark predict` prints what tells float32 values apart.
    limit = 0 if name in published else 1e-9
    assert difference.max() <= limit, (name, difference.max())


def balance():
    import anndata
    import h5py
    from scipy.stats import rankdata

    synthetic = anndata.read_h5ad(workdir / "synthetic.h5ad")
    training = np.array([row["part"] == "training" for row in read(workdir / "split.csv")])
    with h5py.File(workdir / "model.h5") as file:
        model = {name: file[name][()] for name in file}
    features = [gene.decode() for gene in model["genes"]]
    x = synthetic[training, features].X.toarray().astype(np.float64)
    z = (np.log2(rankdata(-x, axis=1)) - model["mean"]) / model["sd"]
    hidden = np.maximum(z @ model["w1"].T.astype(np.float64) + model["b1"], 0)
    label = synthetic.obs["label"].to_numpy()[training]
    task = synthetic.obs["hallmark"].map(HALLMARKS.index).astype(int).to_numpy()[training]
    for k, row in enumerate(read(workdir / "validate/balance.csv")):
        own = task == k
        head = np.maximum(hidden[own] @ model["w2"][k].T.astype(np.float64) + model["b2"][k], 0)
        p = special.expit(head @ model["w3"][k].astype(np.float64) + model["b3"][k])
        positive, negative = p[label[own] == 1], p[label[own] == 0]
        assert (int(row["n_pos"]), int(row["n_neg"])) == (len(positive), len(negative)), row
        if row["threshold"] == "":
            assert len(positive) == 0 or len(negative) == 0 or np.ptp(p) < 1e-6, row
            continue
        # No cut is closer; probabilities here and there differ by float32's error.
        cuts = np.sort(p)
        cuts = (cuts[1:] + cuts[:-1])[np.diff(cuts) > 1e-5] / 2
        best = min(abs((positive > cut).mean() - (negative <= cut).mean()) for cut in cuts)
        found = abs(float(row["sensitivity"]) - float(row["specificity"]))
        assert found <= best + 1e-12, (row, best)
        near = np.abs(p - float(row["threshold"])) < 1e-5
        allowed = near.sum() / min(len(positive), len(negative))
        t = float(row["threshold"])
        assert abs((positive > t).mean() - float(row["sensitivity"])) <= allowed + 1e-12, row
        assert abs((negative <= t).mean() - float(row["specificity"])) <= allowed + 1e-12, row


thresholds = {h: np.nan for h in HALLMARKS}
if (workdir / "validate/balance.csv").exists():
    balance()
    thresholds = {row["hallmark"]: float(row["threshold"] or "nan") for row in read(workdir / "validate/balance.csv")}

figures = {(row["source"], row["hallmark"]): row for row in read(workdir / "validate/bulk.csv")}
paper = {h: row for (source, h), row in figures.items() if source == "paper"}
assert len(figures) == 10 * (len(groups) + 1) and len(paper) == 10
for name, rows in groups.items():
    values = probabilities(rows)
    is_cancer = np.array([row["class"] == "cancer" for row in rows])
    assert all(row["class"] in ("cancer", "normal") for row in rows)
    for k, h in enumerate(HALLMARKS):
        row = figures[name, h]
        cancer, normal = values[is_cancer, k], values[~is_cancer, k]
        t = np.nan if name == "published" or name in published else thresholds[h]
        assert (int(row["n_cancer"]), int(row["n_normal"])) == (len(cancer), len(normal)), row
        same(row["sensitivity"], share(cancer > 0.5), row)
        same(row["specificity"], share(normal <= 0.5), row)
        same(row["threshold"], t, row)
        same(row["sensitivity_at_threshold"], np.nan if np.isnan(t) else share(cancer > t), row)
        same(row["specificity_at_threshold"], np.nan if np.isnan(t) else share(normal <= t), row)
        ks = p = area = np.nan
        if len(cancer) and len(normal):
            ks = stats.ks_2samp(cancer, normal, method="asymp").statistic
            p = special.kolmogorov(np.sqrt(len(cancer) * len(normal) / (len(cancer) + len(normal))) * ks)
            area = metrics.roc_auc_score(is_cancer, values[:, k])
        same(row["ks"], ks, row)
        same(row["ks_p"], p, row)
        same(row["auroc"], area, row)

agreement = {(row["source"], row["class"]): row for row in read(workdir / "validate/bulk_agreement.csv")}
for name, rows in groups.items():
    for kind in ("cancer", "normal"):
        calls = (probabilities([row for row in rows if row["class"] == kind]) > 0.5).sum(axis=1)
        if len(calls) == 0:
            assert (name, kind) not in agreement
            continue
        row = agreement[name, kind]
        assert int(row["n"]) == len(calls)
        same(row["all_alike"], np.isin(calls, [0, 10]).mean(), row)
        same(row["all_positive"], (calls == 10).mean(), row)
print("bulk:", ", ".join(f"{name} {len(rows)}" for name, rows in groups.items()))
