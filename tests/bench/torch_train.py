"""PyTorch training the network of `oncomark train` on the same samples, as fast as it will.

usage: torch_train.py FOLDER LOSS EPOCHS PROCESSES THREADS
  FOLDER  x.npy (float32, training rows and then validation rows), labels.npy, tasks.npy, sizes.json;
          written by training_data.py
  LOSS    masked or published
The input is float32 in memory and needs no transform. OPENBLAS_NUM_THREADS is the caller's; THREADS
are PyTorch's own. Several processes share a batch by DistributedDataParallel with gloo.
Prints JSON: of each epoch the seconds, validation included, and both losses.
"""
import json
import os
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
import torch.distributed as dist
from torch.nn import functional as F

N_HALLMARKS = 10
VALIDATION_BATCH = 1024


class Network(torch.nn.Module):
    """All ten heads are one matrix product."""

    def __init__(self, n_features, hidden, head):
        super().__init__()
        self.head = head
        self.shared = torch.nn.Linear(n_features, hidden)
        self.heads = torch.nn.Linear(hidden, N_HALLMARKS * head)
        self.weight = torch.nn.Parameter(torch.empty(N_HALLMARKS, head))
        self.bias = torch.nn.Parameter(torch.zeros(N_HALLMARKS))
        for layer in (self.shared, self.heads):
            torch.nn.init.kaiming_uniform_(layer.weight, nonlinearity="relu")
            torch.nn.init.zeros_(layer.bias)
        limit = (6 / (head + 1)) ** 0.5
        torch.nn.init.uniform_(self.weight, -limit, limit)

    def forward(self, x):
        hidden = F.relu_(self.shared(x))
        heads = F.relu_(self.heads(hidden)).view(-1, N_HALLMARKS, self.head)
        return (heads * self.weight).sum(-1) + self.bias


def masked_loss(logits, labels, tasks):
    own = logits.gather(1, tasks.unsqueeze(1)).squeeze(1)
    return F.binary_cross_entropy_with_logits(own, labels)


def published_loss(logits, labels, tasks):
    share = torch.bincount(tasks, minlength=N_HALLMARKS) / (len(tasks) * N_HALLMARKS)
    every = labels.unsqueeze(1).expand_as(logits)
    return F.binary_cross_entropy_with_logits(logits, every, weight=share, reduction="sum") / len(tasks)


LOSSES = {"masked": masked_loss, "published": published_loss}


class Data:
    def __init__(self, folder):
        self.sizes = json.loads((folder / "sizes.json").read_text())
        # Pages of the file are memory that processes share; they are read once beforehand.
        rows = np.load(folder / "x.npy", mmap_mode="c")
        rows.sum()
        self.x = torch.from_numpy(rows)
        self.labels = torch.from_numpy(np.load(folder / "labels.npy"))
        self.tasks = torch.from_numpy(np.load(folder / "tasks.npy"))
        self.n_training = self.sizes["training"]
        self.n_validation = self.sizes["validation"]


class Trainer:
    def __init__(self, data, loss, rank, n_processes):
        sizes = data.sizes
        self.data, self.loss, self.rank, self.n_processes = data, LOSSES[loss], rank, n_processes
        torch.manual_seed(1)
        self.network = Network(sizes["features"], sizes["hidden"], sizes["head"])
        self.model = self.network
        if n_processes > 1:
            self.model = torch.nn.parallel.DistributedDataParallel(
                self.network, gradient_as_bucket_view=True, broadcast_buffers=False, bucket_cap_mb=64)
        self.adam = torch.optim.Adam(self.network.parameters(), lr=sizes["learning_rate"],
                                     eps=sizes["epsilon"], foreach=False)
        self.share = sizes["batch"] // n_processes
        self.buffer = torch.empty(self.share, sizes["features"])

    def epoch(self, number):
        data, n = self.data, self.data.n_training
        order = torch.randperm(n, generator=torch.Generator().manual_seed(number))
        labels, tasks = data.labels[order], data.tasks[order]
        total = torch.zeros(())
        for start in range(0, n, self.data.sizes["batch"]):
            stop = min(start + self.data.sizes["batch"], n)
            # The last batch may be short; then so are the shares.
            width = -(-(stop - start) // self.n_processes)
            first = start + self.rank * width
            last = min(first + width, stop)
            if first >= last:
                first, last = start, start + 1  # DDP wants a gradient of every process
            x = self.buffer[: last - first]
            torch.index_select(data.x, 0, order[first:last], out=x)
            loss = self.loss(self.model(x), labels[first:last], tasks[first:last])
            self.adam.zero_grad(set_to_none=self.n_processes == 1)
            loss.backward()
            self.adam.step()
            total += loss.detach() * (last - first)
        return self.sum(total) / n

    @torch.no_grad()
    def validate(self):
        data = self.data
        end = data.n_training + data.n_validation
        total = torch.zeros(())
        for first in range(data.n_training + self.rank * VALIDATION_BATCH, end,
                           self.n_processes * VALIDATION_BATCH):
            rows = slice(first, min(first + VALIDATION_BATCH, end))
            logits = self.network(data.x[rows])
            total += self.loss(logits, data.labels[rows], data.tasks[rows]) * len(logits)
        return self.sum(total) / data.n_validation

    def sum(self, value):
        if self.n_processes > 1:
            dist.all_reduce(value)
        return value.item()


def train(rank, folder, loss, n_epochs, n_processes, n_threads, meeting):
    torch.set_num_threads(n_threads)
    torch.set_flush_denormal(True)
    if n_processes > 1:
        dist.init_process_group("gloo", init_method=f"file://{meeting}", rank=rank, world_size=n_processes)
    trainer = Trainer(Data(folder), loss, rank, n_processes)
    found = {"seconds": [], "loss": [], "validation_loss": []}
    for number in range(n_epochs):
        started = time.perf_counter()
        found["loss"].append(trainer.epoch(number))
        found["validation_loss"].append(trainer.validate())
        found["seconds"].append(time.perf_counter() - started)
    if rank == 0:
        print(json.dumps(found), flush=True)
    if n_processes > 1:
        dist.barrier()
        os._exit(0)  # gloo may hang while it is taken down


def main():
    folder, loss = Path(sys.argv[1]), sys.argv[2]
    n_epochs, n_processes, n_threads = map(int, sys.argv[3:6])
    with tempfile.TemporaryDirectory() as meeting:
        arguments = (folder, loss, n_epochs, n_processes, n_threads, os.path.join(meeting, "file"))
        if n_processes == 1:
            train(0, *arguments)
        else:
            torch.multiprocessing.spawn(train, arguments, nprocs=n_processes)


if __name__ == "__main__":
    main()
