#!/usr/bin/python3
"""Makes network.txt: forward pass, both losses, their gradients and ten Adam steps by PyTorch in float64.

Adam is torch.optim.Adam with epsilon 1e-7, the value that Keras uses. (Keras 2 adds its epsilon before the bias
correction of the second moment, PyTorch after it; the reference is PyTorch.)
"""
import numpy as np
import torch
from torch.nn.functional import binary_cross_entropy_with_logits as cross_entropy

import golden

FEATURES, HIDDEN, HEAD, HALLMARKS, BATCH, STEPS = 37, 8, 4, 10, 24, 10
RATE, BETAS, EPSILON = 1e-3, (0.9, 0.999), 1e-7
SHAPES = {
    "hidden_weight": (HIDDEN, FEATURES),
    "hidden_bias": (HIDDEN,),
    "head_weight": (HALLMARKS, HEAD, HIDDEN),
    "head_bias": (HALLMARKS, HEAD),
    "output_weight": (HALLMARKS, HEAD),
    "output_bias": (HALLMARKS,),
}


def float32_exact(values):
    return torch.tensor(np.asarray(values, dtype=np.float32).astype(np.float64))


def make_batch(random):
    x = float32_exact(random.normal(size=(BATCH, FEATURES)))
    task = torch.tensor(np.concatenate([np.arange(9), random.integers(0, 9, BATCH - 9)]))
    label = torch.tensor(random.integers(0, 2, BATCH).astype(np.float64))
    return x, task, label


def make_parameters(random):
    return {
        name: float32_exact(random.uniform(-0.7, 0.7, shape)).requires_grad_()
        for name, shape in SHAPES.items()
    }


def forward(p, x):
    """Logits [batch x hallmarks]."""
    hidden = torch.relu(torch.nn.functional.linear(x, p["hidden_weight"], p["hidden_bias"]))
    logits = []
    for k in range(HALLMARKS):
        head = torch.relu(torch.nn.functional.linear(hidden, p["head_weight"][k], p["head_bias"][k]))
        logits.append(head @ p["output_weight"][k] + p["output_bias"][k])
    return torch.stack(logits, dim=1)


def masked_loss(logits, task, label):
    """Each sample trains its own head; mean over the batch."""
    return cross_entropy(logits.gather(1, task[:, None])[:, 0], label)


def published_loss(logits, task, label):
    """Every head over the whole batch, weighted by the batch's share of samples of its task, over ten."""
    total = 0.0
    for k in range(HALLMARKS):
        share = (task == k).double().mean()
        total = total + share * cross_entropy(logits[:, k], label)
    return total / HALLMARKS


def train(name, loss_of, start, batch):
    """Loss and gradients at the start, losses before and weights after the steps."""
    x, task, label = batch
    p = {key: value.detach().clone().requires_grad_() for key, value in start.items()}
    optimiser = torch.optim.Adam(p.values(), lr=RATE, betas=BETAS, eps=EPSILON)
    losses, gradients = [], None
    for _ in range(STEPS):
        optimiser.zero_grad()
        loss = loss_of(forward(p, x), task, label)
        loss.backward()
        losses.append(loss.item())
        if gradients is None:
            gradients = {key: value.grad.clone() for key, value in p.items()}
        optimiser.step()
    losses.append(loss_of(forward(p, x), task, label).item())
    return [
        (f"{name}_loss", [losses[0]]),
        *((f"{name}_gradient_{key}", value) for key, value in gradients.items()),
        (f"{name}_losses", losses),
        *((f"{name}_after_{key}", value.detach()) for key, value in p.items()),
    ]


def main():
    torch.set_num_threads(1)
    torch.set_default_dtype(torch.float64)
    random = np.random.default_rng(20250120)
    batch = make_batch(random)
    start = make_parameters(random)
    with torch.no_grad():
        logits = forward(start, batch[0])
    heading = golden.line("make_network.py", "numpy", "torch")
    golden.write_arrays(
        "network.txt",
        f"{heading}; Adam: torch.optim.Adam with epsilon 1e-7; float64",
        [
            *zip(["x", "task", "label"], batch),
            *((key, value.detach()) for key, value in start.items()),
            ("adam", [RATE, *BETAS, EPSILON]),
            ("logits", logits),
            ("probabilities", torch.sigmoid(logits)),
            *train("masked", masked_loss, start, batch),
            *train("published", published_loss, start, batch),
        ],
    )


if __name__ == "__main__":
    main()
