"""From matrix files to synthetic samples once more, by NumPy, SciPy and scikit-image alone.

usage: twin_cells.py CORPUS WORKDIR GENE_SETS CELLS_PER_SAMPLE MIN_CELLS
Every artefact of the workdir is opened with anndata and compared with what these libraries make of the
corpus. Nothing of the program is imported. Ends with an assertion at the first difference.
"""
import sys
from pathlib import Path

import anndata
import numpy as np
import pandas as pd
import scipy.io
import scipy.sparse
from scipy.stats import rankdata
from skimage.filters import threshold_otsu

HALLMARKS = ["AIM", "DCE", "EGS", "GIM", "RCD", "SPS", "AID", "IA", "ERI", "TPI"]
MAX_RANK = 1500

corpus, workdir, gene_set_file = Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3])
cells_per_sample, min_cells = int(sys.argv[4]), int(sys.argv[5])


def read_gene_sets():
    sets = {}
    for line in gene_set_file.read_text().splitlines():
        if line and not line.startswith("#"):
            name, _, *genes = line.split("\t")
            sets[name] = list(dict.fromkeys(gene.strip() for gene in genes if gene.strip()))
    assert sorted(sets) == sorted(HALLMARKS)
    return sets


def check_store(folder, store):
    matrices = list(folder.glob("Exp_data_*.mtx*"))
    assert len(matrices) == 1
    expected = scipy.io.mmread(str(matrices[0])).T.tocsr()
    assert (store.X != expected).nnz == 0, folder
    genes = [line.strip() for line in (folder / "Genes.txt").read_text().splitlines()]
    assert list(store.var_names) == genes
    cells = pd.read_csv(folder / "Cells.csv", dtype=str)
    assert list(store.obs_names) == list(cells.iloc[:, 0])
    assert list(store.obs["sample"]) == list(cells["sample"])
    meta_file = folder / "Meta-data.csv"
    meta = pd.read_csv(meta_file if meta_file.exists() else folder / "Samples.csv", dtype=str).set_index("sample")
    assert list(store.obs["patient"]) == list(meta.loc[cells["sample"], "patient"])
    assert list(store.obs["cancer_type"].astype(str)) == list(meta.loc[cells["sample"], "cancer_type"])
    bulk = pd.read_csv(corpus / "bulk" / f"{folder.name[len('Data_'):]}.csv")
    assert list(bulk["gene"]) == genes
    for sample in set(cells["sample"]):
        total = np.asarray(expected[np.flatnonzero(cells["sample"] == sample)].sum(axis=0)).ravel()
        assert (bulk[sample].to_numpy() == total).all(), sample
    return expected


def check_quality(counts, genes, scores):
    genes_raw = np.diff(counts.indptr)
    assert (scores.obs["n_genes_raw"].to_numpy() == genes_raw).all()
    seen = np.bincount(counts[genes_raw >= 200].indices, minlength=counts.shape[1]) >= 3
    kept = counts[:, seen]
    n_genes = np.diff(kept.indptr)
    n_counts = np.asarray(kept.sum(axis=1)).ravel()
    is_mito = np.array([gene.upper().startswith("MT-") for gene in genes])[seen]
    mito = np.asarray(kept[:, is_mito].sum(axis=1)).ravel()
    percent = np.divide(100.0 * mito, n_counts, out=np.zeros(len(mito)), where=n_counts > 0)
    passed = (genes_raw >= 200) & (n_genes >= 200) & (n_genes <= 6000) & (percent <= 15)
    assert (scores.obs["n_genes"].to_numpy() == n_genes).all()
    assert (scores.obs["n_counts"].to_numpy() == n_counts).all()
    np.testing.assert_allclose(scores.obs["pct_mito"].to_numpy(), percent, rtol=1e-14)
    assert (scores.obs["passed"].to_numpy() == passed).all()
    assert 0 < passed.sum() < len(passed), "a corpus without bad cells tests nothing"


def check_scores(counts, genes, scores, sets):
    """The Mann-Whitney score as method ucell-2.14 has it, on every 25th cell."""
    first = {}
    for row, gene in enumerate(genes):
        first.setdefault(gene, row)
    unique = np.array(sorted(first.values()))
    column_of = {genes[row]: column for column, row in enumerate(unique)}
    max_rank = min(MAX_RANK, len(unique))
    for cell in range(0, counts.shape[0], 25):
        ranks = rankdata(-counts[cell].toarray().ravel()[unique])
        for h, hallmark in enumerate(HALLMARKS):
            n = len(sets[hallmark])
            set_ranks = [ranks[column_of[g]] if g in column_of else max_rank for g in sets[hallmark]]
            total = np.minimum(set_ranks, max_rank).sum()
            least = n * (n + 1) / 2
            expected = 1 - (total - least) / (n * max_rank - least)
            assert abs(scores.X[cell, h] - max(0.0, expected)) <= 1e-12, (cell, hallmark)


def otsu(values):
    return threshold_otsu(values, nbins=256) if len(values) else np.nan


