#!/usr/bin/python3
"""Makes scores_* : a small count matrix, a TPM-like one, gene sets and their digital scores."""
import numpy as np
import scipy.sparse as sp

import golden
import ucell

N_ROWS, N_CELLS, N_TPM_CELLS = 600, 40, 10
HEADING = golden.line("make_scores.py", "numpy", "scipy")


def make_symbols():
    symbols = [f"G{i:03d}" for i in range(N_ROWS)]
    symbols[5] = "HLA-A"
    for row, first in [(300, 10), (301, 10), (450, 11), (599, 12), (77, 76)]:
        symbols[row] = symbols[first]
    return symbols


def make_counts(random):
    """Low counts with many ties; depth differs from cell to cell."""
    abundance = random.lognormal(0, 1.5, N_ROWS)
    depth = np.exp(random.uniform(-4, 1, N_CELLS))
    counts = random.poisson(np.outer(abundance, depth))
    counts[:, 7] = 0  # a cell without a count
    counts[:, 8] = 3  # one great tie
    counts[:, 9] += 1  # no zero
    counts[:, 10] = 0
    counts[[10, 20, 30], 10] = [5, 5, 1]
    counts[:140, 11] = 9  # a tie that straddles rank 150
    counts[140:200, 11] = 4
    counts[200:, 11] = 0
    counts[10, 12:20], counts[300, 12:20] = 0, 50  # the later of two equal symbols is the larger
    return sp.csc_matrix(counts)


def make_tpm(random):
    values = np.round(random.lognormal(1, 2, (N_ROWS, N_TPM_CELLS)), 4)
    values[random.uniform(size=values.shape) < 0.6] = 0
    values[100:130, :] = 0.25
    return sp.csc_matrix(values)


def make_sets(random, symbols):
    genes = [g for g in dict.fromkeys(symbols)]

    def draw(n):
        return list(random.choice(genes, n, replace=False))

    signed = draw(13)
    return {
        "PLAIN": ["HLA-A", *[g for g in draw(11) if g != "HLA-A"]],
        "MISSING": [*draw(7), "ABSENT1", "ABSENT2", "ABSENT3"],
        "SIGNED": [*signed[:8], *[g + "-" for g in signed[8:]], "ABSENT1", "ABSENT4-"],
        "ONE": ["G020"],
        "DUPLICATES": ["G010", "G011", "G012", "G076"],
        "LONG": draw(140),
    }


def write_matrix(path, matrix, field):
    matrix = matrix.tocoo()
    order = np.lexsort((matrix.row, matrix.col))
    with open(path, "w") as file:
        file.write(f"%%MatrixMarket matrix coordinate {field} general\n% {HEADING}\n")
        file.write(f"{matrix.shape[0]} {matrix.shape[1]} {matrix.nnz}\n")
        for k in order:
            file.write(f"{matrix.row[k] + 1} {matrix.col[k] + 1} {matrix.data[k]:.17g}\n")


def write_scores(symbols, sets, matrices):
    with open("scores_expected.csv", "w") as file:
        file.write(f"# {HEADING}\nmatrix,formula,missing_genes,max_rank,cell,set,score\n")
        for name, matrix in matrices:
            for formula in ["ucell-2.6", "ucell-2.14"]:
                for missing in ["impute", "skip"]:
                    for max_rank in [150, 1500]:
                        table = ucell.scores(
                            matrix, symbols, sets.values(), formula, missing, max_rank
                        )
                        for cell, row in enumerate(table):
                            for set_name, score in zip(sets, row):
                                file.write(
                                    f"{name},{formula},{missing},{max_rank},{cell},{set_name},{score:.17g}\n"
                                )


def main():
    random = np.random.default_rng(20250117)
    symbols = make_symbols()
    counts, tpm = make_counts(random), make_tpm(random)
    sets = make_sets(random, symbols)
    with open("scores_genes.txt", "w") as file:
        file.writelines(symbol + "\n" for symbol in symbols)
    with open("scores.gmt", "w") as file:
        for name, genes in sets.items():
            file.write("\t".join([name, HEADING, *genes]) + "\n")
    write_matrix("scores_counts.mtx", counts, "integer")
    write_matrix("scores_tpm.mtx", tpm, "real")
    write_scores(symbols, sets, [("counts", counts), ("tpm", tpm)])


if __name__ == "__main__":
    main()
