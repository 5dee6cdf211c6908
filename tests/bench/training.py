"""Measures training: `oncomark train` and `crossval`, PyTorch, the products alone, the network."""
import importlib.util
import json
import os
import re
import shutil
import statistics
import sys
from pathlib import Path

from measure import on, run, show, stage_record, watch, with_ranks
from training_data import write_training_data

HERE = Path(__file__).resolve().parent
SYNTHETIC = "synthetic.h5ad"
N_HALLMARKS = 10
EPOCH = re.compile(r"train: epoch \d+: loss (\S+), validation loss (\S+),")
SIZES = re.compile(r"train: (\d+) features; (\d+) training, (\d+) validation")

# Processes, threads of PyTorch, threads of OpenBLAS.
PEERS = {
    "one core": (1, 1, 1),
    "2 BLAS threads": (1, 1, 2),
    "2 PyTorch threads": (1, 2, 1),
    "2 threads of both": (1, 2, 2),
    "2 processes, DDP and gloo": (2, 1, 1),
}


def n_parameters(sizes):
    hidden, head = sizes["hidden"], sizes["head"]
    return (sizes["features"] + 1) * hidden + N_HALLMARKS * ((hidden + 1) * head + head + 1)


class TrainingJob:
    """A workdir with made-up synthetic samples; every training starts from these alone."""

    def __init__(self, options, work, gene_sets):
        self.file = work / "training.yaml"
        self.workdir = work / "training"
        self.arrays = work / "arrays"
        self.file.write_text(f"workdir: {json.dumps(str(self.workdir))}\ngene_sets: {gene_sets}\n"
                             "data:\n  - path: nothing/Data_Bench_None\n")
        made = run([options.build / "tests/bench/bench_synthetic", "--job", self.file,
                    "--samples", options.samples, "--features", options.features,
                    "--genes", options.genes])
        show(f"{made.output.strip()}, made in {made.seconds:.1f} s")
        self.sizes = {}

    def begin(self):
        """Leaves the samples and their record."""
        kept = {self.workdir / SYNTHETIC, self.workdir / f".oncomark/artefacts/{SYNTHETIC}.json"}
        for folder, _, files in os.walk(self.workdir):
            for file in files:
                path = Path(folder) / file
                if path not in kept:
                    path.unlink()
        os.sync()

    def write_arrays(self, parameters):
        shutil.rmtree(self.arrays, ignore_errors=True)
        self.sizes = write_training_data(self.workdir, self.arrays, parameters)


def dumped(program, job, settings):
    """All parameters of a job as the program has them."""
    lines = run([program, "train", "--dump", job.file, *settings]).output.splitlines()
    return dict(line.split(": ", 1) for line in lines if ": " in line)


def network_parameters(program, job, settings):
    found = dumped(program, job, settings)
    return {"hidden": int(found["train.hidden"]), "head": int(found["train.head"]),
            "batch": int(found["train.batch"]), "block": int(found["train.block"]),
            "learning_rate": float(found["train.learning_rate"]), "epsilon": float(found["train.epsilon"])}


def settings_of(options, extra=()):
    return [f"--set={setting}" for setting in (
        f"train.epochs={options.epochs}", "train.patience=0", f"train.loss={options.loss}",
        *options.set, *extra)]


def measure_train(options, figures, job, label, program, ranks):
    """Whole epochs, validation and checkpoint included, are what lies between two epochs' lines;
    start, reading and ranking lie before the first, whose epoch is taken off."""
    job.begin()
    lines, seconds = watch(with_ranks(ranks, [program, "train", job.file, *settings_of(options)]))
    epochs = [(at, EPOCH.search(line)) for at, line in lines if EPOCH.search(line)]
    sizes = next(SIZES.search(line) for _, line in lines if SIZES.search(line))
    if int(sizes[1]) != options.features:
        sys.exit(f"bench: {sizes[1]} features, expected {options.features}")
    times = [at for at, _ in epochs]
    epoch = statistics.median(later - earlier for earlier, later in zip(times, times[1:]))
    record = stage_record(job.workdir, "train")
    figures.add("training", "oncomark train", label, ranks, epoch_seconds=epoch,
                samples_per_second=int(sizes[2]) / epoch, before_seconds=times[0] - epoch,
                after_seconds=seconds - times[-1], process_seconds=seconds,
                stage_seconds=record["wall_seconds"], peak_bytes=max(record["peak_memory_bytes"]),
                loss=float(epochs[-1][1][1]), validation_loss=float(epochs[-1][1][2]))


