"""Measures the stages from matrix files to synthetic samples, training, and linear algebra; see README.md.

usage: bench.py stages|scaling|thresholds|training|crossval|linalg [OPTION]...
(run.sh builds what it needs and calls it)
"""
import argparse
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

from crossval_time import bench_crossval
from linalg import bench_linalg
from linalg_report import PEERS
from measure import Figures, on, run, show, stage_record
from report import PIPELINE, report_scaling, report_stages, report_thresholds
from training import bench_training
from training_report import report_training

HERE = Path(__file__).resolve().parent
GENE_SETS = HERE.parent.parent / "jobs" / "gene_sets" / "hallmarks.gmt"
MIB = 1 << 20


def add_training_arguments(group):
    group.add_argument("--samples", type=int, help="synthetic samples; training: 8000; linalg: 20000; "
                       "crossval: 67930, as published")
    group.add_argument("--features", type=int, default=9326)
    group.add_argument("--genes", type=int, default=11000)
    group.add_argument("--epochs", type=int, default=6)
    group.add_argument("--folds", type=int, default=3, help="of crossval, in training and linalg")
    group.add_argument("--task-epochs", metavar="N,N,N",
                       help="crossval: epochs of each launch, 2,6,50; a line goes through the first two")
    group.add_argument("--minutes", type=float, default=13, help="crossval: what 50 epochs may take")
    group.add_argument("--loss", default="masked", choices=["masked", "published"])
    group.add_argument("--latency", type=float, default=2.0, metavar="US",
                       help="model: of a cluster's network, microseconds")
    group.add_argument("--bandwidth", type=float, default=1.0, metavar="GB/S",
                       help="model: of a rank, while all send and receive")
    group.add_argument("--model-samples", type=int, default=67930)
    group.add_argument("--most-ranks", type=int, default=1024)
    group.add_argument("--sweep-folds", type=int, default=10)
    group.add_argument("--sweep-settings", type=int, default=30)
    group.add_argument("--sweep-epochs", type=int, default=50)


def add_linalg_arguments(group):
    group.add_argument("--things", default="ridge,pca", help="stages to measure (ridge,pca)")
    group.add_argument("--components", type=int, default=50)
    group.add_argument("--terms", type=int, default=4096, help="of the sums alone")
    group.add_argument("--vectors", action="store_true", help="eigenvectors alone, too")
    group.add_argument("--dgemm", type=int, default=2048, help="rows of the product alone")
    group.add_argument("--memory-ranks", default="1,2,4", help="the shares of so many")
    group.add_argument("--peers", default=",".join(PEERS), help=f"of scikit-learn: {','.join(PEERS)}")


