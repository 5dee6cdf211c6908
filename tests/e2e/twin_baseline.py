"""Ridge classifiers and the comparison with the network once more, by NumPy, SciPy and scikit-learn alone.

usage: twin_baseline.py JOB MOST_VARIABLE WORKDIR...
Checks baseline.h5 and baseline/*.csv of runs over one synthetic.h5ad, whose workdirs have split.csv and what is
compared. The job's seed, folds (without groups), penalties and bulk sets are read from the job file. Tolerances:
weights, intercepts and decisions 1e-8 of the largest, errors 1e-8 relative, figures 1e-12, as no two decisions are so
close that rounding changes their order.
"""
import sys
from pathlib import Path

import anndata
import h5py
import numpy as np
import pandas as pd
import yaml
from scipy.stats import ks_2samp, rankdata
from sklearn import metrics
from sklearn.linear_model import RidgeClassifier
from sklearn.preprocessing import StandardScaler

HALLMARKS = ["AIM", "DCE", "EGS", "GIM", "RCD", "SPS", "AID", "IA", "ERI", "TPI"]
FIGURES = ["accuracy", "precision", "recall", "specificity", "f1", "balanced_accuracy", "auroc", "auprc"]
FOLDS_PURPOSE = 9

job = yaml.safe_load(open(sys.argv[1]))
most_variable = int(sys.argv[2])
workdirs = [Path(name) for name in sys.argv[3:]]
seed, folds, repeats = job.get("seed", 42), job["crossval"]["folds"], job["crossval"]["repeats"]
parameters = job["baseline"]
penalties = np.geomspace(parameters["smallest_penalty"], parameters["largest_penalty"], parameters["penalties"])

synthetic = anndata.read_h5ad(workdirs[0] / "synthetic.h5ad")
task = np.array([HALLMARKS.index(code) for code in synthetic.obs["hallmark"]])
label = synthetic.obs["label"].to_numpy()
counts = synthetic.X.astype(np.float64)


def read(path):
    return pd.read_csv(path, float_precision="round_trip")


def order_by_variance(rows):
    # Exact: counts are whole numbers, n * sum of squares - square of the sum has the order of the variance.
    dense, n = counts[rows], rows.sum()
    total = np.asarray(dense.sum(axis=0)).ravel()
    squares = np.asarray(dense.multiply(dense).sum(axis=0)).ravel()
    variance = [int(n) * int(q) - int(t) ** 2 for q, t in zip(squares, total)]
    return sorted(range(len(variance)), key=lambda gene: (-variance[gene], gene))[:most_variable]


def select(rows):
    return sorted(set(order_by_variance(rows & (label == 1))) & set(order_by_variance(rows & (label == 0))))


def log2_ranks(values):
    return np.log2(rankdata(-values, axis=1))


class Classifiers:
    """parts: 0 training, 1 validation, 2 test; x: log2 ranks of all samples."""

    def __init__(self, parts, x):
        self.scaler = StandardScaler().fit(x[parts == 0])
        self.n_training = [int(((task == k) & (parts == 0)).sum()) for k in range(10)]
        self.n_validation = [int(((task == k) & (parts == 1)).sum()) for k in range(10)]
        self.fits, self.errors = [None] * 10, np.full((10, len(penalties)), np.nan)
        self.penalty, self.least = np.full(10, np.nan), np.full(10, np.nan)
        z = self.scaler.transform(x)
        for k in range(10):
            own, unseen = (task == k) & (parts == 0), (task == k) & (parts == 1)
            if len(set(label[own])) < 2:
                continue
            fits = [RidgeClassifier(alpha=alpha).fit(z[own], label[own]) for alpha in penalties]
            best = len(penalties) - 1
            if unseen.any():
                sign = 2 * label[unseen] - 1
                self.errors[k] = [np.mean((fit.decision_function(z[unseen]) - sign) ** 2) for fit in fits]
                best = np.flatnonzero(self.errors[k] == self.errors[k].min())[-1]
            self.fits[k], self.penalty[k], self.least[k] = fits[best], penalties[best], self.errors[k, best]

    def decide(self, x):
        z = self.scaler.transform(x)
        none = np.full(len(x), np.nan)
        return np.stack([none if fit is None else fit.decision_function(z) for fit in self.fits], axis=1)


