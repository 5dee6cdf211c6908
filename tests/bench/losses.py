"""What the loss and the folds do: the README's table; see README.md.

usage: losses.py [OPTION]...    (run.sh builds what it needs and calls it)
"""
import argparse
import csv
import shutil
import sys
import tempfile
from pathlib import Path

from crossval_tables import CrossValidation
from measure import on, run, show

ROOT = Path(__file__).resolve().parent.parent.parent
LOSSES = ["masked", "published"]
FOLDS = {"none": "random", "patient": "by patient"}
CONTROL = ("masked", "patient")

# A corpus that is made, scored and learned in seconds.
QUICK_CORPUS = ["--cells=9000", "--samples=5", "--seed=7"]
QUICK_SETTINGS = ["synthetic.cells_per_sample=20", "synthetic.min_cells=20", "features.most_variable=1000",
                  "train.hidden=16", "train.head=8", "train.epochs=20", "train.learning_rate=1.0e-3",
                  "crossval.folds=4", "crossval.repeats=1"]


class Data:
    """A job up to its synthetic samples; cross-validations follow each other in its workdir."""

    def __init__(self, options, title, job, workdir, settings):
        self.options, self.title, self.job, self.workdir = options, title, job, workdir
        self.settings = [f"--set={setting}" for setting in (f"workdir={workdir}", *settings, *options.set)]
        for stage in ("ingest", "score", "threshold", "synthesize"):
            show(f"{title}: {stage}")
            on(options.ranks, [options.program, stage, job, *self.settings])

    def crossval(self, loss, group, permuted=False):
        show(f"{self.title}: loss {loss}, folds {FOLDS[group]}{', permuted labels' if permuted else ''}")
        whole = on(self.options.ranks, [
            self.options.program, "crossval", self.job, *self.settings, f"--set=train.loss={loss}",
            f"--set=crossval.group={group}", f"--set=crossval.permute_labels={str(permuted).lower()}"])
        show(f"  {whole.seconds:.0f} s")
        return CrossValidation(self.workdir)


def simulated(options, work):
    """The demo, or a small one."""
    run([options.program, "simulate", "--out", work / "demo" / "corpus", "--gene-sets",
         ROOT / "jobs/gene_sets/hallmarks.gmt", *(QUICK_CORPUS if options.quick else [])])
    job = work / "demo.yaml"
    text = (ROOT / "jobs/demo.yaml").read_text()
    job.write_text(text.replace("../work/demo", str(work / "demo")).replace(
        "gene_sets/", f"{ROOT}/jobs/gene_sets/"))
    title = "simulated, small" if options.quick else "simulated (`jobs/demo.yaml`)"
    return Data(options, title, job, work / "demo" / "results",
                QUICK_SETTINGS if options.quick else [])


def tumour(options, work):
    """None where the cells are not beside the project."""
    job = ROOT / "tests/e2e/shared.yaml"
    if not (ROOT / "../shared/data/Data_VanGalen2019_Hematologic").is_dir():
        show("tumour cells: skipped, there is no ../shared/data here")
        return None
    return Data(options, "tumour cells of four studies, blocks of 20", job, work / "tumour", [])


def table_row(title, loss, group, found):
    return (f"| {title} | {loss} | {FOLDS[group]} | {found.own:.3f} | {found.others:.3f} | "
            f"{found.accuracy:.3f} | {100 * found.agreement:.0f} % |")


def measure(data, table, controls, figures):
    for loss in LOSSES:
        for group in FOLDS:
            found = data.crossval(loss, group)
            is_first = (loss, group) == (LOSSES[0], next(iter(FOLDS)))
            table.append(table_row(data.title if is_first else "", loss, group, found))
            figures[data.workdir.name, loss, group, "no"] = found
    found = data.crossval(*CONTROL, permuted=True)
    figures[data.workdir.name, *CONTROL, "yes"] = found
    controls.append(f"Permuted labels, {data.title}, loss {CONTROL[0]}, folds {FOLDS[CONTROL[1]]}: mean AUROC "
                    f"{found.own:.3f}, standard error {found.hallmarks_error:.3f} (of the ten hallmarks' means).")


def write_csv(path, figures):
    with open(path, "w", newline="") as file:
        table = csv.writer(file)
        table.writerow("data loss group permuted figure value".split())
        for key, found in figures.items():
            table.writerows([*key, name, repr(value)] for name, value in found.figures().items())


def parse_arguments():
    parser = argparse.ArgumentParser(prog="run.sh losses", description="What the loss and the folds do.")
    parser.add_argument("--build", type=Path, required=True, help="build folder")
    parser.add_argument("--program", type=Path, help="oncomark to take (that of the build folder)")
    parser.add_argument("--quick", action="store_true", help="a small corpus, few folds; no tumour cells")
    parser.add_argument("--ranks", type=int, default=2)
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE",
                        help="any other parameter of the jobs")
    parser.add_argument("--work", type=Path, help="folder for all data (bench in the build folder)")
    parser.add_argument("--keep", action="store_true", help="leave the data there")
    parser.add_argument("--out", type=Path, help="CSV file for all figures")
    options = parser.parse_args()
    options.program = (options.program or options.build / "src" / "oncomark").resolve()
    return options


def main():
    options = parse_arguments()
    parent = options.work or options.build / "bench"
    parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix="oncomark-losses-", dir=parent.resolve()))
    table, controls, figures = [], [], {}
    try:
        for make in (simulated,) if options.quick else (simulated, tumour):
            data = make(options, work)
            if data is not None:
                measure(data, table, controls, figures)
        print("| data | loss | folds | own | others | accuracy | all ten calls agree |\n|---|---|---|---|---|---|---|")
        print("\n".join(table))
        print("\n" + "\n\n".join(controls))
        if options.out:
            write_csv(options.out, figures)
    finally:
        if options.keep:
            show(f"data are in {work}")
        else:
            shutil.rmtree(work)


if __name__ == "__main__":
    sys.exit(main())
