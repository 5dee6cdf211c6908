"""The line of versions that heads every golden file."""
import importlib
import platform


def line(script, *modules):
    found = [f"Python {platform.python_version()}"]
    found += [f"{name} {importlib.import_module(name).__version__}" for name in modules]
    return f"made by {script} with " + ", ".join(found)


def write_arrays(path, heading, arrays):
    """`arrays`: (name, array) pairs, in the format of README.md."""
    import numpy as np

    with open(path, "w") as file:
        file.write(f"# {heading}\n")
        for name, values in arrays:
            values = np.atleast_1d(np.asarray(values, dtype=np.float64))
            file.write(" ".join([name, *map(str, values.shape)]) + "\n")
            for row in values.reshape(-1, values.shape[-1]):
                file.write(" ".join(f"{value:.17g}" for value in row) + "\n")
