"""Measures dense linear algebra: `oncomark pca` and `baseline`, the matrices alone, BLAS, scikit-learn."""
import csv
import importlib.util
import json
import re
import sys
from pathlib import Path

from linalg_report import PEERS, report_linalg
from measure import on, run, show, stage_record, watch, with_ranks
from training import TrainingJob

HERE = Path(__file__).resolve().parent
STAGES = {"ridge": "baseline", "pca": "pca"}  # in this order: peers read what the last one wrote
PHASE = re.compile(r"(?:pca|baseline): ([^:]+): ([0-9.]+) s\b")
PCA_SIZES = re.compile(r"pca: (\d+) features of (\d+) training samples")


def measure_dgemm(options, figures, processes):
    rate = float(on(processes, [options.build / "tests/bench/bench_linalg", "dgemm", options.dgemm]).output)
    figures.add("limit", "dgemm", "", processes, flops_per_second=rate)


def measure_matrices(options, figures, ranks):
    """Without the data."""
    n_vectors = options.components if options.vectors else 0
    lines = on(ranks, [options.build / "tests/bench/bench_linalg", "symmetric", options.features,
                       options.terms, n_vectors]).output.splitlines()
    for name, first, *rest in map(str.split, lines):
        if name == "peak":
            figures.add("matrices", "peak", "", ranks, peak_bytes=float(first))
        elif name == "error":
            assert float(first) < 1e-12, f"the solution is off by {first}"
        else:
            figures.add("matrices", name, "", ranks, seconds=float(first),
                        operations=float(rest[0]) if rest else None)


def has_stage(program, stage):
    return f"\n  {stage} " in run([program, "--help"]).output


def sums(items, terms):
    """Operations of a symmetric matrix of sums: two for each pair of items and term."""
    return items * (items + 1) * terms


def pca_operations(text, options):
    features, samples = map(int, PCA_SIZES.search(text).groups())
    if features != options.features:
        sys.exit(f"bench: {features} features, expected {options.features}")
    return {"sums of terms": sums(*sorted((features, samples)))}


def ridge_operations(table, options):
    """One matrix a hallmark, over the fewer of samples and features; one solution a penalty."""
    with open(table, newline="") as file:
        samples = [(row["hallmark"], int(row["n_training"])) for row in csv.DictReader(file)]
    return {"Gram matrices": sum(sums(*sorted((options.features, n))) for _, n in set(samples)),
            "solutions": sum(min(options.features, n) ** 3 / 3 for _, n in samples)}


def measure_stage(options, figures, job, label, program, thing, ranks):
    """Phases are those that the log tells the seconds of."""
    stage = STAGES[thing]
    settings = [f"--set={setting}" for setting in (
        f"pca.components={options.components}", f"crossval.folds={options.folds}", "crossval.repeats=1", *options.set)]
    lines, seconds = watch(with_ranks(ranks, [program, stage, job.file, *settings]))
    record = stage_record(job.workdir, stage)
    figures.add(thing, "whole", label, ranks, process_seconds=seconds, seconds=record["wall_seconds"],
                cpu_seconds=sum(record["cpu_seconds"]), peak_bytes=max(record["peak_memory_bytes"]))
    text = "\n".join(line for _, line in lines)
    operations = (pca_operations(text, options) if thing == "pca"
                  else ridge_operations(job.workdir / "baseline/penalties.csv", options))
    for name, value in PHASE.findall(text):
        figures.add(thing, name, label, ranks, seconds=float(value), operations=operations.get(name))


def peer_data(job, work):
    folder = work / "arrays"
    if not folder.exists():
        show("samples for scikit-learn")
        folder.mkdir()
        run([sys.executable, HERE / "linalg_peers.py", "data", job.workdir, folder])
    return folder


def measure_peer(options, figures, job, work, peer, threads):
    whole = run([sys.executable, HERE / "linalg_peers.py", peer, peer_data(job, work), job.workdir],
                OPENBLAS_NUM_THREADS=str(threads))
    found = json.loads(whole.output)
    figures.add("peer", peer, "", threads, peak_bytes=whole.peak_bytes, **found)


def measure_launch(options, work, figures, job, is_first):
    for ranks in options.ranks:
        if not options.no_limits:
            show(f"  BLAS and matrices alone, {ranks} ranks")
            measure_dgemm(options, figures, ranks)
            measure_matrices(options, figures, ranks)
        for label, program in options.program.items():
            for thing in options.things:
                show(f"  {label}: {STAGES[thing]}, {ranks} ranks")
                job.begin()
                measure_stage(options, figures, job, label, program, thing, ranks)
        for peer in options.peers if is_first and "pca" in options.things else []:
            show(f"  scikit-learn: {PEERS[peer]}, {ranks} threads")
            measure_peer(options, figures, job, work, peer, ranks)


def measure_memory(options, figures):
    for ranks in options.memory_ranks:
        words = run([options.build / "tests/bench/bench_linalg", "memory", options.features, ranks]).output.split()
        held, needed, share = map(float, words)
        figures.add("memory", "matrix", "", ranks, held_bytes=held, needed_bytes=needed, share_bytes=share)


def things_of(options):
    """What is wanted, and what all programs have."""
    things = [thing for thing in STAGES if thing in options.things and all(
        has_stage(program, STAGES[thing]) for program in options.program.values())]
    for thing in set(options.things) - set(things):
        show(f"{thing}: not every program has it")
    return things


def bench_linalg(options, work, figures, gene_sets):
    job = TrainingJob(options, work, gene_sets)
    options.things = things_of(options)
    if options.peers and importlib.util.find_spec("sklearn") is None:
        show(f"{sys.executable} has no scikit-learn: it is left out")
        options.peers = []
    measure_memory(options, figures)
    for launch in range(options.launches):
        show(f"launch {launch + 1} of {options.launches}")
        measure_launch(options, work, figures, job, launch == 0)
    report_linalg(options, figures)