def figures(positive, call, score):
    """positive, call: whether a sample is and is called. Without a classifier the numbers of samples alone."""
    sizes = {"n_positive": positive.sum(), "n_negative": (~positive).sum()}
    if np.isnan(score).any():
        return {**sizes, **dict.fromkeys([*FIGURES, "ks"], np.nan)}
    tp, fp = np.sum(call & positive), np.sum(call & ~positive)
    tn, fn = np.sum(~call & ~positive), np.sum(~call & positive)

    def ratio(part, whole):
        return part / whole if whole > 0 else np.nan

    both = positive.any() and not positive.all()
    recall, specificity = ratio(tp, tp + fn), ratio(tn, tn + fp)
    return {**sizes, "accuracy": ratio(tp + tn, len(call)), "precision": ratio(tp, tp + fp), "recall": recall,
            "specificity": specificity, "f1": ratio(2 * tp, 2 * tp + fp + fn),
            "balanced_accuracy": (recall + specificity) / 2,
            "auroc": metrics.roc_auc_score(positive, score) if both else np.nan,
            "auprc": metrics.average_precision_score(positive, score) if positive.any() else np.nan,
            "ks": ks_2samp(score[positive], score[~positive]).statistic if both else np.nan}


def figures_of(decisions, tasks, labels):
    """Of each hallmark's own decisions on its samples, in single precision as the network's."""
    rows = []
    for k in range(10):
        score = decisions[tasks == k, k].astype(np.float32)
        rows.append(figures(labels[tasks == k] == 1, score > 0, score))
    return pd.DataFrame(rows, index=HALLMARKS).drop(columns="ks")


def means(tables):
    """Of each of these tables, whose rows are the same things: figures over the rows of which all tables have the
    figure but those that have it in none, samples over the rows of which they have the accuracy."""
    def common(name):
        held = [table[name].notna() for table in tables if name in table and table[name].notna().any()]
        return np.logical_and.reduce(held) if held else np.zeros(len(tables[0]), bool)

    return [pd.Series({name: table[name][common("accuracy")].sum() if name.startswith("n_")
                       else table[name][common(name)].mean() for name in table}) for table in tables]


def compare(rows, data, expected):
    """The rows of {method: table by hallmark}, and "mean"; columns that are not expected are empty."""
    for (method, table), mean in zip(expected.items(), means(list(expected.values()))):
        found = rows(method, data)
        assert list(found["hallmark"]) == HALLMARKS + ["mean"], (method, data)
        found = found.set_index("hallmark")
        table = pd.concat([table, mean.to_frame("mean").T]).reindex(columns=["n_positive", "n_negative", *FIGURES, "ks"])
        for name in table:
            np.testing.assert_allclose(found[name].astype(float), table[name].astype(float), rtol=1e-12,
                                       err_msg=f"{method}, {data}: {name}")


# --- Philox and the folds, by what the papers and the header say of them


def philox(counter, key):
    a, b, c, d = counter
    key = list(key)
    for _ in range(10):
        p, q = 0xD2511F53 * a, 0xCD9E8D57 * c
        a, b, c, d = (q >> 32) ^ b ^ key[0], q & 0xFFFFFFFF, (p >> 32) ^ d ^ key[1], p & 0xFFFFFFFF
        key = [(key[0] + 0x9E3779B9) & 0xFFFFFFFF, (key[1] + 0xBB67AE85) & 0xFFFFFFFF]
    return a, b, c, d


def words(purpose, identity):
    mask = 2**64 - 1
    key = (seed + 0x9E3779B97F4A7C15 * (purpose + 1)) & mask
    key = ((key ^ (key >> 30)) * 0xBF58476D1CE4E5B9) & mask
    key = ((key ^ (key >> 27)) * 0x94D049BB133111EB) & mask
    key ^= key >> 31
    block = 0
    while True:
        out = philox((block, 0, identity & 0xFFFFFFFF, identity >> 32), (key & 0xFFFFFFFF, key >> 32))
        yield out[0] | out[1] << 32
        yield out[2] | out[3] << 32
        block += 1


def shuffled(rows, identity):
    random, rows = words(FOLDS_PURPOSE, identity), list(rows)
    for last in range(len(rows) - 1, 0, -1):
        bound = last + 1
        product = next(random) * bound
        while product % 2**64 < 2**64 % bound:
            product = next(random) * bound
        other = product >> 64
        rows[last], rows[other] = rows[other], rows[last]
    return rows