def parse_arguments():
    parser = argparse.ArgumentParser(prog="run.sh", description="Measures the stages.")
    parser.add_argument("what", choices=["stages", "scaling", "thresholds", "training", "crossval", "linalg"])
    parser.add_argument("--build", type=Path, required=True, help="build folder")
    parser.add_argument("--program", action="append", metavar="[NAME=]PATH", default=[],
                        help="oncomark to measure; again: several, compared launch by launch")
    parser.add_argument("--quick", action="store_true", help="small, one launch: does it work?")
    parser.add_argument("--cells", type=int, help="stages: 20000; thresholds: 2700000")
    parser.add_argument("--sizes", default="50000,100000,200000,400000,800000",
                        help="scaling: numbers of cells")
    parser.add_argument("--genes-per-cell", type=int,
                        help="seen in a cell, on average; stages: 1500, scaling: 500, thresholds: 30")
    parser.add_argument("--data-sets", type=int, help="stages: 5; scaling: 2; thresholds: 14")
    parser.add_argument("--launches", type=int, help="stages, thresholds, training: 6; scaling, linalg: 3; crossval: 1")
    parser.add_argument("--ranks", help="1,2; crossval: 2")
    parser.add_argument("--compression", default="none", choices=["none", "deflate"])
    parser.add_argument("--memory-limit", metavar="SIZE", help="memory_limit of the job")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE",
                        help="any other parameter of the job")
    parser.add_argument("--no-peers", action="store_true")
    parser.add_argument("--no-limits", action="store_true")
    parser.add_argument("--work", type=Path, help="folder for all data (bench in the build folder)")
    parser.add_argument("--keep", action="store_true", help="leave the data there")
    parser.add_argument("--out", type=Path, help="CSV file for all figures")
    add_training_arguments(parser.add_argument_group("training"))
    add_linalg_arguments(parser.add_argument_group("linalg"))
    options = parser.parse_args()
    defaults = {
        "training": {"samples": 8000, "launches": 6},
        "crossval": {"samples": 67930, "launches": 1, "ranks": "2", "task_epochs": "2,6,50"},
        "linalg": {"samples": 20000, "launches": 3},
        "stages": {"cells": 20000, "genes_per_cell": 1500, "data_sets": 5, "launches": 6},
        "scaling": {"genes_per_cell": 500, "data_sets": 2, "launches": 3},
        "thresholds": {"cells": 2700000, "genes_per_cell": 30, "data_sets": 14, "launches": 6},
    }[options.what]
    defaults = {"ranks": "1,2"} | defaults
    if options.quick:
        defaults |= {"cells": 2000, "samples": 1500, "task_epochs": "1,3,6", "launches": 1}
        if options.what == "stages":
            defaults["data_sets"] = 1  # else no sample has 200 positive cells
        options.sizes = "4000,8000"
        options.epochs, options.folds = 3, 2
        if options.what == "linalg":
            options.features, options.genes = 2000, 18000
            options.components, options.terms, options.dgemm = 10, 512, 512
    for name, value in defaults.items():
        if getattr(options, name) is None:
            setattr(options, name, value)
    options.ranks = [int(text) for text in options.ranks.split(",")]
    options.things = options.things.split(",")
    options.memory_ranks = [int(text) for text in options.memory_ranks.split(",")]
    options.peers = [] if options.no_peers else options.peers.split(",")
    options.task_epochs = [int(text) for text in (options.task_epochs or "").split(",") if text]
    options.sizes = [int(text) for text in options.sizes.split(",")]
    programs = options.program or [str(options.build / "src" / "oncomark")]
    options.program = dict((text.rpartition("=")[0] or "oncomark",
                            Path(text.rpartition("=")[2]).resolve()) for text in programs)
    options.kernels, options.variants = "", {}
    return options


class Corpus:
    """A made-up corpus and what there is in it."""

    def __init__(self, options, folder, n_cells, n_data_sets):
        command = [options.build / "tests/bench/bench_corpus", "--out", folder, "--gene-sets", GENE_SETS,
                   "--cells", n_cells, "--data-sets", n_data_sets,
                   "--genes-per-cell", options.genes_per_cell]
        if options.what == "thresholds":
            command += ["--genes", 2000]  # most of those few genes are in the sets, so scores spread
        made = run(command)
        self.folders = sorted(folder.glob("Data_*"))
        self.matrices = [data / "Exp_data_UMIcounts.mtx" for data in self.folders]
        self.n_cells = n_cells
        self.bytes = sum(path.stat().st_size for path in self.matrices)
        self.n_nonzeros = sum(read_size(path)[2] for path in self.matrices)
        show(f"{n_cells} cells, {self.n_nonzeros / 1e6:.4g} M non-zeros, {self.bytes / 1e6:.4g} MB "
             f"of text, made at {self.bytes / 1e6 / made.seconds:.0f} MB/s")

    def gzip(self):
        """`bytes` stays that of the text."""
        run(["gzip", *self.matrices])
        self.matrices = [path.with_suffix(".mtx.gz") for path in self.matrices]


def read_size(path):
    """Genes, cells and entries of a Matrix Market file."""
    with open(path) as file:
        for line in file:
            if not line.startswith("%"):
                return [int(word) for word in line.split()]
    sys.exit(f"bench: {path}: no sizes")


class Job:
    """A job file and the program that runs it; every launch starts from an empty work folder."""

    def __init__(self, options, label, program, folders, work, name):
        self.label, self.program = label, program
        self.file = work / f"{name}.yaml"
        self.workdir = work / name
        self.settings = [f"--set={setting}" for setting in options.settings[label]]
        paths = "".join(f"  - {{path: {json.dumps(str(folder))}}}\n" for folder in folders)
        self.file.write_text(f"workdir: {self.workdir}\ngene_sets: {GENE_SETS}\ndata:\n{paths}")

    def begin(self):
        shutil.rmtree(self.workdir, ignore_errors=True)
        os.sync()

    def run(self, stage, ranks):
        """The launch's figures: the process from outside, the stage from the manifest."""
        whole = on(ranks, [self.program, stage, self.file, *self.settings])
        record = stage_record(self.workdir, stage)
        flush = record.get("flush_seconds")
        cpu = record.get("cpu_seconds")
        return {
            "process_seconds": whole.seconds,
            "cpu_seconds": whole.cpu_seconds if cpu is None else sum(cpu),
            "seconds": record["wall_seconds"],
            "flush_seconds": None if flush is None else max(flush),
            "peak_bytes": max(record["peak_memory_bytes"]),
        }

    def size(self, folder):
        return sum(path.stat().st_size for path in (self.workdir / folder).glob("*.h5ad"))


