"""How long a whole cross-validation takes: measured, beside a line through two shorter ones, and beside
the minutes that were asked for."""
import statistics

from measure import on, show, stage_record
from report import number, print_table, spread
from training import TrainingJob

PART = "cross-validation"
WHOLE = 50  # epochs of a training, by default and as published


def measure(options, figures, job, label, program, ranks, epochs):
    """Every task runs all its epochs, unless the options say otherwise."""
    job.begin()
    settings = [f"--set={setting}" for setting in (
        f"train.epochs={epochs}", "crossval.patience=0", f"train.loss={options.loss}", *options.set)]
    whole = on(ranks, [program, "crossval", job.file, *settings])
    record = stage_record(job.workdir, "crossval")
    rows = sum(record["training_rows"])
    figures.add(PART, f"{epochs} epochs", label, ranks, process_seconds=whole.seconds,
                stage_seconds=record["wall_seconds"], rows=rows, samples_per_second=rows / record["wall_seconds"],
                cpu_seconds=sum(record["cpu_seconds"]), peak_bytes=max(record["peak_memory_bytes"]))


def line_through(options, figures, label, ranks):
    """(seconds beside the epochs, seconds of an epoch of all tasks) by the two shortest."""
    first, second = options.task_epochs[:2]
    few, more = (figures.median(PART, f"{n} epochs", label, ranks, "stage_seconds") for n in (first, second))
    epoch = (more - few) / (second - first)
    return few - first * epoch, epoch


def time_rows(options, figures, label, ranks):
    fixed, epoch = line_through(options, figures, label, ranks)
    for epochs in options.task_epochs:
        def get(quantity):
            return figures.get(PART, f"{epochs} epochs", label, ranks, quantity)

        modelled = fixed + epochs * epoch
        yield [label, str(ranks), str(epochs), spread(get("stage_seconds"), 60), number(modelled / 60),
               number(statistics.median(get("stage_seconds")) / modelled), spread(get("samples_per_second"), 1e3),
               number(statistics.median(get("peak_bytes")) / (1 << 20))]


def target_row(options, figures, label, ranks):
    """Whole trainings beside the minutes asked: as measured, or else by the line."""
    fixed, epoch = line_through(options, figures, label, ranks)
    modelled, wanted = fixed + WHOLE * epoch, 60 * options.minutes
    taken = figures.median(PART, f"{WHOLE} epochs", label, ranks, "stage_seconds")
    return [label, str(ranks), number(taken and taken / 60), number(modelled / 60),
            number((taken or modelled) / wanted), number(fixed), number(epoch), number((wanted - fixed) / WHOLE)]


def bench_crossval(options, work, figures, gene_sets):
    job = TrainingJob(options, work, gene_sets)
    for launch in range(options.launches):
        for label, program in options.program.items():
            for ranks in options.ranks:
                for epochs in options.task_epochs:
                    show(f"launch {launch + 1} of {options.launches}: {label}, {ranks} ranks, {epochs} epochs")
                    measure(options, figures, job, label, program, ranks, epochs)
    of_each = [(label, ranks) for label in options.program for ranks in options.ranks]
    print(f"{options.samples:,} samples, {options.features:,} features, loss {options.loss}; launches of each: "
          f"{options.launches}: median (lowest-highest)")
    print_table("Whole cross-validations",
                ["", "ranks", "epochs", "minutes", "by the line", "ratio", "k samples/s", "peak MiB"],
                [row for each in of_each for row in time_rows(options, figures, *each)])
    print(f"  (the line: through {options.task_epochs[0]} and {options.task_epochs[1]} epochs)")
    print_table(f"{WHOLE} epochs in {options.minutes:g} minutes",
                ["", "ranks", "minutes", "by the line", "of those asked", "s beside epochs", "s an epoch of all",
                 "s it may take"],
                [target_row(options, figures, *each) for each in of_each])
