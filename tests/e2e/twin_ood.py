"""How far profiles are from the training data, once more by NumPy.

usage: twin_ood.py shuffle WORKDIR OUT.csv       six profiles that are none: samples with their genes' values shuffled
       twin_ood.py shorten OOD.h5 OUT.h5 KEPT    a copy with so many validation samples
       twin_ood.py nudge OOD.h5 OUT.h5           a copy with one mean changed by its last bit
       twin_ood.py mouse VISIUM.h5 OUT.csv       the sum of all spots of a mouse's tissue
       twin_ood.py check WORKDIR PREDICTED.csv UNLIKE...
`check` recomputes the distances that `predict` wrote for WORKDIR's synthetic.h5ad and the tables UNLIKE. Of UNLIKE
all profiles must be flagged; of each part's synthetic samples at most LIMITS.
"""
import shutil
import sys
from pathlib import Path

import anndata
import h5py
import numpy as np
import pandas as pd
import scipy.sparse
from scipy.stats import rankdata

# Shares of the training and validation samples (1 % by each of two distances), and of patients that are in neither.
LIMITS = {"training": 0.02, "validation": 0.02, "test": 0.03}
DISTANCES = ["residual", "mahalanobis"]


def shuffle(workdir, out):
    samples = anndata.read_h5ad(Path(workdir) / "synthetic.h5ad")
    random = np.random.RandomState(1)
    rows = samples.X[np.linspace(0, samples.n_obs - 1, 6).astype(int)].toarray()
    shuffled = np.array([random.permutation(row) for row in rows])
    pd.DataFrame(shuffled.T, index=samples.var_names, columns=[f"S{i}" for i in range(6)]).to_csv(out, index_label="gene")


def shorten(path, out, kept):
    shutil.copy(path, out)
    with h5py.File(out, "r+") as file:
        for name in ("held_out_residual", "held_out_mahalanobis"):
            values = file[name][: int(kept)]
            del file[name]
            file[name] = values


def nudge(path, out):
    shutil.copy(path, out)
    with h5py.File(out, "r+") as file:
        file["mean"][7] = np.nextafter(file["mean"][7], np.inf)


def mouse(path, out):
    with h5py.File(path) as file:
        group = file["matrix"]
        parts = (group["data"][:], group["indices"][:], group["indptr"][:])
        counts = scipy.sparse.csc_matrix(parts, shape=group["shape"][:])
        genes = [name.decode() for name in group["features/name"][:]]
    pd.DataFrame({"mouse": np.asarray(counts.sum(axis=1)).ravel()}, index=genes).to_csv(out, index_label="gene")


def read_profiles(path, genes):
    """[profiles x genes], 0 where a gene is missing; the first of duplicates."""
    if path.endswith(".h5ad"):
        data = anndata.read_h5ad(path)
        return list(data.obs_names), data[:, genes].X.toarray().astype(float)
    table = pd.read_csv(path, sep="\t" if path.endswith(".tsv") else ",", index_col=0)
    if "TP53" in table.columns or "TP53.1" in table.columns:
        table = table.T
    table = table.drop(columns="width", errors="ignore").astype(float)
    symbols = table.index.astype(str).str.split("|").str[0].str.upper()
    if path.endswith("samples_by_genes.csv"):  # read_csv has numbered a duplicate: SLC35E2, SLC35E2.1
        symbols = symbols.str.replace(r"\.1$", "", regex=True)
    table = table.set_axis(symbols, axis="index")
    table = table[~table.index.duplicated()].reindex(genes, fill_value=0)
    return list(table.columns), table.to_numpy().T


