#!/usr/bin/python3
"""Makes statistics.txt: tests by SciPy, the tails of Student's t by mpmath, too."""
import mpmath
import numpy as np
from scipy import special, stats
from sklearn.feature_selection import SelectFdr

import golden

mpmath.mp.dps = 60


def student_p(t, degrees):
    t, degrees = mpmath.mpf(float(t)), mpmath.mpf(float(degrees))
    return float(mpmath.betainc(degrees / 2, mpmath.mpf(1) / 2, 0, degrees / (degrees + t * t), regularized=True))


def kolmogorov(x):
    x = mpmath.mpf(float(x))
    return float(mpmath.nsum(lambda k: 2 * (-1) ** (int(k) - 1) * mpmath.exp(-2 * k * k * x * x), [1, 200]))


def close(found, expected, error):
    assert np.allclose(found, expected, rtol=error, atol=0), (found, expected)


def student():
    rows = []
    for degrees in (0.5, 1, 1.37, 2, 3, 7.9, 30, 59.5, 60, 100, 1234.5, 50000, 3e6):
        for t in (1e-9, 1e-3, 0.1, 0.5, 1, 1.7, 1.74, 2, 5, 12, 30, 37):
            rows.append((t, degrees, student_p(t, degrees)))
    for degrees, t in ((5, 1e59), (40, 4e8), (97.3, 1.1e4), (1000, 55.0), (60000, 37.4)):
        rows.append((t, degrees, student_p(t, degrees)))
    rows = np.array(rows)
    close(2 * special.stdtr(rows[:, 1], -rows[:, 0])[rows[:, 2] > 1e-290], rows[rows[:, 2] > 1e-290, 2], 1e-10)
    return rows


def welch(random):
    """n, mean and variance of both samples; t, degrees, p by SciPy."""
    rows = []
    for n_a, n_b, shift, scale in ((2, 2, 0.3, 1), (2, 9, 1, 5), (3, 40, -2, 0.1), (25, 31, 0, 1), (200, 17, 0.5, 3),
                                   (3000, 2500, 0.2, 1.2), (900, 1100, 1.9, 1.1), (4000, 5000, -1, 0.7), (5, 5, 40, 0)):
        a, b = random.normal(3 + shift, 1, n_a), random.normal(3, 1, n_b) * scale
        moments = [n_a, a.mean(), a.var(ddof=1), n_b, b.mean(), b.var(ddof=1)]
        by_stats = stats.ttest_ind_from_stats(a.mean(), a.std(ddof=1), n_a, b.mean(), b.std(ddof=1), n_b, equal_var=False)
        t, p = stats.ttest_ind(a, b, equal_var=False)
        close(by_stats, (t, p), 1e-9)
        one, other = (mpmath.mpf(float(moments[2])) / n_a, mpmath.mpf(float(moments[5])) / n_b)
        exact_t = (mpmath.mpf(float(moments[1])) - mpmath.mpf(float(moments[4]))) / mpmath.sqrt(one + other)
        degrees = (one + other) ** 2 / (one**2 / (n_a - 1) + other**2 / (n_b - 1))
        tail = float(mpmath.betainc(degrees / 2, 0.5, 0, degrees / (degrees + exact_t**2), regularized=True))
        close((float(exact_t), tail), (t, p), 1e-9)
        rows.append([*moments, float(exact_t), float(degrees), tail])
    return rows


def smirnov(random):
    """Samples one after another, their sizes, distance by SciPy, p by SciPy's Kolmogorov function."""
    values, tests = [], []
    shapes = [(1, 1, 0), (1, 30, 0), (7, 5, 1), (40, 60, 0.2), (120, 90, 0.5), (230, 180, 3), (700, 700, 6), (50, 50, -9)]
    for place, (n_a, n_b, shift) in enumerate(shapes):
        digits = 1 if place % 2 else 3
        a, b = np.round(random.normal(shift, 1, n_a), digits), np.round(random.normal(0, 1, n_b), digits)
        distance = stats.ks_2samp(a, b, mode="asymp").statistic
        x = np.sqrt(n_a * n_b / (n_a + n_b)) * distance
        p = special.kolmogorov(x)
        close(p, kolmogorov(x), 1e-12)
        values += [*a, *b]
        tests.append((n_a, n_b, distance, p))
    same = [1, 2, 2, 3]
    values += same + same
    tests.append((4, 4, 0, 1))
    return values, tests


def adjusted(p):
    """By the definition: the least rate at which a test is still among the discoveries."""
    known = p[~np.isnan(p)]
    out = np.full(len(p), np.nan)
    for i, own in enumerate(p):
        if not np.isnan(own):
            out[i] = min(1, min(other * len(known) / np.sum(known <= other) for other in known if other >= own))
    for rate in (0.01, 0.05, 0.3):
        chosen = SelectFdr(lambda x, y: (known, known), alpha=rate).fit(np.zeros((2, len(known))), [0, 1])
        assert np.array_equal(chosen.get_support(), out[~np.isnan(p)] <= rate)
    return out


def main():
    random = np.random.default_rng(20260301)
    values, tests = smirnov(random)
    p = np.concatenate([random.uniform(0, 1, 30), random.uniform(0, 0.01, 12), [1e-300, 0, 1, 0.02, 0.02, 0.02, np.nan, np.nan]])
    random.shuffle(p)
    golden.write_arrays(
        "statistics.txt",
        golden.line("make_statistics.py", "numpy", "scipy", "sklearn", "mpmath"),
        [
            ("student", student()),
            ("welch", welch(random)),
            ("smirnov_values", values),
            ("smirnov", tests),
            ("p", p),
            ("adjusted", adjusted(p)),
        ],
    )


if __name__ == "__main__":
    main()