def settings_for(options, program):
    """Those that the program knows: an earlier one can be measured beside the present one."""
    settings = list(options.set)
    if options.memory_limit:
        settings.append(f"memory_limit={options.memory_limit}")
    if options.compression != "none":
        settings.append(f"store.compression={options.compression}")
    if options.what == "thresholds":
        settings.append("qc.min_genes=10")
    known = run([program, "ingest", "--help"]).output
    return [setting for setting in settings if f"\n{setting.partition('=')[0]}:" in known]


def rates(figures, amounts):
    """Adds what was done in a second to the figures of a launch; a flush is timed apart."""
    busy = figures["seconds"] - (figures.get("flush_seconds") or 0.0)
    return {**figures, "busy_seconds": busy,
            **{f"{unit}_per_second": amount / busy for unit, amount in amounts.items()}}


def measure_limits(options, figures, work, matrix, packed):
    file_of = {"read": matrix, "digits": matrix, "zlib": packed, "isal": packed,
               "write": work / "written", "write-fsync": work / "written"}
    n_bytes = (16 if options.quick else 256) * MIB
    for processes in options.ranks:
        for limit in options.limits:
            command = [options.build / "tests/bench/bench_limits", limit, processes, n_bytes]
            file = [file_of[limit]] if limit in file_of else []
            rate = float(run(command + file).output)
            figures.add("limit", limit, "", processes, bytes_per_second=rate)


def measure_pipeline(job, ranks, corpus, figures):
    """All stages of one launch."""
    job.begin()
    for stage in PIPELINE:
        found = job.run(stage, ranks)
        amounts = {"nonzeros": corpus.n_nonzeros, "cells": corpus.n_cells}
        if stage == "ingest":
            amounts["bytes"] = corpus.bytes
            found["store_bytes"] = job.size("store")
        elif stage == "threshold":
            amounts = {"bytes": job.size("scores"), "cells": corpus.n_cells, "values": 10 * corpus.n_cells}
        else:
            amounts["bytes"] = job.size("store")
        figures.add("stage", stage, job.label, ranks, **rates(found, amounts))


def measure_gzip(job, ranks, packed, figures):
    job.begin()
    found = rates(job.run("ingest", ranks),
                  {"bytes": packed.bytes, "cells": packed.n_cells, "nonzeros": packed.n_nonzeros})
    figures.add("stage", "ingest .gz", job.label, ranks, **found)


def measure_reader(options, job, ranks, corpus, figures):
    stores = sorted((job.workdir / "store").glob("*.h5ad"))
    whole = on(ranks, [options.build / "tests/bench/bench_read_store", *stores])
    found = {"seconds": float(whole.output.split()[0]), "cpu_seconds": whole.cpu_seconds,
             "peak_bytes": whole.peak_bytes}
    figures.add("stage", "read store", job.label, ranks, **rates(
        found, {"bytes": job.size("store"), "nonzeros": corpus.n_nonzeros, "cells": corpus.n_cells}))


def measure_peer(figures, name, *arguments):
    whole = run([sys.executable, HERE / "peers.py", name, *arguments])
    found = json.loads(whole.output)
    units = {unit: found.pop(unit) for unit in ("bytes", "nonzeros", "cells", "values") if unit in found}
    found["peak_bytes"] = whole.peak_bytes
    figures.add("peer", name, "", 1, **rates(found, units))


