#!/usr/bin/python3
"""Makes label_check.txt: limma-voom's log-CPM by NumPy, Welch's test by SciPy."""
import numpy as np
from scipy import stats

import golden

HALLMARKS, GENES, BLOCKS = 10, 40, 8
NO_EFFECT, NO_NEGATIVES, ONE_NEGATIVE = 3, 8, 6  # hallmarks
ABSENT = -1


def make_sets(random):
    """Rows (hallmark, 0: positive part or 1: negative part, gene)."""
    rows = []
    for k in range(HALLMARKS):
        genes = random.permutation(GENES)
        rows += [(k, 0, g) for g in genes[: 5 + k]] + [(k, 1, g) for g in genes[20 : 20 + k % 3]]
        if k % 4 == 1:
            rows.insert(len(rows) - 2, (k, 0, ABSENT))
    return np.array(sorted(rows, key=lambda row: row[:2]))


def make_counts(random, sets):
    task, label, counts = [], [], []
    level = random.lognormal(2.5, 1.5, GENES)
    level[7] = 0  # never seen
    for k in range(HALLMARKS):
        for positive in (1, 0):
            n = 0 if k == NO_NEGATIVES and not positive else 1 if k == ONE_NEGATIVE and not positive else BLOCKS + k % 3
            for _ in range(n):
                mean = level * random.lognormal(0, 0.3)
                for hallmark, sign, gene in sets:
                    if hallmark == k and k != NO_EFFECT and gene != ABSENT and positive:
                        mean[gene] *= (6 if gene % 5 else 1) if sign == 0 else 0.2
                task.append(k)
                label.append(positive)
                counts.append(random.poisson(mean))
    counts = np.array(counts)
    unusual = np.flatnonzero(np.array(task) == NO_EFFECT)
    counts[unusual[2]] = 0  # nothing in it
    counts[unusual[-1], 0] = 2**32 - 1
    return np.array(task), np.array(label), counts


def adjust(p):
    known = np.sort(p[~np.isnan(p)])
    adjusted = np.minimum.accumulate((known * len(known) / np.arange(1, len(known) + 1))[::-1])[::-1]
    out = np.full(len(p), np.nan)
    out[~np.isnan(p)] = np.minimum(adjusted[np.searchsorted(known, p[~np.isnan(p)], side="right") - 1], 1)
    return out


def main():
    random = np.random.default_rng(20260302)
    sets = make_sets(random)
    task, label, counts = make_counts(random, sets)
    level = np.log2((counts + 0.5) / (counts.sum(axis=1, keepdims=True) + 1) * 1e6)
    change, t, p = np.full((3, len(sets)), np.nan)
    for i, (k, _, gene) in enumerate(sets):
        if gene == ABSENT:
            continue
        a, b = level[(task == k) & (label == 1), gene], level[(task == k) & (label == 0), gene]
        change[i] = a.mean() - b.mean() if len(b) else np.nan
        if min(len(a), len(b)) > 1:
            t[i], p[i] = stats.ttest_ind(a, b, equal_var=False)
    adjusted = adjust(p)
    ok = (adjusted < 0.05) & ((change > 0) == (sets[:, 1] == 0)) & ~np.isnan(adjusted)
    up = (sets[:, 1] == 0) & (sets[:, 2] != ABSENT)
    flagged = [np.sum(ok[up & (sets[:, 0] == k)]) < np.sum(up & (sets[:, 0] == k)) / 2 for k in range(HALLMARKS)]
    assert sorted(np.flatnonzero(flagged)) == sorted([NO_EFFECT, NO_NEGATIVES, ONE_NEGATIVE])
    golden.write_arrays(
        "label_check.txt",
        golden.line("make_label_check.py", "numpy", "scipy"),
        [
            ("task", task),
            ("label", label),
            ("counts", counts),
            ("sets", sets),
            ("figures", np.column_stack([change, t, p, adjusted])),
            ("ok", ok),
            ("flagged", flagged),
        ],
    )


if __name__ == "__main__":
    main()
