#!/usr/bin/python3
"""Makes ridge.txt: classifiers by scikit-learn's RidgeClassifier, z-scores by SciPy and its StandardScaler."""
import numpy as np
from scipy.stats import rankdata
from sklearn.linear_model import RidgeClassifier
from sklearn.preprocessing import StandardScaler

import golden

GENES = 24
TRAINING, VALIDATION, TEST = 0, 1, 2
# Of each hallmark: training samples (positive, negative), validation samples and test samples.
SIZES = {
    0: (20, 25, 15, 6),  # more samples than features
    1: (5, 6, 9, 6),  # fewer
    2: (12, 12, 8, 5),  # as many
    3: (12, 13, 8, 5),  # one more
    4: (10, 0, 6, 4),  # one label
    5: (0, 0, 6, 4),  # none
    6: (7, 8, 0, 4),  # nothing to choose a penalty by
    7: (1, 1, 4, 4),  # one of each label
    8: (6, 6, 6, 4),  # the same profile with both labels: all penalties are alike
    9: (0, 9, 0, 0),  # the other label
}
ALIKE = 8
PENALTIES = np.geomspace(0.02, 5e4, 6)


def make_samples(random):
    rows = []
    for k, (positive, negative, validation, test) in SIZES.items():
        labels = [1] * positive + [0] * negative
        rows += [(k, label, TRAINING) for label in labels]
        rows += [(k, i % 2, VALIDATION) for i in range(validation)] + [(k, i % 2, TEST) for i in range(test)]
    rows = np.array(rows)[random.permutation(len(rows))]
    level = random.lognormal(1.5, 1, GENES)
    counts = []
    for k, label, _ in rows:
        mean = level * random.lognormal(0, 0.4)
        mean[k::10] *= 1 + label
        counts.append(random.poisson(mean))
    counts = np.array(counts)
    counts[:, 5] = 0  # never seen
    alike = (rows[:, 0] == ALIKE) & (rows[:, 2] == TRAINING)
    counts[alike] = counts[alike][0]
    return rows.T, counts


def main():
    (task, label, part), counts = make_samples(np.random.default_rng(20260307))
    log2 = np.log2(rankdata(-counts, axis=1))
    z = StandardScaler().fit(log2[part == TRAINING]).transform(log2)
    sign = np.where(label == 1, 1, -1)
    weights, intercept, penalty = np.zeros((10, GENES)), np.full(10, np.nan), np.full(10, np.nan)
    errors, decision = np.full((10, len(PENALTIES)), np.nan), np.full((len(task), 10), np.nan)
    for k in range(10):
        own = (task == k) & (part == TRAINING)
        unseen = (task == k) & (part == VALIDATION)
        if len(set(label[own])) < 2:
            continue
        fits = [RidgeClassifier(alpha=alpha).fit(z[own], label[own]) for alpha in PENALTIES]
        if unseen.any():
            errors[k] = [np.mean((fit.decision_function(z[unseen]) - sign[unseen]) ** 2) for fit in fits]
        close = np.flatnonzero(~(errors[k] > np.nanmin(errors[k]) * (1 + 1e-12))) if unseen.any() else [len(fits) - 1]
        best = close[-1]
        weights[k], intercept[k], penalty[k] = fits[best].coef_[0], fits[best].intercept_[0], PENALTIES[best]
        decision[:, k] = fits[best].decision_function(z)
    assert len({alpha for alpha in penalty if alpha == alpha}) >= 3, "the penalties are too much alike for a test"
    golden.write_arrays("ridge.txt", golden.line("make_ridge.py", "numpy", "scipy", "sklearn"), [
        ("counts", counts), ("task", task), ("label", label), ("part", part), ("penalties", PENALTIES),
        ("weights", weights), ("intercept", intercept), ("penalty", penalty), ("errors", errors),
        ("decision", decision),
    ])


if __name__ == "__main__":
    main()
