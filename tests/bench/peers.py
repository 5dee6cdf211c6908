"""What others do in place of a stage, measured alone.

usage: peers.py NAME ARGUMENT...
  mmread FILE, read_csv FILE          a Matrix Market file to CSR, by SciPy and by pandas
  h5py STORE, anndata STORE           reading a store
  ucell STORE SCORES GENE_SETS CELLS  scoring the first cells, compared with the scores
  otsu WORKDIR                        thresholds of all tissues, compared with thresholds.csv
  pseudobulk WORKDIR DATA_SET         sums of blocks of cells of a data set: reading and product
Prints JSON: seconds and CPU seconds without Python's own start, and what was worked on.
"""
import csv
import json
import sys
import time
import warnings
from pathlib import Path

import h5py
import numpy as np
import scipy.io
import scipy.sparse

warnings.simplefilter("ignore")

HALLMARKS = ["AIM", "DCE", "EGS", "GIM", "RCD", "SPS", "AID", "IA", "ERI", "TPI"]
MAX_RANK = 1500
BATCH = 500
CELLS_PER_SAMPLE = 200


class Stopwatch:
    def __init__(self):
        self.wall, self.cpu = time.perf_counter(), time.process_time()

    def result(self, **units):
        return {"seconds": time.perf_counter() - self.wall,
                "cpu_seconds": time.process_time() - self.cpu,
                **{name: int(value) for name, value in units.items()}}


def mmread(path):
    watch = Stopwatch()
    counts = scipy.io.mmread(path).T.tocsr()
    return watch.result(bytes=Path(path).stat().st_size, nonzeros=counts.nnz, cells=counts.shape[0])


def read_csv(path):
    import pandas

    watch = Stopwatch()
    with open(path) as file:
        for n_lines, line in enumerate(file, 1):
            if not line.startswith("%"):
                break
    shape = [int(word) for word in line.split()[:2]]
    table = pandas.read_csv(path, sep=" ", skiprows=n_lines, header=None, dtype=np.int32).to_numpy()
    counts = scipy.sparse.csr_matrix((table[:, 2], (table[:, 1] - 1, table[:, 0] - 1)), shape[::-1])
    return watch.result(bytes=Path(path).stat().st_size, nonzeros=counts.nnz, cells=counts.shape[0])


def read_rows(path, n_cells=None):
    """CSR of the first cells of a store, by h5py."""
    with h5py.File(path, "r") as store:
        shape = store["X"].attrs["shape"]
        indptr = store["X/indptr"][: None if n_cells is None else n_cells + 1]
        stop = indptr[-1]
        return scipy.sparse.csr_matrix((store["X/data"][:stop], store["X/indices"][:stop], indptr),
                                       (len(indptr) - 1, shape[1]))


def read_h5py(path):
    watch = Stopwatch()
    counts = read_rows(path)
    return watch.result(bytes=Path(path).stat().st_size, nonzeros=counts.nnz, cells=counts.shape[0])


def read_anndata(path):
    import anndata

    watch = Stopwatch()
    store = anndata.read_h5ad(path)
    return watch.result(bytes=Path(path).stat().st_size, nonzeros=store.X.nnz, cells=store.n_obs)


def read_symbols(file):
    return [symbol.decode() for symbol in file["var"][file["var"].attrs["_index"]][:]]


def average_ranks(batch):
    """Ranks of a cell's values by decreasing value, ties averaged, in place of the values."""
    sizes = np.diff(batch.indptr)
    cell = np.repeat(np.arange(len(sizes), dtype=np.int64), sizes)
    key = cell << 32 | (2**32 - 1 - batch.data.astype(np.int64))
    order = np.argsort(key)
    starts = np.flatnonzero(np.diff(key[order], prepend=-1))
    ends = np.append(starts[1:], len(key))
    ranks = np.empty(len(key))
    ranks[order] = np.repeat((starts + ends + 1) / 2, ends - starts)
    return ranks - batch.indptr[cell]


def ucell_scores(counts, symbols, sets):
    """The Mann-Whitney score as method ucell-2.14 has it, from a cell's non-zeros alone."""
    n_genes = len(symbols)
    max_rank = min(MAX_RANK, n_genes)
    place = {symbol: column for column, symbol in enumerate(symbols)}
    members = [[place[gene] for gene in genes if gene in place] for genes in sets]
    indicator = scipy.sparse.csc_matrix(
        (np.ones(sum(map(len, members))),
         (np.concatenate(members), np.repeat(range(len(sets)), list(map(len, members))))),
        (n_genes, len(sets)))
    n = np.array([len(genes) for genes in sets])
    n_found = np.array([len(columns) for columns in members])
    least = n * (n + 1) / 2
    scores = []
    for first in range(0, counts.shape[0], BATCH):
        batch = counts[first: first + BATCH]
        sizes = np.diff(batch.indptr)
        zero = np.minimum(sizes + (n_genes - sizes + 1) / 2, max_rank)
        above = np.minimum(average_ranks(batch), max_rank) - np.repeat(zero, sizes)
        sums = scipy.sparse.csr_matrix((above, batch.indices, batch.indptr), batch.shape) @ indicator
        sums = sums.toarray() + np.outer(zero, n_found) + max_rank * (n - n_found)
        scores.append(1 - (sums - least) / (n * max_rank - least))
    return np.vstack(scores)


