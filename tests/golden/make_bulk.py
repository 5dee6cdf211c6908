"""Reference values for bulk validation: bulk.txt."""
import numpy as np
from scipy import special, stats
from sklearn import metrics

import golden

HALLMARKS = 10
random = np.random.default_rng(20251)


def profiles(n, mean, decimals):
    """Probabilities [n x 10], one mean a hallmark; few decimals make ties, some of them at 0.5 and 1."""
    return np.round(special.expit(random.normal(mean, 2.0, (n, HALLMARKS))), decimals)


# Two sets of cancer and normal profiles each; the sets differ in their digits.
means = np.linspace(0, 6, HALLMARKS)
cancer = [profiles(40, means, 2), profiles(23, means - 1, 7)]
normal = [profiles(31, -means / 2, 2), profiles(9, -means, 1)]
thresholds = np.where(np.arange(HALLMARKS) == 3, np.nan, np.linspace(0.1, 0.99, HALLMARKS))


def figures(cancer, normal):
    rows = []
    for k in range(HALLMARKS):
        above, below = cancer[:, k], normal[:, k]
        test = stats.ks_2samp(above, below, method="asymp")
        n = len(above) * len(below) / (len(above) + len(below))
        label = np.r_[np.ones(len(above)), np.zeros(len(below))]
        t = thresholds[k]
        rows.append([
            (above > 0.5).mean(), (below <= 0.5).mean(),
            np.nan if np.isnan(t) else (above > t).mean(), np.nan if np.isnan(t) else (below <= t).mean(),
            test.statistic, special.kolmogorov(np.sqrt(n) * test.statistic),
            metrics.roc_auc_score(label, np.r_[above, below]),
        ])
    return rows


def agreement(values):
    calls = (values > 0.5).sum(axis=1)
    return [len(values), np.isin(calls, [0, HALLMARKS]).sum(), (calls == HALLMARKS).sum()]


golden.write_arrays("bulk.txt", golden.line("make_bulk.py", "numpy", "scipy", "sklearn"), [
    ("cancer_0", cancer[0]), ("cancer_1", cancer[1]), ("normal_0", normal[0]), ("normal_1", normal[1]),
    ("thresholds", thresholds),
    ("figures_0", figures(cancer[0], normal[0])),
    ("figures_all", figures(np.vstack(cancer), np.vstack(normal))),
    ("agreement_0", [agreement(cancer[0]), agreement(normal[0])]),
    ("agreement_all", [agreement(np.vstack(cancer)), agreement(np.vstack(normal))]),
])
