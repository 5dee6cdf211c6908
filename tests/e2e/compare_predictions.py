"""usage: compare_predictions.py FOUND.csv EXPECTED.csv: the same profiles and, to float32 accuracy, values."""
import sys

import numpy as np
import pandas as pd

found, expected = (pd.read_csv(path, index_col="profile") for path in sys.argv[1:])
assert list(found.index) == list(expected.index) and list(found.columns) == list(expected.columns)
np.testing.assert_allclose(found.to_numpy(), expected.to_numpy(), atol=2e-5)
