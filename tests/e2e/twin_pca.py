"""Principal components once more, by NumPy, SciPy and scikit-learn alone.

usage: twin_pca.py MOST_VARIABLE COMPONENTS WORKDIR...
Checks pca.h5ad, pca_effects.csv and ood.h5 of runs over one synthetic.h5ad against PCA of the z-scores of its
training part. Tolerances: variances 1e-10 relative; loadings and scores 1e-6 up to sign, where components stand
apart, else the spaces that close ones span together; effects 1e-9.
"""
import sys
import warnings
from pathlib import Path

import anndata
import h5py
import numpy as np
import pandas as pd
from scipy.stats import f_oneway, rankdata
from sklearn.decomposition import PCA
from sklearn.preprocessing import StandardScaler

most_variable, components = int(sys.argv[1]), int(sys.argv[2])
workdirs = [Path(name) for name in sys.argv[3:]]


def read(path):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return anndata.read_h5ad(path)


synthetic = read(workdirs[0] / "synthetic.h5ad")
parts = pd.read_csv(workdirs[0] / "split.csv")  # of the stage `train`
assert list(parts["synthetic_sample"]) == list(synthetic.obs_names)
training = (parts["part"] == "training").to_numpy()
label = synthetic.obs["label"].to_numpy()


def order_by_variance(rows):
    # Exact: counts are whole numbers, n * sum of squares - square of the sum has the order of the variance.
    dense = synthetic.X[rows].astype(np.float64)
    n = rows.sum()
    total = np.asarray(dense.sum(axis=0)).ravel()
    squares = np.asarray(dense.multiply(dense).sum(axis=0)).ravel()
    variance = [int(n) * int(q) - int(t) ** 2 for q, t in zip(squares, total)]
    return sorted(range(len(variance)), key=lambda gene: (-variance[gene], gene))[:most_variable]


chosen = sorted(set(order_by_variance(training & (label == 1))) & set(order_by_variance(training & (label == 0))))
x = np.log2(rankdata(-synthetic.X[:, chosen].toarray().astype(np.float64), axis=1))
scaler = StandardScaler().fit(x[training])
z = scaler.transform(x)
n, n_features = training.sum(), len(chosen)
pca = PCA(svd_solver="full").fit(z[training])
variance = pca.explained_variance_
count = min(components, n - 1, n_features, int((variance > 1e-10 * variance[0]).sum()))
print(f"{n} training samples x {n_features} features: {count} components by the "
      f"{'covariance' if n >= n_features else 'products of samples'}")

# Components that are as good as equal, together; the last ones only where those after them are apart.
ends = [c for c in range(1, count + 1) if c == len(variance) or variance[c - 1] - variance[c] > 1e-4 * variance[c - 1]]
spaces = list(zip([0] + ends, ends))
single = [first for first, end in spaces if end == first + 1]
assert len(single) >= min(10, count), "too few components stand apart for a comparison"

obs = synthetic.obs[training]
factors = {
    "study": obs["study"].astype(str),
    "tissue": obs["tissue"].astype(str),
    "patient": obs["study"].astype(str) + "|" + obs["patient"].astype(str),
    "hallmark": obs["hallmark"].astype(str),
    "label": obs["label"].astype(str),
    "hallmark and label": obs["hallmark"].astype(str) + "|" + obs["label"].astype(str),
}


def eta_squared(values, groups):
    kinds = sorted(set(groups))
    between, within = len(kinds) - 1, len(values) - len(kinds)
    if between == 0:
        return 0.0
    f = f_oneway(*(values[groups == kind] for kind in kinds)).statistic
    return f * between / (f * between + within)


