"""Other methods beside the network, on the folds of its cross-validation; see README.md.

usage: baselines.py [OPTION]...    (run.sh builds what it needs and calls it)
"""
import argparse
import csv
import math
import shutil
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import h5py
import numpy as np

from baseline_methods import LIBRARIES, METHODS, Hallmark, Samples, judge
from crossval_tables import ALL, rows_of, standard_error
from losses import FOLDS, LOSSES, ROOT, simulated, tumour
from measure import on, run, show, stage_record
from training_data import HALLMARKS

FIGURES = "accuracy precision recall f1 balanced_accuracy auroc auprc".split()
TITLES = ["accuracy", "precision", "recall", "F1", "balanced accuracy", "AUROC", "AUPRC"]
OURS = "ridge (oncomark)"
THEIRS = "ridge (scikit-learn)"


def network_of(row):
    return f"network, {row['train.loss']} loss, learning rate {float(row['train.learning_rate']):g}"


def sweep_job(data, work):
    """The job with a sweep, which only a job file can name; a copy elsewhere names its paths in full."""
    text = data.job.read_text().replace("../../../shared", str(ROOT.parent / "shared"))
    sweep = f"sweep: {{train.loss: [{', '.join(LOSSES)}], train.learning_rate: [{', '.join(data.options.rates)}]}}"
    text = text.replace("sweep: {}", sweep) if "sweep: {}" in text else f"{text}crossval: {{{sweep}}}\n"
    job = work / f"{data.workdir.name}-sweep.yaml"
    job.write_text(text)
    return job


class Found:
    """Figures by (method, fold, hallmark), CPU seconds a fold by method, and of networks the folds in
    which the last epoch that the job allows was the best."""

    def __init__(self):
        self.figures, self.seconds, self.unfinished = {}, {}, {}

    def cells(self, methods, figure):
        """Folds and hallmarks in which all of these methods have the figure: a precision needs a call, so
        that means over what each method has would not be of the same samples."""
        return set.intersection(*(
            {(fold, hallmark) for (name, fold, hallmark), figures in self.figures.items()
             if name == method and not math.isnan(figures[figure])} for method in methods))

    def of_folds(self, method, figure, beside=()):
        """A mean over the hallmarks for every fold, as summary.csv has it; `beside`: of common cells."""
        values = defaultdict(list)
        for fold, hallmark in self.cells({method, *beside}, figure):
            values[fold].append(self.figures[method, fold, hallmark][figure])
        return [statistics.fmean(values[fold]) for fold in sorted(values)]

    def mean(self, method, figure, beside=()):
        values = self.of_folds(method, figure, beside)
        return statistics.fmean(values) if values else float("nan")

    def methods(self):
        return list(dict.fromkeys(method for method, _, _ in self.figures))


def figures_in(row):
    return {figure: float(row[figure] or "nan") for figure in FIGURES}


def add_networks(found, workdir):
    for row in rows_of(workdir, "folds"):
        name, fold = network_of(row), int(row["fold"])
        found.figures[name, fold, row["hallmark"]] = figures_in(row)
        folds = found.unfinished.setdefault(name, set())
        if row["kept_epoch"] == row["epochs"]:
            folds.add(fold)
    for row in rows_of(workdir, "summary"):
        if row["hallmark"] == ALL and row["metric"] in FIGURES:
            mean = found.mean(network_of(row), row["metric"])
            assert math.isclose(mean, float(row["mean"]), abs_tol=1e-12), (row, mean)


def seconds_a_fold(workdir, stage, n_folds):
    return sum(stage_record(workdir, stage)["cpu_seconds"]) / n_folds


def add_our_ridge(found, options, job, workdir, settings, n_folds):
    """Its seconds are with the fit of the job's own split, where that was not there."""
    if "\n  baseline " not in run([options.program, "--help"]).output:
        show("  `oncomark baseline`: this program has none")
        return
    on(options.ranks, [options.program, "baseline", job, *settings])
    with open(workdir / "baseline" / "folds.csv", newline="") as file:
        for row in csv.DictReader(file):
            if row["hallmark"] != ALL:
                found.figures[OURS, int(row["fold"]), row["hallmark"]] = figures_in(row)
    found.seconds[OURS] = seconds_a_fold(workdir, "baseline", n_folds)