def measure_peers(options, figures, job, small):
    name = sorted((job.workdir / "store").glob("*.h5ad"))[0].stem
    store = job.workdir / "store" / f"{name}.h5ad"
    scores = job.workdir / "scores" / f"{name}.h5ad"
    measure_peer(figures, "mmread", small)
    measure_peer(figures, "read_csv", small)
    measure_peer(figures, "h5py", store)
    measure_peer(figures, "anndata", store)
    measure_peer(figures, "ucell", store, scores, GENE_SETS, 200 if options.quick else 4000)
    measure_peer(figures, "otsu", job.workdir)
    measure_peer(figures, "pseudobulk", job.workdir, name)


def bench_stages(options, work, figures):
    corpus = Corpus(options, work / "corpus", options.cells, options.data_sets)
    # Less of what is slow.
    packed = Corpus(options, work / "packed", 1000 if options.quick else 4000, 1)
    packed.gzip()
    small = Corpus(options, work / "small", 200 if options.quick else 1500, 1)
    jobs, gzip_jobs = {}, {}
    for label, program in options.program.items():
        for ranks in options.ranks:
            jobs[label, ranks] = Job(options, label, program, corpus.folders, work, f"{label}-{ranks}")
            gzip_jobs[label, ranks] = Job(options, label, program, packed.folders, work,
                                          f"{label}-gz-{ranks}")
    for launch in range(options.launches):
        show(f"launch {launch + 1} of {options.launches}")
        if not options.no_limits:
            measure_limits(options, figures, work, corpus.matrices[0], packed.matrices[0])
        for (label, ranks), job in jobs.items():
            measure_pipeline(job, ranks, corpus, figures)
            if job.program == (options.build / "src" / "oncomark").resolve():
                measure_reader(options, job, ranks, corpus, figures)
            measure_gzip(gzip_jobs[label, ranks], ranks, packed, figures)
        if not options.no_peers:
            measure_peers(options, figures, list(jobs.values())[-1], small.matrices[0])
    report_stages(options, figures, corpus)


def bench_scaling(options, work, figures):
    corpora = {size: Corpus(options, work / f"corpus-{size}", size, options.data_sets)
               for size in options.sizes}
    for launch in range(options.launches):
        for size, corpus in corpora.items():
            for label, program in options.program.items():
                for ranks in options.ranks:
                    show(f"launch {launch + 1} of {options.launches}: {size} cells, {ranks} ranks")
                    job = Job(options, label, program, corpus.folders, work, "job")
                    job.label = f"{label} {size}"
                    measure_pipeline(job, ranks, corpus, figures)
                    job.begin()
    report_scaling(options, figures)


def bench_thresholds(options, work, figures):
    corpus = Corpus(options, work / "corpus", options.cells, options.data_sets)
    jobs = {label: Job(options, label, program, corpus.folders, work, label)
            for label, program in options.program.items()}
    for job in jobs.values():
        show(f"{job.label}: scores")
        for stage in ("ingest", "score"):
            job.run(stage, max(options.ranks))
    for launch in range(options.launches):
        for job in jobs.values():
            for ranks in options.ranks:
                (job.workdir / "thresholds.csv").unlink(missing_ok=True)
                found = job.run("threshold", ranks)
                figures.add("stage", "threshold", job.label, ranks, **rates(found, {
                    "bytes": job.size("scores"), "cells": corpus.n_cells, "values": 10 * corpus.n_cells}))
        if not options.no_peers:
            measure_peer(figures, "otsu", job.workdir)
    report_thresholds(options, figures, corpus)


def bench_epochs(options, work, figures):
    sizes = bench_training(options, work, figures, GENE_SETS)
    report_training(options, figures, sizes)


def bench_folds(options, work, figures):
    bench_crossval(options, work, figures, GENE_SETS)


def bench_matrices(options, work, figures):
    bench_linalg(options, work, figures, GENE_SETS)


def main():
    options = parse_arguments()
    options.settings = {label: settings_for(options, program)
                        for label, program in options.program.items()}
    options.limits = run([options.build / "tests/bench/bench_limits", "list"]).output.split()
    figures = Figures()
    parent = options.work or options.build / "bench"
    parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix="oncomark-bench-", dir=parent.resolve()))
    try:
        {"stages": bench_stages, "scaling": bench_scaling,
         "thresholds": bench_thresholds, "training": bench_epochs,
         "crossval": bench_folds, "linalg": bench_matrices}[options.what](options, work, figures)
        if options.out:
            figures.write_csv(options.out)
    finally:
        if options.keep:
            show(f"data are in {work}")
        else:
            shutil.rmtree(work)


main()
