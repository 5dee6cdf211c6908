#!/usr/bin/env python3
"""Writes the file that test_h5ad.c reads, by AnnData itself. Ends with 77 where it is not installed."""
import sys

try:
    import anndata
except ImportError:
    sys.exit(77)
import numpy as np
import pandas as pd
import scipy.sparse as sp

# Not sorted within a row, an explicit zero, an entry twice.
matrix = sp.csr_matrix(
    (
        np.array([3.0, 1.0, 0.0, 2.0, 2.0], dtype=np.float32),
        np.array([2, 0, 1, 1, 1], dtype=np.int32),
        np.array([0, 2, 2, 5], dtype=np.int32),
    ),
    shape=(3, 4),
)
obs = pd.DataFrame(
    {
        "sample": pd.Categorical(["t4_Center", None, "t4_Center"], categories=["PBMC", "t4_Center"]),
        "patient": ["Kürten", "b", "Kürten"],
        "batch": pd.Categorical([3, 1, 3]),
        "barcode": ["q", "p", "r"],
        "n_genes": np.array([2, 0, 1]),
        "passed": [True, False, True],
    },
    index=["1", "2", "3"],
)
data = anndata.AnnData(matrix, obs=obs, var=pd.DataFrame(index=list("wxyz")), dtype=np.float32)
data.write_h5ad(sys.argv[1], compression="gzip")
