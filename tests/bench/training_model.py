"""What training would take on many ranks, from what it takes on one and what messages take.

A step on p ranks (a power of two, at most batch / block) sends halves of the gradient, quarters, ...
to their owners, and the new weights the same way back: 2 log2 p messages a rank, together
2 (p - 1) / p of the parameters' bytes. Computing is shared out evenly, and nothing is overlapped:

  step(p) = step(1) / p + sum over the messages of (latency + bytes / bandwidth)

A sweep has folds x settings tasks. They queue for as many groups of ranks as there are tasks, or for
single ranks where there are more tasks; of a group's ranks a power of two computes:

  time = ceil(tasks / groups) x epochs x epoch(ranks of a group)

Reading, ranking and the choice of features, which tasks of a fold share, are left out, and so is
memory bandwidth where many ranks of a node compute.
"""
from collections import namedtuple

Network = namedtuple("Network", "latency bandwidth")  # seconds; bytes a second of a rank, both ways at once

# What is trained: seconds of an epoch on one rank, optimiser steps in it, bytes of the parameters,
# and the most ranks that can share a step.
Work = namedtuple("Work", "epoch_seconds steps n_bytes most_ranks")


def messages(n_bytes, ranks):
    """Bytes of what each rank sends in a step, message by message."""
    halves, piece = [], n_bytes
    while ranks > 1:
        piece, ranks = piece / 2, ranks // 2
        halves.append(piece)
    return halves + halves[::-1]


def exchange_seconds(n_bytes, ranks, network):
    return sum(network.latency + size / network.bandwidth for size in messages(n_bytes, ranks))


def epoch_seconds(work, ranks, network):
    return work.epoch_seconds / ranks + work.steps * exchange_seconds(work.n_bytes, ranks, network)


def group_sizes(work, ranks):
    size = 1
    while size <= min(ranks, work.most_ranks):
        yield size
        size *= 2


def sweep_seconds(work, groups, size, tasks, epochs, network):
    return -(-tasks // groups) * epochs * epoch_seconds(work, size, network)


def groups_of(work, ranks, tasks):
    """(groups, ranks that compute in each), as `oncomark crossval` has them."""
    groups = min(ranks, tasks)
    return groups, max(group_sizes(work, ranks // groups))


def best_groups(work, ranks, tasks, network):
    """(groups, ranks in each) for which a sweep would be shortest."""
    return min(((ranks // size, size) for size in group_sizes(work, ranks)),
               key=lambda plan: sweep_seconds(work, *plan, tasks, 1, network))