class Space:
    """Everything from pca.h5ad and synthetic.h5ad; model.h5 and ood.h5 must agree."""

    def __init__(self, workdir):
        data = anndata.read_h5ad(workdir / "pca.h5ad")
        self.genes, self.part = list(data.var_names), data.obs["part"].to_numpy().astype(str)
        self.mean, self.sd = data.var["mean"].to_numpy(), data.var["sd"].to_numpy()
        self.loadings, self.variance = data.varm["PCs"], data.uns["pca"]["variance"]
        for name in ("model.h5", "ood.h5"):
            with h5py.File(workdir / name) as file:
                assert [gene.decode() for gene in file["genes"][:]] == self.genes
                assert (file["mean"][:] == self.mean).all() and (file["sd"][:] == self.sd).all()
        _, values = read_profiles(str(workdir / "synthetic.h5ad"), self.genes)
        distances = self.measure(values)
        self.reference = {part: np.sort(distances[self.part == part], axis=0) for part in ("training", "validation")}
        with h5py.File(workdir / "ood.h5") as file:
            for part, prefix in (("training", ""), ("validation", "held_out_")):
                for d, name in enumerate(DISTANCES):
                    np.testing.assert_allclose(file[prefix + name][:], self.reference[part][:, d], rtol=1e-9)

    def measure(self, values):
        z = (np.log2(rankdata(-values, axis=1)) - self.mean) / self.sd
        scores = z @ self.loadings
        residual = np.linalg.norm(z - scores @ self.loadings.T, axis=1)
        return np.column_stack([residual, np.sqrt((scores**2 / self.variance).sum(axis=1))])

    def percentile(self, distance, d):
        """The lesser of both parts' percentiles, for each of distances."""
        shares = [np.searchsorted(sorted_[:, d], distance, side="right") / len(sorted_) for sorted_ in self.reference.values()]
        return 100 * np.min(shares, axis=0)

    def end(self, d):
        ends = [np.quantile(sorted_[:, d], 0.99, method="inverted_cdf") for sorted_ in self.reference.values()]
        return max(ends)


def check(workdir, predicted, *unlike):
    space = Space(Path(workdir))
    table = pd.read_csv(predicted, dtype={"profile": str}, float_precision="round_trip")
    files = [name for name in table["file"].unique()]
    assert [Path(name).name for name in files] == ["synthetic.h5ad"] + [Path(name).name for name in unlike]
    for name, path in zip(files, [str(Path(workdir) / "synthetic.h5ad"), *unlike]):
        rows = table[table["file"] == name]
        profiles, values = read_profiles(path, space.genes)
        assert list(rows["profile"]) == profiles, path
        expected = space.measure(values)
        beyond = np.zeros(len(rows), dtype=bool)
        sure = np.ones(len(rows), dtype=bool)
        for d, distance in enumerate(DISTANCES):
            # Nine digits are written, and samples stand among themselves: a distance is a place or two wide.
            low, high = expected[:, d] * (1 - 1e-8), expected[:, d] * (1 + 1e-8)
            np.testing.assert_allclose(rows[distance], expected[:, d], rtol=1e-8, err_msg=path)
            percentile = rows[distance + "_percentile"]
            assert (space.percentile(low, d) - 1e-6 <= percentile).all(), path
            assert (percentile <= space.percentile(high, d) + 1e-6).all(), path
            beyond |= low > space.end(d)
            sure &= (low > space.end(d)) == (high > space.end(d))
        flags = rows["unlike_training"].to_numpy()
        assert (flags == beyond)[sure].all() and sure.mean() > 0.99, path
        if path.endswith("synthetic.h5ad"):
            for part, limit in LIMITS.items():
                share = flags[space.part == part].mean()
                print(f"{part}: {(space.part == part).sum()} samples, {100 * share:.2f} % unlike")
                assert share <= limit, part
        else:
            print(f"{Path(path).name}: {flags.sum()} of {len(flags)} unlike, residuals {rows['residual'].min():.1f} to "
                  f"{rows['residual'].max():.1f}; 99th percentile {space.end(0):.1f}")
            assert flags.all(), path


{"shuffle": shuffle, "shorten": shorten, "nudge": nudge, "mouse": mouse, "check": check}[sys.argv[1]](*sys.argv[2:])