def check_components(data):
    assert data.X is None and data.shape == (len(parts), n_features)
    expected = synthetic.obs.assign(part=parts["part"].to_numpy())
    assert list(data.obs.columns) == list(expected.columns)
    for column in expected:
        assert (data.obs[column].astype(str) == expected[column].astype(str)).all(), column
    assert isinstance(data.obs["part"].dtype, pd.CategoricalDtype)
    assert list(data.obs_names) == list(synthetic.obs_names)
    assert list(data.var_names) == [synthetic.var_names[gene] for gene in chosen]
    np.testing.assert_allclose(data.var["mean"], scaler.mean_, rtol=1e-11)
    np.testing.assert_allclose(data.var["sd"], scaler.scale_, rtol=1e-9)

    # As scanpy.tl.pca leaves them and sc.pl.pca, pca_loadings and pca_variance_ratio read them.
    loadings, scores, found = data.varm["PCs"], data.obsm["X_pca"], data.uns["pca"]
    assert loadings.shape == (n_features, count) and scores.shape == (len(parts), count)
    assert loadings.dtype == scores.dtype == np.float64
    rounding = 1e-13 * variance[0]
    np.testing.assert_allclose(found["variance"], variance[:count], rtol=1e-10, atol=rounding)
    np.testing.assert_allclose(found["variance_ratio"], pca.explained_variance_ratio_[:count], rtol=1e-10, atol=1e-13)
    np.testing.assert_allclose(loadings.T @ loadings, np.eye(count), atol=1e-6)
    largest = loadings[np.abs(loadings).argmax(axis=0), np.arange(count)]
    assert (largest > 0).all(), "signs are not settled"
    for first, end in spaces:
        expected = pca.components_[first:end]
        np.testing.assert_allclose(loadings[:, first:end] @ (loadings[:, first:end].T @ expected.T), expected.T, atol=1e-6)
    signs = np.sign(np.sum(loadings.T[single] * pca.components_[single], axis=1))
    np.testing.assert_allclose(scores, z @ loadings, atol=1e-9 * np.abs(scores).max())
    np.testing.assert_allclose(scores[:, single], signs * pca.transform(z)[:, single], atol=1e-6 * np.abs(scores).max())


def check_effects(table, data):
    scores = data.obsm["X_pca"][training]
    table = table.set_index(["component", "factor"])
    names = [str(c + 1) for c in range(count)]
    assert list(table.index) == [(c, factor) for c in names + ["all"] for factor in factors]
    for factor, groups in factors.items():
        rows = table.xs(factor, level="factor")
        groups = groups.to_numpy()
        assert (rows["n_groups"] == len(set(groups))).all(), factor
        np.testing.assert_allclose(rows["expected"], (len(set(groups)) - 1) / (n - 1), rtol=1e-14)
        expected = np.array([eta_squared(scores[:, c], groups) for c in range(count)])
        np.testing.assert_allclose(rows["eta_squared"][names], expected, rtol=1e-9, atol=1e-12)
        np.testing.assert_array_equal(rows["variance"][names], data.uns["pca"]["variance"])
        np.testing.assert_array_equal(rows["variance_ratio"][names], data.uns["pca"]["variance_ratio"])
        overall = np.average(expected, weights=variance[:count])
        np.testing.assert_allclose(rows["eta_squared"]["all"], overall, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(rows["variance"]["all"], variance[:count].sum(), rtol=1e-10)
        np.testing.assert_allclose(rows["variance_ratio"]["all"], pca.explained_variance_ratio_[:count].sum(), rtol=1e-10)


def check_distances(path, data):
    with h5py.File(path) as file:
        assert [gene.decode() for gene in file["genes"][:]] == list(data.var_names)
        np.testing.assert_array_equal(file["mean"][:], data.var["mean"])
        np.testing.assert_array_equal(file["sd"][:], data.var["sd"])
        np.testing.assert_array_equal(file["loadings"][:], data.varm["PCs"].T)
        np.testing.assert_array_equal(file["variance"][:], data.uns["pca"]["variance"])
        check_part(file, "", training, data)
        check_part(file, "held_out_", (parts["part"] == "validation").to_numpy(), data)


def check_part(file, prefix, rows, data):
    loadings = data.varm["PCs"]
    scores = z[rows] @ loadings
    # Squares of residuals are differences of squared lengths.
    expected = np.sort(np.sum((z[rows] - scores @ loadings.T) ** 2, axis=1))
    np.testing.assert_allclose(file[prefix + "residual"][:] ** 2, expected, atol=1e-9 * np.sum(z[rows] ** 2, axis=1).max())
    expected = np.sort(np.sqrt(np.sum(scores ** 2 / variance[:count], axis=1)))
    np.testing.assert_allclose(file[prefix + "mahalanobis"][:], expected, rtol=1e-6)


for workdir in workdirs:
    found = read(workdir / "pca.h5ad")
    check_components(found)
    check_effects(pd.read_csv(workdir / "pca_effects.csv", dtype={"component": str}, float_precision="round_trip"), found)
    check_distances(workdir / "ood.h5", found)
    with h5py.File(workdir / "model.h5") as model:
        if [gene.decode() for gene in model["genes"][:]] == list(found.var_names):
            np.testing.assert_array_equal(model["mean"][:], found.var["mean"])
            np.testing.assert_array_equal(model["sd"][:], found.var["sd"])
            print(f"{workdir}: scaled as the model")
