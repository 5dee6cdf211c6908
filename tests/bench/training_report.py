"""Tables of what training takes."""
import statistics

from report import number, print_table, spread
from training import PEERS, n_parameters
from training_model import (Network, Work, best_groups, epoch_seconds, exchange_seconds, group_sizes,
                            groups_of, messages, sweep_seconds)

PRODUCTS = {
    "forward": "large, forward",
    "backward": "large, backward",
    "heads-forward": "heads, forward",
    "heads-backward": "heads, backward",
    "heads-gradient": "heads, weights",
}


def rate(figures, part, thing, label="", ranks=1):
    return figures.median(part, thing, label, ranks, "samples_per_second")


def ratio(one, other):
    return number(one / other if one and other else None)


def report_epochs(options, figures):
    rows = []
    for label in options.program:
        for ranks in options.ranks:
            def get(quantity):
                return figures.get("training", "oncomark train", label, ranks, quantity)

            rows.append([f"{label} train", str(ranks), spread(get("epoch_seconds")),
                         spread(get("samples_per_second"), 1e3), number(statistics.median(get("validation_loss"))),
                         number(statistics.median(get("before_seconds"))),
                         number(statistics.median(get("peak_bytes")) / (1 << 20))])
    for name, (processes, *_) in PEERS.items():
        def get(quantity):
            return figures.get("torch", name, options.loss, processes, quantity)

        if get("epoch_seconds"):
            rows.append([f"PyTorch, {name}", str(processes), spread(get("epoch_seconds")),
                         spread(get("samples_per_second"), 1e3), number(statistics.median(get("validation_loss"))),
                         "-", number(statistics.median(get("peak_bytes")) / (1 << 20))])
    print_table(f"Epochs with validation, loss: {options.loss}",
                ["", "processes", "seconds", "k samples/s", "validation loss", "before, s", "peak MiB"], rows)
    print(f"  (samples/s: training samples over the whole epoch; validation loss: after {options.epochs} epochs, "
          "from other first\n  weights and orders; before: start, reading, features and ranking, which "
          "PyTorch is spared: its input is\n  float32 z-scores in memory)")


def report_crossval(options, figures):
    rows = [[f"{label} crossval", str(ranks),
             *(spread(figures.get("training", "oncomark crossval", label, ranks, quantity), scale)
               for quantity, scale in (("stage_seconds", 1), ("samples_per_second", 1e3), ("peak_bytes", 1 << 20)))]
            for label in options.program for ranks in options.ranks
            if rate(figures, "training", "oncomark crossval", label, ranks)]
    print_table(f"{options.folds} folds of {options.epochs} epochs, whole stage",
                ["", "processes", "seconds", "k samples/s", "peak MiB"], rows)
    if not rows:
        print("\n`oncomark crossval` was not measured: this program has no such command")


def report_limits(figures, options):
    peak = figures.median("limit", "multiply-add", "", 1, "flops_per_second")
    if peak is None:
        return
    rows = [["multiply-add units", "-", spread(figures.get("limit", "multiply-add", "", 1, "flops_per_second"), 1e9),
             "1", ""]]
    for name, text in PRODUCTS.items():
        flops = figures.get("limit", name, "", 1, "flops_per_second")
        rows.append([text, spread(figures.get("limit", name, "", 1, "seconds"), 1e-3), spread(flops, 1e9),
                     number(statistics.median(flops) / peak), options.variants[name]])
    print_table(f"A step's products on one core, BLAS ({options.kernels}) in its quickest variant of the last launch",
                ["", "ms", "GFLOP/s", "of the peak", "stored as, and cut"], rows)
    for thing in ("both large products", "all products"):
        print(f"  {thing} alone: {spread(figures.get('limit', thing, '', 1, 'samples_per_second'), 1e3)} k samples/s")


def best_peer(options, figures):
    """(name, samples a second) of the quickest way on two cores."""
    found = {name: rate(figures, "torch", name, options.loss, processes)
             for name, (processes, *_) in PEERS.items() if name != "one core"}
    found = {name: value for name, value in found.items() if value}
    return max(found.items(), key=lambda item: item[1]) if found else ("none", None)


def report_ratios(options, figures, sizes):
    label = list(options.program)[-1]
    one = rate(figures, "training", "oncomark train", label, 1)
    two = rate(figures, "training", "oncomark train", label, 2)
    peer, peer_rate = best_peer(options, figures)
    peak = figures.median("limit", "multiply-add", "", 1, "flops_per_second")
    # Of a sample: forward and backward, two operations a weight each.
    flops = 4 * sizes["features"] * sizes["hidden"]
    rows = [["one rank : PyTorch on one core", ratio(one, rate(figures, "torch", "one core", options.loss, 1))],
            [f"two ranks : best PyTorch on two cores ({peer})", ratio(two, peer_rate)],
            ["one rank : both large products alone", ratio(one, rate(figures, "limit", "both large products"))],
            ["one rank : all products alone", ratio(one, rate(figures, "limit", "all products"))],
            ["one rank : multiply-add units busy with the large products", ratio(one, peak and peak / flops)],
            ["two ranks : one", ratio(two, one)],
            ["two ranks : one, crossval", ratio(rate(figures, "training", "oncomark crossval", label, 2),
                                                rate(figures, "training", "oncomark crossval", label, 1))]]
    print_table(f"Speeds compared, {label}", ["", "ratio"], [row for row in rows if row[1] != "-"])


