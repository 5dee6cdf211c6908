#!/usr/bin/python3
"""Makes thresholds.txt, thresholds_expected.csv: Otsu by scikit-image of whole vectors and of their halves."""
import numpy as np
from skimage.filters import threshold_otsu

import golden

HEADING = golden.line("make_thresholds.py", "numpy", "skimage")


def make_vectors(random):
    bimodal = np.concatenate([random.normal(0.15, 0.03, 600), random.normal(0.4, 0.05, 401)])
    sparse = np.where(random.uniform(size=500) < 0.7, 0.0, random.beta(2, 8, 500))
    return {
        "one": np.array([0.3]),
        "two_values": np.array([0.2, 0.7]),
        "two_values_many": np.repeat([0.7, 0.2], [4, 9]),
        "three": np.array([0.9, 0.1, 0.4]),
        "constant": np.full(17, 0.25),
        "zeros": np.zeros(10),
        "lower_half_constant": np.concatenate([np.zeros(20), np.linspace(0.1, 0.9, 15)]),
        "ties": random.integers(0, 7, 101) / 7,
        "tenths": random.integers(0, 11, 200) / 10,
        "bin_edges": random.permutation(np.arange(257)) / 256,
        "symmetric": np.concatenate([np.full(5, 0.1), np.full(5, 0.5), np.full(5, 0.9)]),
        "heavy_zeros": sparse,
        "narrow": 0.125 + 1e-9 * random.uniform(size=64),
        "odd": random.beta(2, 5, 33),
        "even": random.beta(2, 5, 34),
        "bimodal": random.permutation(np.clip(bimodal, 0, 1)),
        "large": random.beta(1.2, 6, 1001),
    }


def otsu(values):
    """As text; empty where there is no value."""
    return f"{threshold_otsu(values, nbins=256):.17g}" if len(values) else ""


def main():
    vectors = make_vectors(np.random.default_rng(20250118))
    golden.write_arrays("thresholds.txt", HEADING, vectors.items())
    with open("thresholds_expected.csv", "w") as file:
        file.write(f"# {HEADING}\nname,n,whole,low,high\n")
        for name, values in vectors.items():
            ordered = np.sort(values)
            half = len(values) // 2
            fields = [otsu(values), otsu(ordered[:half]), otsu(ordered[half:])]
            file.write(",".join([name, str(len(values)), *fields]) + "\n")


if __name__ == "__main__":
    main()
