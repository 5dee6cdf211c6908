"""Reference values of scikit-learn's metrics: metrics.txt."""

import numpy
import sklearn
from sklearn import metrics


def write(file, name, values):
    values = numpy.atleast_1d(numpy.asarray(values, dtype=numpy.float64)).ravel()
    file.write(f"{name} {len(values)}\n")
    file.write(" ".join("%.17g" % value for value in values) + "\n")


def case(random, n, share, decimals):
    """Labels and float32 scores; few decimals make ties, some of them at 0.5."""
    label = (random.random(n) < share).astype(int)
    label[:2] = [0, 1]
    score = numpy.clip(random.normal(0.35 + 0.25 * label, 0.2), 0, 1)
    return label, numpy.round(score, decimals).astype(numpy.float32)


def main():
    random = numpy.random.default_rng(20250)
    with open("metrics.txt", "w", encoding="utf-8") as file:
        file.write(f"# scikit-learn {sklearn.__version__}, numpy {numpy.__version__}\n")
        for i, (n, share, decimals) in enumerate([(60, 0.5, 1), (500, 0.1, 2), (300, 0.8, 7)]):
            label, score = case(random, n, share, decimals)
            call = (score > 0.5).astype(int)
            write(file, f"label_{i}", label)
            write(file, f"score_{i}", score)
            write(file, f"confusion_{i}", metrics.confusion_matrix(label, call))
            write(file, f"expected_{i}", [
                metrics.accuracy_score(label, call),
                metrics.precision_score(label, call),
                metrics.recall_score(label, call),
                metrics.f1_score(label, call),
                metrics.balanced_accuracy_score(label, call),
                metrics.roc_auc_score(label, score),
                metrics.average_precision_score(label, score),
            ])


if __name__ == "__main__":
    main()
