"""Tables of what was measured, for people."""
import statistics

LIMITS = {
    "copy": "memory copy (reads and writes)",
    "triad": "memory triad",
    "read": "read(2) of a cached file",
    "digits": "summing the numbers of a text",
    "write": "write(2)",
    "write-fsync": "write(2) and fsync(2)",
    "zlib": "inflate by zlib, of text",
    "isal": "inflate by ISA-L, of text",
}
PIPELINE = ["ingest", "score", "threshold", "synthesize"]
STAGES = ["ingest", "ingest .gz", "read store", "score", "threshold", "synthesize"]

# Peer, what it is, the stage it stands beside, and the unit that both are measured in.
PEERS = [
    ("mmread", "scipy.io.mmread, to CSR", "ingest", "bytes"),
    ("read_csv", "pandas.read_csv, to CSR", "ingest", "bytes"),
    ("h5py", "h5py, to CSR", "read store", "nonzeros"),
    ("anndata", "anndata.read_h5ad", "read store", "nonzeros"),
    ("ucell", "UCell in NumPy and SciPy", "score", "cells"),
    ("otsu", "np.sort, scikit-image Otsu", "threshold", "values"),
    ("pseudobulk", "h5py and SciPy product", "synthesize", "nonzeros"),
]
UNITS = {"bytes": (1e6, "MB/s"), "nonzeros": (1e6, "M non-zeros/s"), "cells": (1e3, "k cells/s"),
         "values": (1e6, "M values/s")}


def number(value):
    if value is None:
        return "-"
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def spread(values, scale=1.0):
    """median (lowest-highest)"""
    if not values:
        return "-"
    median = number(statistics.median(values) / scale)
    if len(values) == 1:
        return median
    return f"{median} ({number(min(values) / scale)}-{number(max(values) / scale)})"


def print_table(title, header, rows):
    if not rows:
        return
    rows = [header, *rows]
    widths = [max(len(row[i]) for row in rows) for i in range(len(header))]
    print(f"\n{title}")
    for row in rows:
        print("  " + "  ".join([row[0].ljust(widths[0]),
                                *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:]))]).rstrip())


def rate_of(figures, part, thing, label, ranks, unit):
    return figures.median(part, thing, label, ranks, f"{unit}_per_second")


def report_limits(options, figures):
    rows = [[text, *(spread(figures.get("limit", limit, "", n, "bytes_per_second"), 1e6)
                     for n in options.ranks)] for limit, text in LIMITS.items()
            if figures.get("limit", limit, "", options.ranks[0], "bytes_per_second")]
    print_table("The machine, MB/s", ["processes", *map(str, options.ranks)], rows)


def stage_row(figures, stage, label, ranks):
    def get(quantity):
        return figures.get("stage", stage, label, ranks, quantity)

    return [spread(get("seconds")), spread(get("bytes_per_second"), 1e6),
            *(number(figures.median("stage", stage, label, ranks, quantity) and
                     figures.median("stage", stage, label, ranks, quantity) / scale)
              for quantity, scale in (("nonzeros_per_second", 1e6), ("cells_per_second", 1e3),
                                      ("cpu_seconds", 1), ("peak_bytes", 1 << 20),
                                      ("flush_seconds", 1)))]


STAGE_HEADER = ["ranks", "seconds", "MB/s", "M nnz/s", "k cells/s", "CPU s", "peak MiB", "flush s"]


def report_stage_table(options, figures, title):
    for label in options.program:
        rows = [[stage, str(ranks), *stage_row(figures, stage, label, ranks)]
                for stage in STAGES for ranks in options.ranks
                if figures.get("stage", stage, label, ranks, "seconds")]
        settings = "".join(f", {setting}" for setting in options.settings[label])
        print_table(f"{title}, {label}{settings}", ["stage", *STAGE_HEADER], rows)
    print("  (MB are those of what is read: text, store or scores; rates are without the flush where that "
          "is known)")


def report_peers(options, figures):
    label = list(options.program)[-1]
    rows = []
    for peer, text, stage, unit in PEERS:
        scale, unit_text = UNITS[unit]
        theirs = figures.get("peer", peer, "", 1, f"{unit}_per_second")
        if not theirs:
            continue
        ours = [rate_of(figures, "stage", stage, label, ranks, unit) for ranks in options.ranks]
        rows.append([text, spread(theirs, scale), unit_text, stage,
                     *(number(rate and rate / scale) for rate in ours),
                     *(number(rate and rate / statistics.median(theirs)) for rate in ours)])
    print_table("Beside peers",
                ["peer", "its speed", "unit", "stage", *(f"ours, {n}" for n in options.ranks),
                 *(f"ratio, {n}" for n in options.ranks)], rows)
    if rows:
        print("  (one thread and one data set each, cut where they are slow; their data stay in memory, and "
              "what is not\n  the work itself, such as Python's start, is left out. Ours start from files "
              "and end with files.)")


