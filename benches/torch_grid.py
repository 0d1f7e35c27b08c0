#!/usr/bin/env python3
"""A 5 × 5 grid of temperature and soft weight, one run after another, in plain PyTorch: what a sweep is measured beside.

    python -m venv v && v/bin/pip install torch numpy && v/bin/python benches/torch_grid.py [--data digits|mnist-mini] [--cells 25]

The work is that of `stillroom run` on the same grid: the same rows for training and validation, a student of the same
layers, ready-made teacher logits, the soft and the hard term, AdamW with a cosine schedule, batches of 128, and a look at
the validation rows after each epoch. Prints one JSON object with the seconds of training and of evaluation.
"""
import argparse, gzip, json, math, pathlib, time
import numpy as np, torch, torch.nn as nn, torch.nn.functional as F

a = argparse.ArgumentParser()
a.add_argument("--data", default="digits", choices=["digits", "mnist-mini"])
a.add_argument("--cells", type=int, default=25)
a.add_argument("--threads", type=int, default=2)
o = a.parse_args()
torch.set_num_threads(o.threads)
torch.manual_seed(0)
folder = pathlib.Path(__file__).parent.parent / "assets" / "data"

if o.data == "digits":
    rows = np.genfromtxt(gzip.open(folder / "digits.csv.gz", "rt"), delimiter=",", dtype=np.float32)
    x, y = torch.tensor(rows[:, :-1] / 16), torch.tensor(rows[:, -1].astype(np.int64))
    hidden, epochs, train, validation = [32], 400, 1258, 180
else:
    raw = gzip.open(folder / "mnist-train4000-images.idx3.gz").read()
    labels = gzip.open(folder / "mnist-train4000-labels.idx1.gz").read()
    x = torch.tensor(np.frombuffer(raw, np.uint8, offset=16).reshape(-1, 784).astype(np.float32) / 255)
    y = torch.tensor(np.frombuffer(labels, np.uint8, offset=8).astype(np.int64))
    hidden, epochs, train, validation = [64, 64], 40, 3500, 500
order = torch.randperm(len(x))
x, y = x[order], y[order]
xt, yt, xv, yv = x[:train], y[:train], x[train:train + validation], y[train:train + validation]
classes, batch = 10, 128


def mlp(widths):
    layers = []
    for i, (n, m) in enumerate(zip(widths, widths[1:])):
        layers += [nn.Linear(n, m)] + ([nn.ReLU()] if i + 2 < len(widths) else [])
    return nn.Sequential(*layers)


teacher = mlp([x.shape[1], 400, classes])
rule = torch.optim.AdamW(teacher.parameters(), lr=1e-3)
for _ in range(20):
    for part in torch.randperm(train).split(batch):
        rule.zero_grad(); F.cross_entropy(teacher(xt[part]), yt[part]).backward(); rule.step()
with torch.no_grad():
    logits = teacher(xt)

seconds, looking = 0.0, 0.0
cells = [(t, w) for t in (1, 2, 4, 8, 16) for w in (0.1, 0.3, 0.5, 0.7, 0.9)][:o.cells]
for t, w in cells:
    torch.manual_seed(0)
    student = mlp([x.shape[1], *hidden, classes])
    rule = torch.optim.AdamW(student.parameters(), lr=1e-3, fused=True)
    steps, step = epochs * math.ceil(train / batch), 0
    soft_targets = F.softmax(logits / t, -1)
    for _ in range(epochs):
        start = time.perf_counter()
        for part in torch.randperm(train).split(batch):
            for group in rule.param_groups:
                group["lr"] = 1e-3 * 0.5 * (1 + math.cos(math.pi * step / steps))
            rule.zero_grad(set_to_none=True)
            z = student(xt[part])
            soft = F.kl_div(F.log_softmax(z / t, -1), soft_targets[part], reduction="batchmean")
            (w * t * t * soft + (1 - w) * F.cross_entropy(z, yt[part])).backward()
            rule.step()
            step += 1
        seconds += time.perf_counter() - start
        start = time.perf_counter()
        with torch.no_grad():
            int((student(xv).argmax(-1) != yv).sum())
        looking += time.perf_counter() - start
print(json.dumps({"data": o.data, "cells": len(cells), "training": round(seconds, 2), "evaluation": round(looking, 2)}))
