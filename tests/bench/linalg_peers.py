"""Principal components and ridge classifiers by scikit-learn, on the samples of `oncomark pca`.

usage: linalg_peers.py data WORKDIR FOLDER      writes FOLDER/{x,labels,tasks}.npy: float64 z-scores
                                                of the training part, as pca.h5ad has them scaled
       linalg_peers.py PEER FOLDER WORKDIR      PEER: full, arpack, randomized, ridge
OPENBLAS_NUM_THREADS is the caller's. Prints JSON: seconds, without reading the data; of PCA how far
the variances are from those of pca.h5ad, as a share of the largest.
"""
import json
import sys
import time
from pathlib import Path

import h5py
import numpy as np
from sklearn.decomposition import PCA
from sklearn.linear_model import RidgeClassifier

from training_data import HALLMARKS, PIECE, log_ranks, read_dense, read_obs

SEED = 1
PENALTY = 1e3  # one of those that are tried


def texts(column):
    """Of a data frame: categories or strings."""
    if isinstance(column, h5py.Group):
        names = np.array([name.decode() for name in column["categories"][:]])
        return names[column["codes"][:]]
    return np.array([name.decode() for name in column[:]])


def write_data(workdir, folder):
    with h5py.File(workdir / "pca.h5ad", "r") as pca:
        training = np.flatnonzero(texts(pca["obs/part"]) == "training")
        genes = texts(pca["var/gene"])
        mean, sd = pca["var/mean"][:], pca["var/sd"][:]
    x = np.lib.format.open_memmap(folder / "x.npy", "w+", np.float64, (len(training), len(genes)))
    with h5py.File(workdir / "synthetic.h5ad", "r") as file:
        place = {gene: i for i, gene in enumerate(texts(file["var/gene"]))}
        columns = [place[gene] for gene in genes]
        for first in range(0, len(training), PIECE):
            rows = training[first : first + PIECE]
            dense = read_dense(file, (rows[0], rows[-1] + 1), columns)[rows - rows[0]]
            x[first : first + PIECE] = (log_ranks(dense, np.float64) - mean) / sd
        labels, tasks = read_obs(file, training)
    assert np.abs(x.mean(0)).max() < 1e-6, "the program's means are others"
    x.flush()
    np.save(folder / "labels.npy", labels)
    np.save(folder / "tasks.npy", tasks)
    return {}


def principal_components(x, workdir, solver):
    with h5py.File(workdir / "pca.h5ad", "r") as file:
        ours = file["uns/pca/variance"][:]
    started = time.perf_counter()
    model = PCA(len(ours), svd_solver=solver, copy=False, random_state=SEED).fit(x)
    model.transform(x)
    seconds = time.perf_counter() - started
    return {"seconds": seconds, "variance_error": np.abs(model.explained_variance_ - ours).max() / ours[0]}


def ridge(x, labels, tasks):
    """Ten fits of one penalty each."""
    seconds = 0.0
    for task in range(len(HALLMARKS)):
        own = x[tasks == task]
        y = labels[tasks == task]
        if len(set(y)) == 2:
            started = time.perf_counter()
            RidgeClassifier(alpha=PENALTY).fit(own, y)
            seconds += time.perf_counter() - started
    return {"seconds": seconds}


def main():
    what = sys.argv[1]
    first, second = map(Path, sys.argv[2:4])
    if what == "data":
        found = write_data(first, second)
    elif what == "ridge":
        found = ridge(*(np.load(first / f"{name}.npy") for name in ("x", "labels", "tasks")))
    else:
        found = principal_components(np.load(first / "x.npy"), second, what)
    print(json.dumps(found))


main()
