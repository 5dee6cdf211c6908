"""Metrics of made-up folds by scikit-learn, and their mean and sd by NumPy: crossval.txt."""

import warnings

import numpy as np
from scipy.special import expit
from sklearn import metrics
from sklearn.calibration import calibration_curve

import golden

N_FOLDS, N_TASKS, BINS = 3, 10, 10


def defined(metric, *arguments, **options):
    """NaN where scikit-learn raises, or warns that the metric is ill-defined."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            return metric(*arguments, **options)
        except (ValueError, UserWarning):
            return np.nan


def figures(label, logit):
    """accuracy, precision, recall, F1, balanced accuracy, ROC AUC, PR AUC, Brier score"""
    if len(label) == 0:
        return [np.nan] * 8
    p = expit(logit)
    call = (p > 0.5).astype(int)
    recall = [defined(metrics.recall_score, label, call, pos_label=k) for k in (1, 0)]
    return [
        metrics.accuracy_score(label, call),
        defined(metrics.precision_score, label, call),
        recall[0],
        defined(metrics.f1_score, label, call),
        np.mean(recall),
        defined(metrics.roc_auc_score, label, logit),
        defined(metrics.average_precision_score, label, logit),
        metrics.brier_score_loss(label, p, pos_label=1),
    ]


def calibration(label, logit):
    """For each bin: samples, positives, mean probability."""
    p = expit(logit)
    edges = np.linspace(0, 1, BINS + 1)
    n = np.bincount(np.digitize(p, edges[1:-1], right=True), minlength=BINS).astype(float)
    positive, mean = np.zeros(BINS), np.full(BINS, np.nan)
    if len(p):
        shares, mean[n > 0] = calibration_curve(label, p, n_bins=BINS, strategy="uniform")
        positive[n > 0] = np.round(shares * n[n > 0])
    return np.stack([n, positive, mean], axis=1)


def agreement(logits):
    positive = (logits > 0).sum(axis=1)
    return np.mean((positive == 0) | (positive == N_TASKS)) if len(logits) else np.nan


def fold(random, number):
    """Samples with ties and logits of 0. Task 7 has no positives, task 8 one sample (none in fold 0),
    head 9 says the same of all; in fold 1 task 5 has positives only."""
    task = np.repeat(np.arange(N_TASKS), [12, 9, 14, 10, 8, 11, 13, 6, 0 if number == 0 else 1, 10])
    label = random.integers(0, 2, len(task))
    for k in range(N_TASKS):
        label[np.flatnonzero(task == k)[:2]] = [0, 1][: (task == k).sum()]
    label[task == 7] = 0
    label[(task == 5) & (number == 1)] = 1
    common = random.normal(2.0 * label - 1.0, 1.2)[:, None]
    logits = np.round((2 * common + random.normal(0, 1, (len(task), N_TASKS))) * 2) / 2 + 0.0
    logits[:, 9] = 0.5 if number == 2 else 0
    order = random.permutation(len(task))
    return task[order], label[order], logits[order].astype(np.float32).astype(np.float64)


def mean_and_sd(values):
    """Over the first axis: number of folds, mean, sd with n - 1; shape [..., 3]."""
    n = np.sum(~np.isnan(values), axis=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        mean, sd = np.nanmean(values, axis=0), np.nanstd(values, axis=0, ddof=1)
    return np.stack([n, mean, sd], axis=-1)


def main():
    random = np.random.default_rng(20251)
    folds = [fold(random, number) for number in range(N_FOLDS)]
    arrays = []
    matrix = np.empty((N_FOLDS, N_TASKS, N_TASKS, 8))
    confusion = np.zeros((N_FOLDS, N_TASKS, N_TASKS, 4))
    agree = np.empty((N_FOLDS, N_TASKS + 1, 1))
    for f, (task, label, logits) in enumerate(folds):
        arrays += [(f"task_{f}", task), (f"label_{f}", label), (f"logits_{f}", logits)]
        agree[f, N_TASKS] = agreement(logits)
        for k in range(N_TASKS):
            rows = task == k
            agree[f, k] = agreement(logits[rows])
            for head in range(N_TASKS):
                matrix[f, head, k] = figures(label[rows], logits[rows, head])
                if rows.any():
                    confusion[f, head, k] = metrics.confusion_matrix(
                        label[rows], logits[rows, head] > 0, labels=[0, 1]).ravel()

    own = np.stack([matrix[:, k, k] for k in range(N_TASKS)], axis=1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        own = np.concatenate([own, np.nanmean(own, axis=1, keepdims=True)], axis=1)
    bins = np.empty((N_TASKS + 1, BINS, 3))
    pooled = [[], []]
    for k in range(N_TASKS):
        label = np.concatenate([label[task == k] for task, label, _ in folds])
        logit = np.concatenate([logits[task == k, k] for task, _, logits in folds])
        bins[k] = calibration(label, logit)
        pooled[0].append(label)
        pooled[1].append(logit)
    bins[N_TASKS] = calibration(*map(np.concatenate, pooled))

    arrays += [
        ("confusion", confusion),
        ("metrics", matrix),
        ("call_agreement", agree),
        ("summary", mean_and_sd(np.concatenate([own, agree], axis=2))),
        ("cross_auroc", mean_and_sd(matrix[..., 5])),
        ("cross_balanced_accuracy", mean_and_sd(matrix[..., 4])),
        ("calibration", bins),
    ]
    heading = golden.line("make_crossval.py", "numpy", "scipy", "sklearn")
    golden.write_arrays("crossval.txt", heading, arrays)


if __name__ == "__main__":
    main()
