"""Tables of dense linear algebra, for people."""
from report import number, print_table, spread

PEERS = {"full": "PCA, full", "arpack": "PCA, arpack", "randomized": "PCA, randomized",
         "ridge": "RidgeClassifier, one penalty"}
# What matrices are multiplied and solved in: in the stages, and alone.
LEVEL_3 = [("pca", "sums of terms"), ("ridge", "Gram matrices"), ("ridge", "solutions")]
ALONE = {"sums": "sums of terms", "solve": "Cholesky, one solution"}
MIB, GIB = 1 << 20, 1 << 30

# What is asked of it.
SHARE_OF_DGEMM = 0.6
SPEEDUP = 1.7
PEAK_BYTES = 3 * GIB


def quotient(one, other):
    return one / other if one and other else None


def beside(value, wanted, at_most=False):
    """Two cells: the value as a share of what is asked, and whether it reaches it."""
    if value is None:
        return ["-", "-"]
    reached = value <= wanted if at_most else value >= wanted
    return [number(value / wanted), "yes" if reached else "NO"]


def report_stages(options, figures):
    rows = []
    keys = [key for key in figures.values if key[0] in ("pca", "ridge") and key[4] == "seconds"]
    for thing, phase in dict.fromkeys((key[0], key[1]) for key in keys):
        for label in options.program:
            cells = [spread(figures.get(thing, phase, label, ranks, "seconds")) for ranks in options.ranks]
            one, two = (figures.best(thing, phase, label, ranks, "seconds") for ranks in (1, 2))
            rows.append([f"{thing}: {phase}", label, *cells, number(quotient(one, two))])
    print_table("Stages, seconds", ["", "", *(f"{ranks} ranks" for ranks in options.ranks), "2 ranks : 1, best"], rows)


def report_peers(options, figures):
    rows = []
    label = list(options.program)[-1]
    for peer in options.peers:
        thing = "ridge" if peer == "ridge" else "pca"
        for threads in options.ranks:
            seconds = figures.median("peer", peer, "", threads, "seconds")
            ours = figures.median(thing, "whole", label, threads, "seconds")
            error = figures.median("peer", peer, "", threads, "variance_error")
            peak = figures.median("peer", peer, "", threads, "peak_bytes")
            rows.append([PEERS[peer], str(threads), number(seconds), number(quotient(seconds, ours)),
                         number(quotient(peak, MIB)), "-" if error is None else f"{error:.1e}"])
    print_table("scikit-learn on the same training samples, in memory",
                ["", "threads", "seconds", ": our whole stage", "peak MiB", "variances differ by"], rows)


def best_rate(figures, phases, label, ranks):
    """Operations a second of a rank in these phases together, each in its best launch."""
    seconds = [figures.best(*phase, label, ranks, "seconds") for phase in phases]
    operations = [figures.best(*phase, label, ranks, "operations") for phase in phases]
    return None if None in seconds + operations else sum(operations) / sum(seconds) / ranks


def dgemm_rate(figures, ranks):
    return max(figures.get("limit", "dgemm", "", ranks, "flops_per_second"), default=None)


def report_rates(options, figures):
    """Of the stages' phases, and without the data: of made-up matrices."""
    rows = []
    label = list(options.program)[-1]
    phases = [(f"{thing}: {phase}", thing, phase, label) for thing, phase in LEVEL_3]
    phases += [(f"alone: {title}", "matrices", name, "") for name, title in ALONE.items()]
    phases += [(f"alone: {options.components} eigenvectors", "matrices", "leading", "")]
    for ranks in options.ranks:
        dgemm = dgemm_rate(figures, ranks)
        rows.append([f"dgemm of {options.dgemm}", str(ranks), "-", number(quotient(dgemm, 1e9)), "-"])
        for title, thing, phase, variant in phases:
            seconds = figures.get(thing, phase, variant, ranks, "seconds")
            rate = best_rate(figures, [(thing, phase)], variant, ranks)
            if seconds:
                rows.append([title, str(ranks), spread(seconds), number(quotient(rate, 1e9)),
                             number(quotient(rate, dgemm))])
    print_table(f"Products and solutions; alone: of {options.features:,} x {options.features:,}, "
                f"{options.terms:,} terms", ["", "ranks", "seconds", "GFLOP/s a rank, best", "of dgemm"], rows)


def report_memory(options, figures):
    label = list(options.program)[-1]
    rows = []
    for ranks in options.memory_ranks:
        held, needed, share = (figures.median("memory", "matrix", "", ranks, f"{name}_bytes")
                               for name in ("held", "needed", "share"))
        peaks = [figures.median(thing, "whole", label, ranks, "peak_bytes") for thing in ("pca", "ridge")]
        alone = figures.median("matrices", "peak", "", ranks, "peak_bytes")
        rows.append([str(ranks), number(share / MIB), number(held / MIB), number(held / share), number(needed / MIB),
                     *(number(quotient(peak, MIB)) for peak in (alone, *peaks))])
    print_table("Memory of a rank, MiB", ["ranks", "equal share", "held", ": share", "with work space",
                                          "peak, matrices", "peak, pca", "peak, ridge"], rows)


def report_demands(options, figures):
    label = list(options.program)[-1]
    rows = []
    for title, phases in [*((": ".join(phase), [phase]) for phase in LEVEL_3), ("all of these", LEVEL_3)]:
        for ranks in options.ranks:
            share = quotient(best_rate(figures, phases, label, ranks), dgemm_rate(figures, ranks))
            rows.append([f"{title} : dgemm, {ranks} ranks", number(share), f">= {SHARE_OF_DGEMM}",
                         *beside(share, SHARE_OF_DGEMM)])
        # The same operations on two ranks: twice the rate of a rank.
        speedup = quotient(best_rate(figures, phases, label, 2), best_rate(figures, phases, label, 1))
        speedup = speedup and 2 * speedup
        rows.append([f"{title}: two ranks : one", number(speedup), f">= {SPEEDUP}", *beside(speedup, SPEEDUP)])
    for thing in ("pca", "ridge"):
        peak = figures.median(thing, "whole", label, 2, "peak_bytes")
        rows.append([f"{thing}: GiB of a rank, two ranks, {options.samples:,} samples", number(quotient(peak, GIB)),
                     f"< {PEAK_BYTES // GIB}", *beside(peak, PEAK_BYTES, at_most=True)])
    print_table("What is asked, by the best launches", ["", "found", "asked", "found : asked", "reached"],
                [row for row in rows if row[1] != "-"])


def report_linalg(options, figures):
    print(f"{options.samples:,} samples, {options.features:,} features, {options.components} components; launches of "
          f"each: {options.launches}, interleaved, of scikit-learn 1: median (lowest-highest)")
    report_stages(options, figures)
    report_peers(options, figures)
    if not options.no_limits:
        report_rates(options, figures)
    report_memory(options, figures)
    report_demands(options, figures)
