"""Classifiers of one hallmark's samples, for tables beside the network's.

Every method takes z-scores and labels (0, 1) of the training and the validation part and z-scores of
the test part, and gives the test samples' scores; calls are scores > 0. What a method has to choose,
a penalty or a number of trees, it chooses by its own loss on the validation part; of equals the
stronger penalty, the fewer trees.
"""
import warnings
from collections import namedtuple

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.metrics import average_precision_score, roc_auc_score
from sklearn.svm import SVC

try:
    import xgboost
except Exception:  # of its own kind where a library of it is missing
    xgboost = None

Samples = namedtuple("Samples", "z labels")
Hallmark = namedtuple("Hallmark", "training validation test")

PENALTIES = np.geomspace(1e6, 1, 7)  # as the job's default, from the strongest
FOREST_TREES = 500
ROUNDS = 50  # of boosting, at most
LEAVES = 8
SEED = 1


def squared_error(scores, labels):
    return ((scores - (2.0 * labels - 1)) ** 2).sum()


def log_loss(scores, labels):
    return np.logaddexp(0, scores).sum() - (labels * scores).sum()


def hinge_loss(scores, labels):
    return np.maximum(0, 1 - (2.0 * labels - 1) * scores).sum()


def best_penalty(hallmark, make, loss):
    """Test scores of the model whose penalty has the least loss in the validation part."""
    best, scores = None, None
    for penalty in PENALTIES:
        model = make(penalty).fit(*hallmark.training)
        found = 0.0
        if len(hallmark.validation.labels):
            found = loss(model.decision_function(hallmark.validation.z), hallmark.validation.labels)
        if best is None or found < best:
            best, scores = found, model.decision_function(hallmark.test.z)
    return scores


def turned(hallmark):
    """The same samples on the axes that the training samples span: what has a quadratic penalty
    gives the same scores there, from as many features as there are samples."""
    own = hallmark.training.z
    values, vectors = np.linalg.eigh(own @ own.T)
    kept = values > 1e-12 * values[-1]
    axes = vectors[:, kept] / np.sqrt(values[kept])
    return Hallmark(*(Samples((part.z @ own.T) @ axes, part.labels) for part in hallmark))


def ridge(hallmark):
    return best_penalty(hallmark, lambda penalty: RidgeClassifier(alpha=penalty), squared_error)


def logistic_regression(hallmark):
    return best_penalty(turned(hallmark), lambda penalty: LogisticRegression(
        C=1 / penalty, solver="newton-cholesky"), log_loss)


def linear_svm(hallmark):
    return best_penalty(turned(hallmark), lambda penalty: SVC(kernel="linear", C=1 / penalty), hinge_loss)


def random_forest(hallmark):
    """Its scores are shares of trees, less a half."""
    forest = RandomForestClassifier(FOREST_TREES, random_state=SEED).fit(*hallmark.training)
    return forest.predict_proba(hallmark.test.z)[:, 1] - 0.5


def best_round(hallmark, scores_of):
    """Test scores after the number of rounds with the least loss in the validation part;
    `scores_of` gives a part's scores [rounds x samples]."""
    best = ROUNDS - 1
    if len(hallmark.validation.labels):
        best = np.argmin([log_loss(scores, hallmark.validation.labels)
                          for scores in scores_of(hallmark.validation.z)])
    return scores_of(hallmark.test.z)[best]


def boosting_by_sklearn(hallmark):
    model = HistGradientBoostingClassifier(
        learning_rate=0.2, max_iter=ROUNDS, max_leaf_nodes=LEAVES, min_samples_leaf=5, max_bins=32,
        early_stopping=False, random_state=SEED).fit(*hallmark.training)
    return best_round(hallmark, lambda z: np.array([
        scores[:, 0] if scores.ndim == 2 else scores for scores in model.staged_decision_function(z)]))


def boosting_by_xgboost(hallmark):
    model = xgboost.XGBClassifier(
        learning_rate=0.2, n_estimators=ROUNDS, max_leaves=LEAVES, max_depth=0, grow_policy="lossguide",
        tree_method="hist", max_bin=32, n_jobs=1, random_state=SEED).fit(*hallmark.training)

    def scores_of(z):
        return np.array([model.predict(z, output_margin=True, iteration_range=(0, n + 1))
                         for n in range(ROUNDS)])

    return best_round(hallmark, scores_of)


METHODS = {
    "ridge (scikit-learn)": ridge,
    "logistic regression": logistic_regression,
    "linear SVM": linear_svm,
    "random forest": random_forest,
    "gradient boosting": boosting_by_xgboost if xgboost else boosting_by_sklearn,
}
LIBRARIES = f"forest: {FOREST_TREES} trees; boosting: {'xgboost' if xgboost else 'scikit-learn, histograms'}, " \
            f"at most {ROUNDS} rounds of {LEAVES} leaves"


def share(part, whole):
    return part / whole if whole else float("nan")


def metrics(scores, labels):
    """As the tables of `oncomark crossval`: not a number where there is nothing to divide by."""
    calls = scores > 0
    positive = labels == 1
    tp, fp = (calls & positive).sum(), (calls & ~positive).sum()
    fn, tn = (~calls & positive).sum(), (~calls & ~positive).sum()
    both = positive.any() and not positive.all()
    return {
        "accuracy": share(tp + tn, len(labels)),
        "precision": share(tp, tp + fp),
        "recall": share(tp, tp + fn),
        "f1": share(2 * tp, 2 * tp + fp + fn),
        "balanced_accuracy": (share(tp, tp + fn) + share(tn, tn + fp)) / 2,
        "auroc": roc_auc_score(labels, scores) if both else float("nan"),
        "auprc": average_precision_score(labels, scores) if positive.any() else float("nan"),
    }


def judge(method, hallmark):
    """None where a hallmark has one label to learn from."""
    if len(set(hallmark.training.labels)) < 2 or not len(hallmark.test.labels):
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        scores = METHODS[method](hallmark)
    return metrics(scores, hallmark.test.labels)