class Fold:
    """What a training of the cross-validation learned from and was tested on."""

    def __init__(self, folder, number):
        self.number = number
        self.parts, self.tasks, self.labels = np.fromfile(folder / f"{number}.samples", np.uint8).reshape(3, -1)
        ranks = np.memmap(folder / f"{number}.ranks", np.uint16, "r")
        self.ranks = ranks.reshape(len(self.parts), -1)
        self.mean, self.sd = np.fromfile(folder / f"{number}.scale").reshape(2, -1)

    def check_test_part(self, workdir):
        """The program's results are of the same samples."""
        results = sorted((workdir / "crossval/tasks").glob(f"{self.number:03d}-*.h5ad"))
        assert results, self.number
        for path in results:
            with h5py.File(path, "r") as file:
                rows = file["obs/row"][:]
                assert np.array_equal(rows, np.flatnonzero(self.parts == 2)), path
                assert np.array_equal(file["obs/label"][:], self.labels[rows]), path

    def hallmark(self, name):
        """Z-scores and labels of its own samples."""
        parts = []
        for part in range(3):
            rows = np.flatnonzero((self.parts == part) & (self.tasks == HALLMARKS.index(name)))
            z = (np.log2(self.ranks[rows] / 2) - self.mean) / self.sd
            parts.append(Samples(z, self.labels[rows]))
        return Hallmark(*parts)


def judge_fold(folder, number, workdir, methods):
    """Figures by (method, fold, hallmark), and CPU seconds by method."""
    fold = Fold(folder, number)
    fold.check_test_part(workdir)
    figures, seconds = {}, dict.fromkeys(methods, 0.0)
    for name in HALLMARKS:
        hallmark = fold.hallmark(name)
        for method in methods:
            started = time.process_time()
            judged = judge(method, hallmark)
            seconds[method] += time.process_time() - started
            if judged:
                figures[method, number, name] = judged
    return figures, seconds


def add_methods(found, options, folder, workdir, n_folds):
    with ProcessPoolExecutor(options.ranks) as pool:
        jobs = [pool.submit(judge_fold, folder, fold + 1, workdir, options.methods) for fold in range(n_folds)]
        results = [job.result() for job in jobs]
    for figures, _ in results:
        found.figures |= figures
    for method in options.methods:
        found.seconds[method] = statistics.fmean(seconds[method] for _, seconds in results)


def compare(data, work, group):
    """Figures of all methods on the same folds."""
    options, workdir, found = data.options, data.workdir, Found()
    show(f"{data.title}: folds {FOLDS[group]}")
    job = sweep_job(data, work)
    settings = [*data.settings, f"--set=crossval.group={group}"]
    shutil.rmtree(workdir / "crossval", ignore_errors=True)  # results of other folds
    on(options.ranks, [options.program, "crossval", job, *settings])
    add_networks(found, workdir)
    folder = work / "folds"
    folder.mkdir()
    n_folds = len(run([options.build / "tests/bench/bench_folds", "--job", job, "--out", folder,
                       *settings]).output.splitlines())
    networks = found.methods()
    found.seconds |= dict.fromkeys(networks, seconds_a_fold(workdir, "crossval", n_folds) / len(networks))
    add_our_ridge(found, options, job, workdir, settings, n_folds)
    show(f"  other methods on {n_folds} folds")
    add_methods(found, options, folder, workdir, n_folds)
    shutil.rmtree(folder)
    return found


def rows_for(found):
    methods = found.methods()
    for method in methods:
        seconds = found.seconds.get(method)
        cells = [f"{found.mean(method, figure, methods):.3f}" for figure in FIGURES]
        yield [method, *cells, "-" if seconds is None else f"{seconds:.2g}"]


