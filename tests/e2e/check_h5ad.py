#!/usr/bin/env python3
"""Opens .h5ad files with anndata and checks what AnnData's users rely on.

usage: check_h5ad.py FILE.h5ad...      prints a line a file; ends with 1 and the reason where one is wrong,
                                       with 77 where anndata is not installed
"""
import sys
import warnings

try:
    import anndata
except ImportError:
    print("SKIPPED: anndata is not installed")
    sys.exit(77)
import h5py
import numpy as np
import pandas as pd
import scipy.sparse as sp

INTEGERS = {"n_genes_raw", "n_genes", "n_found", "label", "block"}
CATEGORIES = {"sample", "patient", "data_set", "study", "tissue", "hallmark"}
STRINGS = {"data_set", "study", "tissue", "values", "formula"}


def require(condition, reason):
    if not condition:
        raise ValueError(reason)


def check_encodings(path):
    """Every object says what it is, so that later versions of anndata need not guess."""

    def visit(name, item):
        parent = item.parent.attrs.get("encoding-type", "")
        # A column name with a slash makes a bare group, as it does in anndata 0.8.
        bare = parent == "dataframe" and isinstance(item, h5py.Group) and not item.attrs
        if parent != "csr_matrix" and not bare:
            require("encoding-type" in item.attrs, f"{name} has no encoding-type")
            require("encoding-version" in item.attrs, f"{name} has no encoding-version")

    with h5py.File(path) as file:
        require(file.attrs["encoding-type"] == "anndata", "the root is no anndata")
        file.visititems(visit)


def check_matrix(matrix, shape):
    require(matrix.shape == shape, f"X is {matrix.shape}, obs and var say {shape}")
    if sp.issparse(matrix):
        require(matrix.format == "csr", f"X is {matrix.format}")
        require(matrix.indptr[0] == 0 and matrix.indptr[-1] == matrix.nnz, "indptr does not close")
        require((np.diff(matrix.indptr) >= 0).all(), "indptr goes down")
        matrix.check_format(full_check=True)
        require(matrix.has_sorted_indices, "indices are not sorted")
        require(matrix.nnz == 0 or matrix.data.min() > 0, "X has explicit zeros or negative values")
    else:
        require(matrix.dtype == np.float64, f"X is {matrix.dtype}")
        require(np.isfinite(matrix).all(), "X is not finite")


def check_columns(frame):
    require(frame.index.name is not None, "the index has no name")
    for name in frame.columns:
        column = frame[name]
        if name in CATEGORIES:
            require(isinstance(column.dtype, pd.CategoricalDtype), f"{name} is not categorical")
        if name in INTEGERS:
            require(column.dtype == np.int64, f"{name} is {column.dtype}")
        if name == "passed":
            require(column.dtype == bool, f"{name} is {column.dtype}")


def check_file(path):
    check_encodings(path)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", message=".*names are not unique.*")
        data = anndata.read_h5ad(path)
    check_matrix(data.X, (data.n_obs, data.n_vars))
    check_columns(data.obs)
    check_columns(data.var)
    for key in STRINGS & set(data.uns):
        require(isinstance(data.uns[key], str), f"uns/{key} is no string")
    print(f"{path}: {data.n_obs} x {data.n_vars}, obs {list(data.obs.columns)}, uns {sorted(data.uns)}")


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        try:
            check_file(argument)
        except Exception as error:
            sys.exit(f"{argument}: {error}")