def has_crossval(program):
    return "\n  crossval " in run([program, "--help"]).output


def measure_crossval(options, figures, job, label, program, ranks):
    """One repeat of the published scheme with few epochs: rows trained on in a second of the whole
    stage, reading and ranking included."""
    job.begin()
    extra = [f"crossval.folds={options.folds}", "crossval.repeats=1", "crossval.patience=0"]
    settings = [setting for setting in settings_of(options, extra) if "train.patience" not in setting]
    whole = on(ranks, [program, "crossval", job.file, *settings])
    record = stage_record(job.workdir, "crossval")
    rows = sum(record["training_rows"])
    figures.add("training", "oncomark crossval", label, ranks, stage_seconds=record["wall_seconds"],
                samples_per_second=rows / record["wall_seconds"], rows=rows,
                process_seconds=whole.seconds, peak_bytes=max(record["peak_memory_bytes"]))


def measure_torch(options, figures, job, name):
    processes, threads, blas_threads = PEERS[name]
    whole = run([sys.executable, HERE / "torch_train.py", job.arrays, options.loss, options.epochs,
                 processes, threads],
                OMP_NUM_THREADS=str(threads), OPENBLAS_NUM_THREADS=str(blas_threads))
    found = json.loads(whole.output)
    epoch = statistics.median(found["seconds"][1:])
    figures.add("torch", name, options.loss, processes, epoch_seconds=epoch,
                samples_per_second=job.sizes["training"] / epoch, peak_bytes=whole.peak_bytes,
                loss=found["loss"][-1], validation_loss=found["validation_loss"][-1])


def measure_products(options, figures, sizes):
    """The variants that were quickest go to the figures' names."""
    lines = run([options.build / "tests/bench/bench_gemm", sizes["features"], sizes["hidden"],
                 sizes["head"], sizes["batch"]]).output.splitlines()
    seconds = {}
    for line in lines:
        name, first, *rest = line.split(" ", 3)
        if name == "kernels":
            options.kernels = first
        elif name == "fma":
            figures.add("limit", "multiply-add", "", 1, flops_per_second=float(first))
        else:
            seconds[name] = float(first)
            options.variants[name] = rest[1]
            figures.add("limit", name, "", 1, seconds=float(first),
                        flops_per_second=float(rest[0]) / float(first))
    large = seconds["forward"] + seconds["backward"]
    figures.add("limit", "both large products", "", 1, samples_per_second=sizes["batch"] / large)
    figures.add("limit", "all products", "", 1,
                samples_per_second=sizes["batch"] / sum(seconds.values()))


def measure_network(options, figures, sizes):
    lines = on(2, [options.build / "tests/bench/bench_network", 4 * n_parameters(sizes)]).output.splitlines()
    figures.add("network", "between 2 ranks", "", 2,
                **{name: float(value) for name, value in map(str.split, lines)})


def bench_training(options, work, figures, gene_sets):
    """Returns the sizes of the training that was measured."""
    job = TrainingJob(options, work, gene_sets)
    first = next(iter(options.program.values()))
    settings = settings_of(options)
    if not options.no_peers and importlib.util.find_spec("torch") is None:
        show(f"{sys.executable} has no PyTorch: it is left out")
        options.no_peers = True
    for launch in range(options.launches):
        show(f"launch {launch + 1} of {options.launches}")
        for label, program in options.program.items():
            for ranks in options.ranks:
                measure_train(options, figures, job, label, program, ranks)
            if not job.sizes:
                job.write_arrays(network_parameters(first, job, settings))
        if not options.no_limits:
            measure_products(options, figures, job.sizes)
            measure_network(options, figures, job.sizes)
        if not options.no_peers:
            for name in PEERS:
                measure_torch(options, figures, job, name)
        for label, program in options.program.items():
            if has_crossval(program):
                for ranks in options.ranks:
                    measure_crossval(options, figures, job, label, program, ranks)
    return job.sizes