def report_ratios(options, figures):
    """How near a stage is to the machine, and what a second rank gives."""
    label = list(options.program)[-1]
    inflate = "isal" if figures.get("limit", "isal", "", options.ranks[0], "bytes_per_second") else "zlib"

    def to_limit(stage, limit, ranks):
        rate = rate_of(figures, "stage", stage, label, ranks, "bytes")
        bound = figures.median("limit", limit, "", ranks, "bytes_per_second")
        return number(rate / bound if rate and bound else None)

    def time_ratio(stage, other, ranks):
        one = figures.median("stage", stage, label, ranks, "busy_seconds")
        two = figures.median("stage", other, label, ranks, "busy_seconds")
        return number(one / two if one and two else None)

    rows = [[f"speed of {stage} : {text}", *(to_limit(stage, limit, n) for n in options.ranks)]
            for stage, limit, text in (("ingest", "digits", "summing the numbers"),
                                       ("ingest", "read", "read(2)"),
                                       ("ingest .gz", inflate, f"inflate by {inflate}"),
                                       ("read store", "read", "read(2)"))]
    rows += [[f"time of {stage} : read store", *(time_ratio(stage, "read store", n) for n in options.ranks)]
             for stage in ("score", "synthesize")]
    rows = [row for row in rows if any(cell != "-" for cell in row[1:])]
    print_table("Beside the machine", ["ranks", *map(str, options.ranks)], rows)
    first, last = options.ranks[0], options.ranks[-1]
    rows = [[stage, *(number(figures.median("stage", stage, label, first, quantity) /
                             figures.median("stage", stage, label, last, quantity))
                      for quantity in ("busy_seconds", "seconds"))]
            for stage in STAGES if figures.get("stage", stage, label, first, "seconds")]
    if first != last:
        print_table(f"Speed of {last} ranks : {first}", ["stage", "without flush", "with it"], rows)


def report_programs(options, figures):
    """Where there are several: the speed of each beside the first."""
    first, *others = options.program
    rows = [[stage, str(ranks), label, number(
        figures.median("stage", stage, first, ranks, "seconds") /
        figures.median("stage", stage, label, ranks, "seconds"))]
        for label in others for stage in STAGES for ranks in options.ranks
        if figures.get("stage", stage, first, ranks, "seconds")
        and figures.get("stage", stage, label, ranks, "seconds")]
    print_table(f"How many times as fast as {first}", ["stage", "ranks", "program", "ratio"], rows)


def report_stages(options, figures, corpus):
    print(f"{corpus.n_cells:,} cells, {corpus.n_nonzeros / 1e6:.4g} M non-zeros, {corpus.bytes / 1e6:.4g} MB of "
          f"text; {options.launches} launches of each, interleaved: median (lowest-highest)")
    report_limits(options, figures)
    report_stage_table(options, figures, "Stages")
    report_peers(options, figures)
    report_ratios(options, figures)
    report_programs(options, figures)


def scaling_rows(options, figures, label, ranks, quantity, scale):
    """Each stage's median, and its ratio to that of the number of cells before."""
    rows, before = [], None
    for size in options.sizes:
        values = [figures.median("stage", stage, f"{label} {size}", ranks, quantity) for stage in PIPELINE]
        ratios = [number(value / earlier) for value, earlier in zip(values, before)] if before else [""] * len(values)
        rows.append([f"{size:,}", *(cell for value, ratio in zip(values, ratios)
                                    for cell in (number(value / scale), ratio))])
        before = values
    return rows


def report_scaling(options, figures):
    print(f"{options.genes_per_cell} genes a cell, {options.data_sets} data sets; {options.launches} launches of "
          "each, interleaved: medians")
    for label in options.program:
        for ranks in options.ranks:
            for quantity, scale, title in (("busy_seconds", 1, "Seconds without the flush"),
                                           ("peak_bytes", 1 << 20, "Peak MiB a rank")):
                settings = "".join(f", {setting}" for setting in options.settings[label])
                print_table(f"{title} on {ranks} rank(s), and ratio to the line above; {label}{settings}",
                            ["cells", *(text for stage in PIPELINE for text in (stage, "x"))],
                            scaling_rows(options, figures, label, ranks, quantity, scale))


def report_thresholds(options, figures, corpus):
    print(f"{corpus.n_cells:,} cells of {options.data_sets} tissues; {options.launches} launches of each, "
          "interleaved: median (lowest-highest)")
    report_stage_table(options, figures, "Thresholds")
    report_peers(options, figures)
    report_programs(options, figures)
