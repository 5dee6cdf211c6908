"""How well scores, labels and the model tell the simulated truth, which the pipeline never reads.

usage: truth.py CORPUS WORKDIR
"""
import sys
from pathlib import Path

import anndata
import numpy as np
import pandas as pd
from scipy.stats import binomtest
from sklearn.metrics import roc_auc_score

HALLMARKS = ["AIM", "DCE", "EGS", "GIM", "RCD", "SPS", "AID", "IA", "ERI", "TPI"]
corpus, workdir = Path(sys.argv[1]), Path(sys.argv[2])

frames = []
for file in sorted((workdir / "scores").glob("*.h5ad")):
    scores = anndata.read_h5ad(file)
    truth = pd.read_csv(corpus / "truth" / f"{file.stem}.csv")
    assert len(truth) == scores.n_obs
    passed = scores.obs["passed"].to_numpy()
    bad = truth["bad"].to_numpy() == 1
    # QC drops bad cells and hardly any good ones.
    assert passed[bad].mean() < 0.1, (file, passed[bad].mean())
    assert passed[~bad].mean() > 0.9, (file, passed[~bad].mean())
    store = anndata.read_h5ad(workdir / "store" / file.name, backed="r")
    tumour = store.obs["cancer_type"].astype(str).str.lower().to_numpy() != "normal"
    if "sample_type" in store.obs:
        tumour &= store.obs["sample_type"].astype(str).str.lower().to_numpy() != "normal"
    frame = pd.DataFrame(scores.X, columns=HALLMARKS)
    frame["tissue"] = file.stem.partition("_")[2]
    for hallmark in HALLMARKS:
        frame["truth_" + hallmark] = truth[hallmark].to_numpy()
    frames.append(frame[passed & tumour])
cells = pd.concat(frames)
thresholds = pd.read_csv(workdir / "thresholds.csv", float_precision="round_trip").set_index(["tissue", "hallmark"])

print("hallmark  score AUROC  on among positive cells  among all")
for hallmark in HALLMARKS:
    aurocs, weights, on, n_positive = [], [], 0, 0
    for tissue, part in cells.groupby("tissue"):
        truth = part["truth_" + hallmark]
        aurocs.append(roc_auc_score(truth, part[hallmark]))
        weights.append(len(part))
        positive = part[hallmark] > thresholds.loc[(tissue, hallmark), "high"]
        on += truth[positive].sum()
        n_positive += positive.sum()
    auroc = np.average(aurocs, weights=weights)
    chance = cells["truth_" + hallmark].mean()
    print(f"{hallmark:8}  {auroc:11.3f}  {on / n_positive:23.3f}  {chance:9.3f}")
    assert 0.70 <= auroc <= 0.85, hallmark
    assert binomtest(int(on), int(n_positive), chance, alternative="greater").pvalue < 1e-6, hallmark

test = pd.read_csv(workdir / "test.csv")
own = test[test.hallmark == test.task].set_index("hallmark")["auroc"]
cross = test[test.hallmark != test.task]["auroc"]
print(f"model on unseen patients: own AUROC mean {own.mean():.3f}, cross mean {cross.mean():.3f}")
print(own.to_string())
assert own.notna().sum() >= 8, "most hallmarks have both labels in the test part"
assert own.mean() > 0.7, "the model learns"
assert not (own.dropna() > 0.995).all(), "a corpus on which every hallmark is perfect is too easy"