def ucell(path, score_path, set_path, n_cells):
    sets = {}
    for line in Path(set_path).read_text().splitlines():
        if line and not line.startswith("#"):
            name, _, *genes = line.split("\t")
            sets[name] = list(dict.fromkeys(gene.strip() for gene in genes if gene.strip()))
    counts = read_rows(path, int(n_cells))
    with h5py.File(path, "r") as store, h5py.File(score_path, "r") as scores:
        symbols = read_symbols(store)
        expected = scores["X"][: counts.shape[0]]
    watch = Stopwatch()
    found = ucell_scores(counts, symbols, [sets[hallmark] for hallmark in HALLMARKS])
    result = watch.result(nonzeros=counts.nnz, cells=counts.shape[0])
    assert np.abs(found - expected).max() <= 1e-12, "NumPy's scores are not the program's"
    return result


def read_scores(path):
    """Scores of the cells that passed and are of tumours; all cells' sample codes and that mask."""
    with h5py.File(path, "r") as file:
        return file["X"][:], file["obs/sample/codes"][:], file["obs/passed"][:].astype(bool)


def is_tumour(store_path):
    with h5py.File(store_path, "r") as store:
        source = store["obs/source"]
        normal = [b"Normal" == name for name in source["categories"][:]]
        return ~np.array(normal)[source["codes"][:]]


def read_thresholds(workdir):
    with open(workdir / "thresholds.csv") as file:
        return {(row["tissue"], row["hallmark"]): row for row in csv.DictReader(file)}


def tissue_of(name):
    return name.partition("_")[2]


def otsu(workdir):
    from skimage.filters import threshold_otsu

    scores = {}
    for path in sorted((workdir / "scores").glob("*.h5ad")):
        values, _, passed = read_scores(path)
        chosen = passed & is_tumour(workdir / "store" / path.name)
        scores.setdefault(tissue_of(path.stem), []).append(values[chosen])
    watch = Stopwatch()
    found = {}
    for tissue, parts in scores.items():
        for h, hallmark in enumerate(HALLMARKS):
            values = np.sort(np.concatenate([part[:, h] for part in parts]))
            half = len(values) // 2
            found[tissue, hallmark] = threshold_otsu(values[:half], 256), threshold_otsu(values[half:], 256)
    n_cells = sum(len(part) for parts in scores.values() for part in parts)
    result = watch.result(values=n_cells * len(HALLMARKS), cells=n_cells)
    for key, row in read_thresholds(workdir).items():
        assert found[key] == (float(row["low"]), float(row["high"])), f"thresholds of {key} differ"
    return result


def block_matrix(scores, samples, chosen, thresholds):
    """Blocks x cells: which cells are summed. In order, not shuffled: the work is the same."""
    members = []
    for sample in np.unique(samples):
        here = chosen & (samples == sample)
        for h in range(len(HALLMARKS)):
            low, high = thresholds[h]
            for cells in (np.flatnonzero(here & (scores[:, h] > high)),
                          np.flatnonzero(here & (scores[:, h] < low))):
                n_blocks = len(cells) // CELLS_PER_SAMPLE
                members += list(cells[: n_blocks * CELLS_PER_SAMPLE].reshape(n_blocks, CELLS_PER_SAMPLE))
    cells = np.concatenate(members) if members else np.empty(0, int)
    indptr = np.arange(len(members) + 1) * CELLS_PER_SAMPLE
    return scipy.sparse.csr_matrix((np.ones(len(cells), np.uint32), cells, indptr),
                                   (len(members), len(samples)))


def pseudobulk(workdir, name):
    store = workdir / "store" / f"{name}.h5ad"
    scores, samples, passed = read_scores(workdir / "scores" / f"{name}.h5ad")
    rows = read_thresholds(workdir)
    limits = [rows[tissue_of(name), hallmark] for hallmark in HALLMARKS]
    blocks = block_matrix(scores, samples, passed & is_tumour(store),
                          [(float(row["low"]), float(row["high"])) for row in limits])
    watch = Stopwatch()
    counts = read_rows(store)
    read = watch.result()
    sums = blocks @ counts
    result = watch.result(nonzeros=counts.nnz, cells=counts.shape[0], samples=blocks.shape[0],
                          summed=(blocks.astype(np.int64) @ np.diff(counts.indptr)).sum())
    with h5py.File(workdir / "synthetic.h5ad", "r") as synthetic:
        data_set = synthetic["obs/data_set"]
        code = list(data_set["categories"][:]).index(name.encode())
        n_expected = (data_set["codes"][:] == code).sum()
    assert sums.shape[0] == n_expected, f"{sums.shape[0]} blocks, {n_expected} synthetic samples"
    return {**result, "read_seconds": read["seconds"]}


PEERS = {
    "mmread": mmread,
    "read_csv": read_csv,
    "h5py": read_h5py,
    "anndata": read_anndata,
    "ucell": ucell,
    "otsu": lambda workdir: otsu(Path(workdir)),
    "pseudobulk": lambda workdir, name: pseudobulk(Path(workdir), name),
}

if __name__ == "__main__":
    print(json.dumps(PEERS[sys.argv[1]](*sys.argv[2:])))
