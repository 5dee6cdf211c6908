"""Digital scores (UCell) of a genes x cells matrix, straight from the formula; ranks by SciPy."""
import numpy as np
from scipy.stats import rankdata


def first_of_duplicates(symbols):
    """Rows that count as genes, and the row of each symbol among them."""
    row_of = {}
    rows = []
    for row, symbol in enumerate(symbols):
        if symbol not in row_of:
            row_of[symbol] = len(rows)
            rows.append(row)
    return rows, row_of


def split_set(genes):
    """The positive and the negative part."""
    negative = [g[:-1] for g in genes if g.endswith("-")]
    return [g for g in genes if not g.endswith("-")], negative


def part_score(ranks, row_of, genes, formula, missing_genes, m, missing_rank):
    """Score of one part of a set in one cell; a part without genes scores 0."""
    r = [ranks[row_of[g]] for g in genes if g in row_of]
    if missing_genes == "impute":
        r += [missing_rank] * sum(g not in row_of for g in genes)
    r = np.array(r, dtype=np.float64)
    n = len(r)
    if n == 0:
        return 0.0
    triangle = n * (n + 1) / 2
    if formula == "ucell-2.6":
        if (r > m).all():
            return 0.0
        r = np.where(r > m, m + 1, r)
        return 1.0 - (r.sum() - triangle) / (n * m)
    r = np.where(r >= m, m, r)
    return 1.0 - (r.sum() - triangle) / (n * m - triangle)


def scores(matrix, symbols, sets, formula, missing_genes, max_rank):
    """Cells x sets. `matrix`: genes x cells, dense or SciPy sparse; `sets`: lists of symbols."""
    rows, row_of = first_of_duplicates(symbols)
    matrix = matrix[rows, :]
    parts = [split_set(genes) for genes in sets]
    n_missing = 0
    if formula == "ucell-2.6" and missing_genes == "impute":
        wanted = {g for pair in parts for part in pair for g in part}
        n_missing = len(wanted - set(row_of))
    n_genes = len(rows) + n_missing
    m = min(max_rank, n_genes)
    result = np.zeros((matrix.shape[1], len(sets)))
    for cell in range(matrix.shape[1]):
        values = matrix[:, cell]
        values = values.toarray().ravel() if hasattr(values, "toarray") else np.asarray(values)
        values = np.concatenate([values, np.zeros(n_missing)])
        ranks = rankdata(-values, method="average")
        # 2.6 ranks missing genes among the zeros, 2.14 puts them at the cut.
        missing_rank = ranks[-1] if n_missing else m
        for k, (positive, negative) in enumerate(parts):
            pos = part_score(ranks, row_of, positive, formula, missing_genes, m, missing_rank)
            neg = part_score(ranks, row_of, negative, formula, missing_genes, m, missing_rank)
            result[cell, k] = max(0.0, pos - neg)
    return result
