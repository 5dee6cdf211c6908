"""What the tables of a cross-validation say."""
import csv
import statistics
from collections import defaultdict

ALL = "all"


def rows_of(workdir, table):
    with open(workdir / "crossval" / f"{table}.csv", newline="") as file:
        return list(csv.DictReader(file))


def standard_error(values):
    """Of the mean of independent values."""
    return statistics.stdev(values) / len(values) ** 0.5


def means(pairs):
    """Mean of each key's values."""
    values = defaultdict(list)
    for key, value in pairs:
        values[key].append(value)
    return [statistics.fmean(group) for group in values.values()]


class CrossValidation:
    """Figures of a workdir's cross-validation of one setting, means over folds of means over hallmarks.

    own: AUROC of a hallmark's output on its own samples; others: of an output on the samples of the
    nine other hallmarks. own_error takes the folds as independent. hallmarks_error is that of `own`
    under permuted labels: each hallmark's are permuted apart, so that its means over the folds are
    draws of their own, which folds are not: they share labels and training samples.
    """

    def __init__(self, workdir):
        summary = {row["metric"]: float(row["mean"]) for row in rows_of(workdir, "summary")
                   if row["hallmark"] == ALL}
        self.own = summary["auroc"]
        self.accuracy = summary["accuracy"]
        self.agreement = summary["call_agreement"]
        pairs = rows_of(workdir, "cross_hallmark")
        self.others = statistics.fmean(float(row["auroc_mean"]) for row in pairs
                                       if row["head"] != row["task"] and row["auroc_mean"])
        # A fold without positive or without negative samples of a hallmark has no AUROC of it.
        cells = [(row["fold"], row["hallmark"], float(row["auroc"]))
                 for row in rows_of(workdir, "folds") if row["auroc"]]
        of_hallmarks = means((hallmark, auroc) for _, hallmark, auroc in cells)
        of_folds = means((fold, auroc) for fold, _, auroc in cells)
        self.own_error = standard_error(of_folds)
        self.hallmarks_error = standard_error(of_hallmarks)
        self.n_folds = len(of_folds)

    def figures(self):
        return {name: getattr(self, name) for name in (
            "own", "others", "accuracy", "agreement", "own_error", "hallmarks_error", "n_folds")}
