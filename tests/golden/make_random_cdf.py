"""Writes random_cdf.csv: exact distribution functions for tests/unit/base/test_random.c (SciPy 1.10.1).

Run by hand: /usr/bin/python3 make_random_cdf.py > random_cdf.csv
"""
import numpy as np
from scipy import stats

PROBABILITIES = np.linspace(0.02, 0.98, 49)


def rows(name, parameter, distribution, discrete):
    points = np.unique(distribution.ppf(PROBABILITIES))
    if not discrete:
        points = np.array([float(f"{point:.6g}") for point in points])
    for point in np.unique(points):
        print(f"{name},{parameter},{float(point)!r},{distribution.cdf(point):.15g}")


print("distribution,parameter,x,cdf")
rows("normal", 0, stats.norm(), False)
for shape in (0.05, 0.5, 1, 1.5, 7.25, 300):
    rows("gamma", shape, stats.gamma(shape), False)
for mean in (0.01, 0.7, 4, 9.99, 10, 37.5, 1000, 250000):
    rows("poisson", mean, stats.poisson(mean), True)