def parts_of_fold(index):
    parts, card = np.zeros(len(task), dtype=int), 0
    for kind in range(20):
        for row in shuffled(np.flatnonzero(2 * task + label == kind), index // folds * 20 + kind):
            if card % folds == index % folds:
                parts[row] = 2 if card // folds % 2 == 0 else 1
            card += 1
    return parts


# --- The stage's results


split = pd.read_csv(workdirs[0] / "split.csv")
assert list(split["synthetic_sample"]) == list(synthetic.obs_names)
parts = split["part"].map({"training": 0, "validation": 1, "test": 2}).to_numpy()
chosen = select(parts == 0)
genes = [synthetic.var_names[gene] for gene in chosen]
x = log2_ranks(counts[:, chosen].toarray())
main = Classifiers(parts, x)
test = np.flatnonzero(parts == 2)
decisions = main.decide(x[test])
n_dual = sum(n <= len(genes) for n in main.n_training)
print(f"{len(genes)} features; {n_dual} hallmarks have no more training samples than that; penalties "
      + " ".join(f"{penalty:g}" for penalty in main.penalty))

everything = np.ones(len(task), dtype=bool)
fold_chosen = select(everything)
fold_x = log2_ranks(counts[:, fold_chosen].toarray())
fold_parts = [parts_of_fold(index) for index in range(folds * repeats)]
fold_fits = [Classifiers(found, fold_x) for found in fold_parts]
fold_figures = [figures_of(fit.decide(fold_x[found == 2]), task[found == 2], label[found == 2])
                for fit, found in zip(fold_fits, fold_parts)]


def near(found, expected, what):
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-8 * np.nanmax(np.abs(expected)), err_msg=what)


def check_model(path):
    with h5py.File(path) as file:
        assert file.attrs["format"] == "oncomark baseline"
        assert [gene.decode() for gene in file["genes"][:]] == genes
        assert [code.decode() for code in file["hallmarks"][:]] == HALLMARKS
        np.testing.assert_allclose(file["mean"][:], main.scaler.mean_, rtol=1e-11)
        np.testing.assert_allclose(file["sd"][:], main.scaler.scale_, rtol=1e-9)
        np.testing.assert_allclose(file["penalty"][:], main.penalty, rtol=1e-12)
        np.testing.assert_allclose(file["penalties"][:], penalties, rtol=1e-12)
        np.testing.assert_allclose(file["errors"][:], main.errors, rtol=1e-8)
        weights, intercept = file["weights"][:], file["intercept"][:]
        for k, fit in enumerate(main.fits):
            near(weights[k], np.zeros(len(genes)) if fit is None else fit.coef_[0], HALLMARKS[k])
            near(intercept[k], 0 if fit is None else fit.intercept_[0], HALLMARKS[k])
        assert list(file["n_training"][:]) == main.n_training and list(file["n_validation"][:]) == main.n_validation
        np.testing.assert_array_equal(file["test_row"][:], test)
        np.testing.assert_array_equal(file["test_task"][:], task[test])
        np.testing.assert_array_equal(file["test_label"][:], label[test])
        near(file["test_decision"][:], decisions, "decisions")


def check_penalties(table):
    assert list(table["hallmark"]) == [code for code in HALLMARKS for _ in penalties]
    for name, values in (("n_training", main.n_training), ("n_validation", main.n_validation)):
        assert list(table[name]) == list(np.repeat(values, len(penalties))), name
    np.testing.assert_allclose(table["penalty"], np.tile(penalties, 10), rtol=1e-12)
    np.testing.assert_allclose(table["validation_error"], main.errors.ravel(), rtol=1e-8)
    assert list(table["chosen"]) == list((main.penalty[:, None] == penalties).ravel().astype(int))


def check_folds(table):
    assert len(table) == 10 * folds * repeats and list(table.columns)[-8:] == FIGURES
    for index, (fit, expected) in enumerate(zip(fold_fits, fold_figures)):
        rows = table[10 * index : 10 * index + 10]
        assert (rows["fold"] == index + 1).all()
        assert (rows["fold_name"] == f"repeat {index // folds + 1}, fold {index % folds + 1}").all()
        assert list(rows["hallmark"]) == HALLMARKS
        assert list(rows["n_training"]) == fit.n_training and list(rows["n_validation"]) == fit.n_validation
        assert (rows["n_features"] == len(fold_chosen)).all()
        np.testing.assert_allclose(rows["penalty"], fit.penalty, rtol=1e-12)
        np.testing.assert_allclose(rows["validation_error"], fit.least, rtol=1e-8)
        for name in expected:
            np.testing.assert_allclose(rows[name], expected[name], rtol=1e-12, err_msg=f"fold {index}: {name}")


def means_over(folds_of):
    """{method: tables of folds} to {method: table of means}."""
    found = {method: [] for method in folds_of}
    for code in HALLMARKS:
        each = [pd.DataFrame([table.loc[code] for table in tables]).reset_index(drop=True)
                for tables in folds_of.values()]
        for method, mean in zip(found, means(each)):
            found[method].append(mean)
    return {method: pd.DataFrame(rows, HALLMARKS) for method, rows in found.items()}


