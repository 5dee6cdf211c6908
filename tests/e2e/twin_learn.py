"""From synthetic samples to test metrics once more, by NumPy, SciPy and scikit-learn alone.

usage: twin_learn.py WORKDIR PROFILES
Checks features, transform, the trained network's outputs, the validation loss and test.csv, and writes
the profiles of a few test samples (genes in rows) with the expected probabilities to PROFILES.csv and
PROFILES.expected.csv, for the comparison with `oncomark predict`. The job has the default parameters.
"""
import sys
from pathlib import Path

import anndata
import h5py
import numpy as np
import pandas as pd
from scipy.special import expit
from scipy.stats import rankdata
from sklearn.metrics import accuracy_score, roc_auc_score
from sklearn.preprocessing import StandardScaler

HALLMARKS = ["AIM", "DCE", "EGS", "GIM", "RCD", "SPS", "AID", "IA", "ERI", "TPI"]
MOST_VARIABLE = 10000
workdir, profiles = Path(sys.argv[1]), sys.argv[2]

synthetic = anndata.read_h5ad(workdir / "synthetic.h5ad")
parts = pd.read_csv(workdir / "split.csv")
assert list(parts["synthetic_sample"]) == list(synthetic.obs_names)
part = parts["part"].to_numpy()
assert set(part) == {"training", "validation", "test"}
patients = (synthetic.obs["study"].astype(str) + "/" + synthetic.obs["patient"].astype(str)).to_numpy()
for name in set(part):
    others = set(patients[part != name])
    assert not others & set(patients[part == name]), "a patient is on both sides"
shares = {name: (part == name).mean() for name in sorted(set(part))}
print("parts:", {name: round(share, 3) for name, share in shares.items()}, len(set(patients)), "patients")
assert abs(shares["training"] - 0.70) < 0.1

label = synthetic.obs["label"].to_numpy()
task = synthetic.obs["hallmark"].map(HALLMARKS.index).astype(int).to_numpy()
training = part == "training"


def most_variable(rows):
    # Exact: counts are whole numbers, n * sum of squares - square of the sum has the order of the variance.
    dense = synthetic.X[rows].astype(np.float64)
    n = rows.sum()
    total = np.asarray(dense.sum(axis=0)).ravel()
    squares = np.asarray(dense.multiply(dense).sum(axis=0)).ravel()
    variance = [int(n) * int(q) - int(t) ** 2 for q, t in zip(squares, total)]
    order = sorted(range(len(variance)), key=lambda gene: (-variance[gene], gene))
    return set(order[:MOST_VARIABLE])


chosen = sorted(most_variable(training & (label == 1)) & most_variable(training & (label == 0)))
features = [synthetic.var_names[gene] for gene in chosen]
assert (workdir / "features.txt").read_text().split("\n")[:-1] == features
x = np.log2(rankdata(-synthetic.X[:, chosen].toarray().astype(np.float64), axis=1))
scaler = StandardScaler().fit(x[training])
z = scaler.transform(x)

with h5py.File(workdir / "model.h5") as file:
    model = {name: file[name][:] for name in ("mean", "sd", "w1", "b1", "w2", "b2", "w3", "b3")}
    assert [gene.decode() for gene in file["genes"][:]] == features
    assert [code.decode() for code in file["hallmarks"][:]] == HALLMARKS
    kept_epoch = int(file.attrs["kept_epoch"])
np.testing.assert_allclose(model["mean"], scaler.mean_, rtol=1e-11)
np.testing.assert_allclose(model["sd"], scaler.scale_, rtol=1e-9)

hidden = np.maximum(z @ model["w1"].T.astype(np.float64) + model["b1"], 0)
heads = np.maximum(np.einsum("nh,kwh->nkw", hidden, model["w2"].astype(np.float64)) + model["b2"], 0)
logits = np.einsum("nkw,kw->nk", heads, model["w3"].astype(np.float64)) + model["b3"]
probabilities = expit(logits)

history = pd.read_csv(workdir / "training.csv")
assert kept_epoch == history["validation_loss"].idxmin() + 1
rows = np.flatnonzero(part == "validation")
own = logits[rows, task[rows]]
loss = np.mean(np.logaddexp(0, own) - label[rows] * own)
np.testing.assert_allclose(loss, history["validation_loss"][kept_epoch - 1], rtol=1e-4)
assert history["loss"].iloc[-1] < 0.8 * history["loss"].iloc[0], "training does not learn"

test = pd.read_csv(workdir / "test.csv")
assert len(test) == 100
for row in test.itertuples():
    members = (part == "test") & (task == HALLMARKS.index(row.task))
    assert (row.n_pos, row.n_neg) == (label[members].sum(), (1 - label[members]).sum())
    p = probabilities[members, HALLMARKS.index(row.hallmark)]
    if row.n_pos and row.n_neg:
        # Two float32 logits may change places: one pair of n_pos * n_neg.
        assert abs(roc_auc_score(label[members], p) - row.auroc) <= 2.0 / (row.n_pos * row.n_neg) + 1e-12
    if len(p):
        assert abs(accuracy_score(label[members], p >= 0.5) - row.accuracy) <= 1.0 / len(p) + 1e-12

some = np.flatnonzero(part == "test")[::max(1, (part == "test").sum() // 12)]
names = ["profile %d, \"quoted\"" % number if number % 3 == 0 else "p%d" % number for number in range(len(some))]
pd.DataFrame(synthetic.X[some].toarray().T, index=synthetic.var_names, columns=names).to_csv(profiles + ".csv")
pd.DataFrame(probabilities[some], index=names, columns=HALLMARKS).to_csv(profiles + ".expected.csv", index_label="profile")
print(f"{len(features)} features, {len(history)} epochs, epoch {kept_epoch} kept")
