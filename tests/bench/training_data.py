"""The input of a training as `oncomark train` sees it, as plain arrays for peers."""
import csv
import json

import h5py
import numpy as np

HALLMARKS = ["AIM", "DCE", "EGS", "GIM", "RCD", "SPS", "AID", "IA", "ERI", "TPI"]
PIECE = 256


def log_ranks(values, dtype=np.float32):
    """log2 of the ranks by decreasing value, ties averaged, of each row."""
    out = np.empty(values.shape, dtype)
    for row, here in zip(out, values):
        _, place, counts = np.unique(here, return_inverse=True, return_counts=True)
        last = len(here) - np.concatenate([[0], np.cumsum(counts)[:-1]])
        row[:] = np.log2(last - (counts - 1) / 2)[place]
    return out


def read_dense(file, rows, columns):
    """Rows first .. last - 1 of the CSR matrix X, of some columns."""
    first, last = rows
    indptr = file["X/indptr"][first : last + 1]
    dense = np.zeros((last - first, file["X"].attrs["shape"][1]), np.uint32)
    row = np.repeat(np.arange(last - first), np.diff(indptr))
    dense[row, file["X/indices"][indptr[0] : indptr[-1]]] = file["X/data"][indptr[0] : indptr[-1]]
    return dense[:, columns]


def read_parts(workdir):
    with open(workdir / "split.csv") as file:
        part = np.array([row["part"] for row in csv.DictReader(file)])
    return np.flatnonzero(part == "training"), np.flatnonzero(part == "validation")


def read_obs(file, rows):
    hallmark = file["obs/hallmark"]
    code = [HALLMARKS.index(name.decode()) for name in hallmark["categories"][:]]
    tasks = np.array(code, np.int64)[hallmark["codes"][:]]
    return file["obs/label"][:].astype(np.float32)[rows], tasks[rows]


def mean_and_sd(x):
    """In double precision, without a copy of everything."""
    starts = range(0, len(x), PIECE)
    mean = sum(x[first : first + PIECE].sum(0, dtype=np.float64) for first in starts) / len(x)
    squares = sum(((x[first : first + PIECE] - mean) ** 2).sum(0) for first in starts)
    return mean, np.sqrt(squares / len(x))


def write_training_data(workdir, folder, parameters):
    """Z-scores of a trained workdir's samples, training part first, and the rest that
    torch_train.py needs. Returns the sizes."""
    genes = (workdir / "features.txt").read_text().split()
    training, validation = read_parts(workdir)
    rows = np.concatenate([training, validation])
    place = {row: i for i, row in enumerate(rows)}
    sizes = {"features": len(genes), "training": len(training), "validation": len(validation), **parameters}
    folder.mkdir()
    x = np.lib.format.open_memmap(folder / "x.npy", "w+", np.float32, (len(rows), len(genes)))
    with h5py.File(workdir / "synthetic.h5ad", "r") as file:
        column = {gene.decode(): i for i, gene in enumerate(file["var/gene"][:])}
        columns = [column[gene] for gene in genes]
        n_samples = file["X"].attrs["shape"][0]
        for first in range(0, n_samples, PIECE):
            last = min(first + PIECE, n_samples)
            wanted = [row for row in range(first, last) if row in place]
            piece = log_ranks(read_dense(file, (first, last), columns)[np.array(wanted, int) - first])
            x[[place[row] for row in wanted]] = piece
        labels, tasks = read_obs(file, rows)
    mean, sd = mean_and_sd(x[: len(training)])
    with h5py.File(workdir / "model.h5", "r") as model:
        assert np.abs(mean - model["mean"][:]).max() < 1e-4, "the program's means are others"
        assert np.abs(sd - model["sd"][:]).max() < 1e-4, "the program's standard deviations are others"
    sd[sd == 0] = 1
    for first in range(0, len(x), PIECE):
        x[first : first + PIECE] = (x[first : first + PIECE] - mean) / sd
    x.flush()
    np.save(folder / "labels.npy", labels)
    np.save(folder / "tasks.npy", tasks)
    (folder / "sizes.json").write_text(json.dumps(sizes))
    return sizes
