"""Scores and QC of real cells against the real UCell's scores and the authors' own gene counts.

usage: shared_scores.py SHARED WORKDIR GOLDEN_VARIANT
"""
import sys
from pathlib import Path

import anndata
import numpy as np
import pandas as pd

shared, workdir, variant = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
for golden_file in sorted((shared / "golden").glob(f"*_{variant}.csv.gz")):
    folder = golden_file.name[:-len(f"_{variant}.csv.gz")]
    golden = pd.read_csv(golden_file, index_col=0, float_precision="round_trip")
    scores = anndata.read_h5ad(workdir / "scores" / f"{folder[len('Data_'):]}.h5ad")
    ours = pd.DataFrame(scores.X, index=scores.obs_names, columns=scores.var_names)
    ours = ours[~ours.index.duplicated()].loc[golden.index.astype(str), golden.columns]
    difference = np.abs(ours.to_numpy() - golden.to_numpy()).max()
    print(f"{folder} {variant}: {len(golden)} cells, largest difference {difference:.2e}")
    assert difference <= 1e-12

scores = anndata.read_h5ad(workdir / "scores" / "VanGalen2019_Hematologic.h5ad")
cells = pd.read_csv(shared / "data" / "Data_VanGalen2019_Hematologic" / "Cells.csv")
assert (scores.obs["n_genes_raw"].to_numpy() == cells["complexity"].to_numpy()).all()