def profiles(table):
    """Features of profiles in rows: case ignored, the first of duplicated genes, 0 where one is missing."""
    table = table.set_axis(table.columns.str.upper(), axis=1)
    table = table.loc[:, ~table.columns.duplicated()]
    return log2_ranks(table.reindex(columns=genes, fill_value=0).to_numpy(dtype=float))


def from_table(table, negative):
    """The network's rows of another table of ours, which has no specificity; `negative`: its columns of those calls."""
    table = table.set_index("hallmark").loc[HALLMARKS]
    return table.assign(specificity=table[negative[0]] / table[negative].sum(axis=1).where(lambda n: n > 0))


def check_external(workdir, rows):
    pooled = anndata.read_h5ad(workdir / "validate/pooled.h5ad")
    score = main.decide(profiles(pooled.to_df()))
    tasks = np.array([HALLMARKS.index(code) for code in pooled.obs["hallmark"]])
    ridge = figures_of(score, tasks, pooled.obs["label"].to_numpy())
    given = read(workdir / "validate/external_predictions.csv")
    expected = []
    for code in HALLMARKS:
        own = given[given["hallmark"] == code]
        expected.append(figures((own["label"] == 1).to_numpy(), (own[code] > 0.5).to_numpy(), own[code].to_numpy()))
    network = pd.DataFrame(expected, HALLMARKS).drop(columns="ks")
    compare(rows, "external", {"ridge": ridge, "network (masked)": network})


def check_bulk(workdir, rows):
    tables = [(pd.read_csv(entry["path"], index_col=0).T, entry["class"]) for entry in job["validate"]["bulk"]]
    score = np.concatenate([main.decide(profiles(table)) for table, _ in tables])
    cancer = np.concatenate([np.full(len(table), kind == "cancer") for table, kind in tables])
    expected = [figures(cancer, score[:, k] > 0, score[:, k]) for k in range(10)]
    ridge = pd.DataFrame(expected, HALLMARKS).drop(columns="auprc")
    given = read(workdir / "validate/bulk_predictions.csv")
    cancer = (given["class"] == "cancer").to_numpy()
    expected = [figures(cancer, (given[code] > 0.5).to_numpy(), given[code].to_numpy()) for code in HALLMARKS]
    network = pd.DataFrame(expected, HALLMARKS).drop(columns="auprc")
    compare(rows, "bulk", {"ridge": ridge, "network (masked)": network})


def check_comparison(workdir, table):
    def rows(method, data):
        return table[(table["method"] == method) & (table["data"] == data)]

    kinds = list(dict.fromkeys(zip(table["data"], table["method"])))
    on_folds = {"ridge": fold_figures}
    if ("folds", "network (masked)") in kinds:
        own = read(workdir / "crossval/folds.csv")
        own = own[own["train.hidden"] == job["train"]["hidden"]]
        for loss in ("masked", "published"):
            each = own[own["train.loss"] == loss].groupby("fold")
            on_folds[f"network ({loss})"] = [from_table(fold, ["tn", "fp"])[fold_figures[0].columns] for _, fold in each]
    compare(rows, "folds", means_over(on_folds))
    on_test = {"ridge": figures_of(decisions, task[test], label[test])}
    if ("test", "network (masked)") in kinds:
        own = read(workdir / "test.csv").rename(
            columns={"n_pos": "n_positive", "n_neg": "n_negative", "average_precision": "auprc"})
        own = from_table(own[own["hallmark"] == own["task"]], ["true_neg", "false_pos"])
        on_test["network (masked)"] = own[fold_figures[0].columns]
        check_external(workdir, rows)
        check_bulk(workdir, rows)
    compare(rows, "test", on_test)
    return kinds


for workdir in workdirs:
    check_model(workdir / "baseline.h5")
    check_penalties(read(workdir / "baseline/penalties.csv"))
    check_folds(read(workdir / "baseline/folds.csv"))
    kinds = check_comparison(workdir, read(workdir / "baseline/comparison.csv"))
    print(f"{workdir}: " + ", ".join(f"{method} on {data}" for data, method in kinds))
for result in sorted((workdirs[0] / "crossval/tasks").glob("*.h5ad")):
    rows = anndata.read_h5ad(result).obs["row"].to_numpy()
    found = np.flatnonzero(fold_parts[int(result.name[:3]) - 1] == 2)
    np.testing.assert_array_equal(rows, found, err_msg="folds are drawn otherwise")
