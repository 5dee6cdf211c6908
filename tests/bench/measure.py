"""Running things and keeping their figures."""
import csv
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import namedtuple

Run = namedtuple("Run", "seconds cpu_seconds peak_bytes output")

ENVIRONMENT = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "OMPI_MCA_rmaps_base_oversubscribe": "1",
    "OMPI_MCA_hwloc_base_binding_policy": "none",
    "OMPI_ALLOW_RUN_AS_ROOT": "1",
    "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
}


def run(command, **environment):
    """Runs a command to its end: wall time, CPU time of it and its children, peak memory of the
    largest of these processes, standard output. Ends the program where the command fails."""
    command = [str(word) for word in command]
    started = time.perf_counter()
    with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(command, stdout=output, stderr=errors,
                                   env={**os.environ, **ENVIRONMENT, **environment})
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        texts = []
        for file in (output, errors):
            file.seek(0)
            texts.append(file.read())
    check(process, "".join(texts))
    return Run(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024, texts[0])


def check(process, text):
    if process.returncode != 0:
        sys.exit(f"bench: exit code {process.returncode} of {' '.join(process.args)}\n{text}")


def with_ranks(ranks, command):
    """One rank needs no launcher."""
    return command if ranks == 1 else ["mpirun", "-n", ranks, *command]


def on(ranks, command):
    return run(with_ranks(ranks, command))


def watch(command):
    """Runs a command to its end: the lines of its standard error, and the seconds from the start to
    each, and to the end."""
    started = time.perf_counter()
    process = subprocess.Popen([str(word) for word in command], stdout=subprocess.DEVNULL,
                               stderr=subprocess.PIPE, text=True, env={**os.environ, **ENVIRONMENT})
    lines = [(time.perf_counter() - started, line.rstrip("\n")) for line in process.stderr]
    process.wait()
    check(process, "\n".join(line for _, line in lines))
    return lines, time.perf_counter() - started


def stage_record(workdir, stage):
    return json.loads((workdir / "manifest.json").read_text())["stages"][stage]


def show(message):
    print(message, file=sys.stderr, flush=True)


class Figures:
    """Every figure of every launch, by (part, thing, variant, ranks, quantity)."""

    def __init__(self):
        self.values = {}

    def add(self, part, thing, variant, ranks, **quantities):
        for quantity, value in quantities.items():
            if value is not None:
                self.values.setdefault((part, thing, variant, ranks, quantity), []).append(value)

    def get(self, part, thing, variant, ranks, quantity):
        return self.values.get((part, thing, variant, ranks, quantity), [])

    def median(self, *key):
        values = self.get(*key)
        return statistics.median(values) if values else None

    def best(self, *key):
        """The least: of seconds."""
        return min(self.get(*key), default=None)

    def write_csv(self, path):
        with open(path, "w", newline="") as file:
            table = csv.writer(file)
            table.writerow("part thing variant ranks quantity median lowest highest launches".split())
            for key, values in self.values.items():
                table.writerow([*key, *(f"{value:.6g}" for value in (
                    statistics.median(values), min(values), max(values))), len(values)])