def check_thresholds(all_scores, tissue_of, tumour):
    table = pd.read_csv(workdir / "thresholds.csv", float_precision="round_trip")
    assert list(table.columns) == ["tissue", "hallmark", "low", "high", "n_cells", "n_pos", "n_neg"]
    tissues = list(dict.fromkeys(tissue_of.values()))
    assert len(table) == len(tissues) * len(HALLMARKS)
    labels = {name: np.zeros(scores.shape, dtype=int) for name, scores in all_scores.items()}
    for tissue in tissues:
        members = [name for name in all_scores if tissue_of[name] == tissue]
        chosen = {name: all_scores[name].obs["passed"].to_numpy() & tumour[name] for name in members}
        for h, hallmark in enumerate(HALLMARKS):
            values = np.sort(np.concatenate([all_scores[name].X[chosen[name], h] for name in members]))
            half = len(values) // 2
            low, high = otsu(values[:half]), otsu(values[half:])
            row = table[(table.tissue == tissue) & (table.hallmark == hallmark)].iloc[0]
            assert (row.low, row.high) == (low, high), (tissue, hallmark, row.low, low, row.high, high)
            assert row.n_cells == len(values)
            assert row.n_pos == (values > high).sum() and row.n_neg == (values < low).sum()
            for name in members:
                x = all_scores[name].X[:, h]
                labels[name][:, h] = np.where(chosen[name] & (x > high), 1, np.where(chosen[name] & (x < low), -1, 0))
    return labels


def gene_union(gene_lists):
    union = set()
    for genes in gene_lists:
        upper = [gene.upper() for gene in genes]
        present = set(upper)
        for gene in upper:
            stem, _, number = gene.rpartition("_")
            union.add(stem if number.isdigit() and stem in present else gene)
    return sorted(union, key=lambda gene: gene.encode())


def check_synthetic(stores, all_scores, tissue_of, labels):
    synthetic = anndata.read_h5ad(workdir / "synthetic.h5ad")
    assert list(synthetic.var_names) == gene_union([list(store.var_names) for store in stores.values()])
    assert synthetic.X.dtype == np.uint32
    seen = 0
    for name, scores in all_scores.items():
        samples = scores.obs["sample"].astype(str).to_numpy()
        for sample in dict.fromkeys(samples):
            for h, hallmark in enumerate(HALLMARKS):
                for label, code in ((1, 1), (0, -1)):
                    cells = np.flatnonzero((samples == sample) & (labels[name][:, h] == code))
                    blocks = len(cells) // cells_per_sample if len(cells) >= min_cells else 0
                    rows = np.arange(seen, seen + blocks)
                    seen += blocks
                    if not blocks:
                        continue
                    obs = synthetic.obs.iloc[rows]
                    assert (obs["data_set"] == name).all() and (obs["sample"] == sample).all()
                    assert (obs["hallmark"] == hallmark).all() and (obs["label"] == label).all()
                    assert list(obs["block"]) == list(range(blocks))
                    assert (obs["tissue"] == tissue_of[name]).all()
                    check_sums(synthetic, stores[name], rows, cells, blocks)
    assert seen == synthetic.n_obs, (seen, synthetic.n_obs)
    assert set(synthetic.obs["label"]) == {0, 1}
    print(f"{synthetic.n_obs} synthetic samples of {cells_per_sample} cells")


def check_sums(synthetic, store, rows, cells, blocks):
    """The blocks are sums of cells of this group, each used once: no gene may exceed the group's total, and
    what is left out are at most the counts of the remaining cells."""
    upper = [gene.upper() for gene in store.var_names]
    first = {}
    for column, gene in enumerate(upper):
        first.setdefault(gene, column)
    columns = np.array([first.get(gene, -1) for gene in synthetic.var_names])
    group = store.X[cells]
    total = np.asarray(group.sum(axis=0)).ravel()
    expected = np.where(columns >= 0, total[columns], 0)
    found = np.asarray(synthetic.X[rows].sum(axis=0)).ravel()
    assert (found <= expected).all()
    left_out = len(cells) - blocks * cells_per_sample
    sizes = np.sort(np.asarray(group[:, columns[columns >= 0]].sum(axis=1)).ravel())
    missing = expected.sum() - found.sum()
    assert sizes[:left_out].sum() <= missing <= sizes[len(sizes) - left_out:].sum()


def main():
    sets = read_gene_sets()
    stores, all_scores, tissue_of, tumour = {}, {}, {}, {}
    for number, folder in enumerate(sorted(corpus.glob("Data_*"))):
        name = folder.name[len("Data_"):]
        stores[name] = anndata.read_h5ad(workdir / "store" / f"{name}.h5ad")
        all_scores[name] = anndata.read_h5ad(workdir / "scores" / f"{name}.h5ad")
        assert list(all_scores[name].var_names) == HALLMARKS
        assert list(all_scores[name].obs_names) == list(stores[name].obs_names)
        tissue_of[name] = name.partition("_")[2]
        obs = stores[name].obs
        tumour[name] = ~obs["cancer_type"].astype(str).str.lower().isin(["normal", "healthy"]).to_numpy()
        for column, words in (("source", ["normal"]), ("sample_type", ["normal"])):
            if column in obs:
                tumour[name] &= ~obs[column].astype(str).str.lower().isin(words).to_numpy()
        if number in (0, 3, 5):  # SciPy reads Matrix Market slowly
            genes = list(stores[name].var_names)
            counts = check_store(folder, stores[name])
            check_quality(counts, genes, all_scores[name])
            check_scores(counts, genes, all_scores[name], sets)
    assert any((~mask).any() for mask in tumour.values()), "a corpus without normal samples tests nothing"
    labels = check_thresholds(all_scores, tissue_of, tumour)
    check_synthetic(stores, all_scores, tissue_of, labels)


main()