def remarks(found):
    """What the table does not say."""
    methods = found.methods()
    counts = [f"{title} {len(found.cells(methods, figure))}" for figure, title in zip(FIGURES, TITLES)]
    yield f"Folds x hallmarks in which all methods have the figure: {', '.join(counts)}."
    of_folds = [found.of_folds(method, "accuracy") for method in methods]
    errors = [standard_error(values) for values in of_folds if len(values) > 1]
    if errors:
        # As if folds were independent; so do the errors of losses.py.
        yield f"Standard errors of the accuracies, over the folds: {min(errors):.3f} to {max(errors):.3f}."
    for name, folds in found.unfinished.items():
        if folds:
            yield f"{name}: in {len(folds)} folds the last epoch was the best, so its training was not at its end."
    both = [(figures, found.figures[THEIRS, fold, hallmark]) for (method, fold, hallmark), figures
            in found.figures.items() if method == OURS and (THEIRS, fold, hallmark) in found.figures]
    if both:
        apart = max(abs(ours[figure] - theirs[figure]) for ours, theirs in both for figure in FIGURES
                    if not math.isnan(ours[figure] - theirs[figure]))
        yield f"Figures of the two ridge classifiers, fold by fold and hallmark, differ by at most {apart:.3g}."


def print_markdown(title, found):
    print(f"\n{title}\n\n| method | {' | '.join(TITLES)} | CPU s a fold |\n|---{'|---' * (len(TITLES) + 1)}|")
    for row in rows_for(found):
        print(f"| {' | '.join(row)} |")
    for remark in remarks(found):
        print(f"\n{remark}")


def write_csv(path, tables):
    with open(path, "w", newline="") as file:
        table = csv.writer(file)
        table.writerow("data group method fold hallmark figure value".split())
        for key, found in tables.items():
            for cell, figures in found.figures.items():
                table.writerows([*key, *cell, name, repr(float(value))] for name, value in figures.items())


def parse_arguments():
    parser = argparse.ArgumentParser(prog="run.sh baselines", description="Other methods beside the network.")
    parser.add_argument("--build", type=Path, required=True, help="build folder")
    parser.add_argument("--program", type=Path, help="oncomark to take (that of the build folder)")
    parser.add_argument("--quick", action="store_true", help="a small corpus, few folds")
    parser.add_argument("--real", action="store_true", help="the tumour cells of ../shared/data, too")
    parser.add_argument("--groups", default="patient", help=f"{','.join(FOLDS)}: how folds are drawn (patient)")
    parser.add_argument("--methods", default=",".join(METHODS), help="all but the networks and our ridge: "
                        + ",".join(METHODS))
    parser.add_argument("--rates", default="1.0e-4,1.0e-3", help="learning rates of the networks (1.0e-4,1.0e-3)")
    parser.add_argument("--ranks", type=int, default=2, help="and processes of the other methods")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE",
                        help="any other parameter of the jobs")
    parser.add_argument("--work", type=Path, help="folder for all data (bench in the build folder)")
    parser.add_argument("--keep", action="store_true", help="leave the data there")
    parser.add_argument("--out", type=Path, help="CSV file for all figures")
    options = parser.parse_args()
    options.program = (options.program or options.build / "src" / "oncomark").resolve()
    options.groups, options.methods, options.rates = (
        words.split(",") for words in (options.groups, options.methods, options.rates))
    unknown = {*options.groups} - {*FOLDS} or {*options.methods} - {*METHODS}
    if unknown:
        parser.error(f"found {', '.join(sorted(unknown))}, expected of {', '.join([*FOLDS, *METHODS])}")
    return options


def main():
    options = parse_arguments()
    parent = options.work or options.build / "bench"
    parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix="oncomark-baselines-", dir=parent.resolve()))
    tables = {}
    try:
        for make in (simulated, tumour) if options.real else (simulated,):
            data = make(options, work)
            for group in options.groups if data is not None else []:
                found = compare(data, work, group)
                tables[data.workdir.name, group] = found
                print_markdown(f"{data.title}, folds {FOLDS[group]}", found)
        print(f"\n({LIBRARIES})")
        if options.out:
            write_csv(options.out, tables)
    finally:
        if options.keep:
            show(f"data are in {work}")
        else:
            shutil.rmtree(work)


if __name__ == "__main__":
    sys.exit(main())
