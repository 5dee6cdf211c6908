#!/usr/bin/python3
"""Makes transform.txt: ranks by SciPy, z-scores by scikit-learn."""
import numpy as np
from scipy.stats import rankdata
from sklearn.preprocessing import StandardScaler

import golden

N_SAMPLES, N_FEATURES = 30, 53


def make_counts(random):
    counts = random.poisson(np.outer(random.lognormal(0, 1.5, N_SAMPLES), random.lognormal(0, 1, N_FEATURES)))
    counts[3, :] = 0  # no gene expressed
    counts[4, :] = 6  # all equal
    counts[5, :] = random.permutation(N_FEATURES)  # no tie
    counts[:, 11] = 10_000_000  # highest in every sample; its rank is constant over the training samples
    counts[3, 11] = counts[4, 11] = 0
    return counts


def main():
    counts = make_counts(np.random.default_rng(20250119))
    training = np.ones(N_SAMPLES, dtype=int)
    training[[3, 4, 9, 20, 21, 22, 29]] = 0
    ranks = rankdata(-counts, method="average", axis=1)
    log2_ranks = np.log2(ranks)
    scaler = StandardScaler().fit(log2_ranks[training == 1])
    golden.write_arrays(
        "transform.txt",
        golden.line("make_transform.py", "numpy", "scipy", "sklearn"),
        [
            ("counts", counts),
            ("training", training),
            ("ranks", ranks),
            ("log2_ranks", log2_ranks),
            ("mean", scaler.mean_),
            ("sd", scaler.scale_),
            ("z", scaler.transform(log2_ranks)),
        ],
    )


if __name__ == "__main__":
    main()