def report_programs(options, figures):
    first, *others = options.program
    rows = [[label, str(ranks), ratio(rate(figures, "training", "oncomark train", label, ranks),
                                      rate(figures, "training", "oncomark train", first, ranks))]
            for label in others for ranks in options.ranks]
    print_table(f"How many times as fast as {first}", ["program", "ranks", "ratio"], rows)


def report_network(figures):
    def get(quantity, scale=1.0):
        return spread(figures.get("network", "between 2 ranks", "", 2, quantity), scale)

    rows = [["8 bytes one way, us", get("latency", 1e-6)],
            ["one way, GB/s", get("bandwidth", 1e9)],
            ["swap of all parameters, ms", get("swap", 1e-3)],
            ["MPI_Allreduce of all parameters, ms", get("allreduce", 1e-3)],
            ["what a step sends: halves there and back, ms", get("exchange", 1e-3)]]
    print_table("Messages between two ranks of this machine", ["", "median"], rows)


def report_traffic(work):
    rows = [[str(ranks), str(len(messages(work.n_bytes, ranks))), number(sum(messages(work.n_bytes, ranks)) / 1e6),
             number(sum(messages(work.n_bytes, ranks)) * ranks / 1e6)]
            for ranks in group_sizes(work, work.most_ranks)]
    print_table(f"What a step sends, {work.n_bytes / 4:,.0f} parameters of 4 bytes (computed)",
                ["ranks", "messages a rank", "MB a rank", "MB in all"], rows)


def measured_network(figures, n_bytes):
    """Of two ranks here, by what a step sends: two messages of half the parameters."""
    exchange = figures.median("network", "between 2 ranks", "", 2, "exchange")
    latency = figures.median("network", "between 2 ranks", "", 2, "latency")
    return Network(latency, n_bytes / (exchange - 2 * latency)) if exchange else None


def report_training_model(options, figures, work, network, here):
    rows = []
    for ranks in group_sizes(work, work.most_ranks):
        seconds = epoch_seconds(work, ranks, network)
        rows.append([str(ranks), number(seconds),
                     number(1e3 * exchange_seconds(work.n_bytes, ranks, network)),
                     number(work.epoch_seconds / seconds),
                     number(work.epoch_seconds / epoch_seconds(work, ranks, here)) if here else "-"])
    print_table(f"Model: one training on 4/5 of {options.model_samples:,} samples; latency {options.latency:g} us, "
                f"bandwidth {options.bandwidth:g} GB/s a rank",
                ["ranks", "s an epoch", "ms of messages a step", "speedup", "with this machine's messages"], rows)


def report_sweep_model(options, work, network, here):
    tasks, epochs = options.sweep_folds * options.sweep_settings, options.sweep_epochs
    alone = tasks * epochs * work.epoch_seconds
    rows = []
    ranks = 1
    while ranks <= options.most_ranks:
        groups, size = groups_of(work, ranks, tasks)
        best = best_groups(work, ranks, tasks, network)
        seconds = sweep_seconds(work, groups, size, tasks, epochs, network)
        rows.append([f"{ranks:,}", str(groups), str(size), number(seconds / 60), number(alone / seconds),
                     number(alone / seconds / ranks),
                     number(sweep_seconds(work, groups, size, tasks, epochs, here) / 60) if here else "-",
                     f"{number(sweep_seconds(work, *best, tasks, epochs, network) / 60)} by {best[0]} x {best[1]}"])
        ranks *= 2
    print_table(f"Model: a sweep of {options.sweep_folds} folds x {options.sweep_settings} settings, {epochs} epochs each",
                ["ranks", "groups", "at work in each", "minutes", "speedup", "of ideal", "messages as here",
                 "best groups"], rows)
    print("  (tasks queue: what is left of the last round waits. Without reading, ranking and choice of features;"
          "\n  ranks of a node share its memory, which is not in the model; formulas in training_model.py)")


def report_model(options, figures, sizes):
    label = list(options.program)[-1]
    epoch = figures.median("training", "oncomark train", label, 1, "epoch_seconds")
    if epoch is None:
        return
    n_bytes = 4 * n_parameters(sizes)
    here = measured_network(figures, n_bytes)
    share = 0.8 * options.model_samples / sizes["training"]
    work = Work(epoch * share, -(-8 * options.model_samples // (10 * sizes["batch"])), n_bytes,
                sizes["batch"] // sizes["block"])
    network = Network(1e-6 * options.latency, 1e9 * options.bandwidth)
    report_traffic(work)
    two = figures.median("training", "oncomark train", label, 2, "epoch_seconds")
    if here and two:
        steps = -(-sizes["training"] // sizes["batch"])
        modelled = epoch_seconds(Work(epoch, steps, n_bytes, work.most_ranks), 2, here)
        print(f"\n  two ranks here: {two:.3g} s an epoch measured, {modelled:.3g} s by the model")
    report_training_model(options, figures, work, network, here)
    report_sweep_model(options, work, network, here)


def report_training(options, figures, sizes):
    print(f"{options.samples:,} samples ({sizes['training']:,} training, {sizes['validation']:,} validation), "
          f"{sizes['features']:,} features, hidden {sizes['hidden']}, head {sizes['head']}, batch {sizes['batch']}; "
          f"{options.launches} launches of each, interleaved: median (lowest-highest)")
    report_epochs(options, figures)
    report_crossval(options, figures)
    if not options.no_limits:
        report_limits(figures, options)
        report_network(figures)
    report_ratios(options, figures, sizes)
    report_programs(options, figures)
    report_model(options, figures, sizes)
