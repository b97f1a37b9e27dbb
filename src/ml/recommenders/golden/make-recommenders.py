"""
Makes recommenders.json, the reference values of ml/recommenders.

Needs Python 3.11 with numpy and scipy:  python make-recommenders.py
ALS: one exact round (users, then items) from given factors by numpy's solver, the objective before and after each half, and the factors of a user of whom
only a history is known. Neighbours: cosine with shrinkage of scipy's sparse product, the best few per item, and the sums of a history.
"""

import json
from pathlib import Path

import numpy as np
import scipy.sparse as sp

SEED, USERS, ITEMS, FACTORS, LAMBDA, ALPHA = 5, 14, 11, 3, 0.7, 2.5
rng = np.random.default_rng(SEED)
weights = np.where(rng.random((USERS, ITEMS)) < 0.3, rng.integers(1, 6, (USERS, ITEMS)), 0).astype(float)
weights[3] = 0  # a user without interactions
weights[:, 7] = 0  # an item that nobody was seen with
first = rng.uniform(-0.5, 0.5, (ITEMS, FACTORS)).astype(np.float32).astype(float)
first[7] = 0


def solve(rows, fixed):
    gram = fixed.T @ fixed + LAMBDA * np.eye(FACTORS)
    out = np.zeros((len(rows), FACTORS))
    for row, w in enumerate(rows):
        c = ALPHA * w
        out[row] = np.linalg.solve(gram + fixed.T @ (c[:, None] * fixed), fixed.T @ ((1 + c) * (w > 0)))
    return out


def objective(x, y):
    errors = (weights > 0) - x @ y.T
    return float(((1 + ALPHA * weights) * errors**2).sum() + LAMBDA * ((x**2).sum() + (y**2).sum()))


users = solve(weights, first)
items = solve(weights.T, users)
history = np.zeros(ITEMS)
history[[1, 4, 9]] = [2.0, 1.0, 0.5]

SHRINKAGE, NEIGHBOURS = 3.0, 4
columns = sp.csc_matrix(weights)
products = (columns.T @ columns).toarray()
norms = np.sqrt(np.diag(products))
similarity = products / (np.outer(norms, norms) + SHRINKAGE)
np.fill_diagonal(similarity, 0)
neighbours = []
kept = np.zeros_like(similarity)
for i in range(ITEMS):
    order = [int(j) for j in np.argsort(-similarity[i], kind="stable")[:NEIGHBOURS] if similarity[i, j] > 0]
    neighbours.append({"items": order, "scores": similarity[i, order].tolist()})
    kept[i, order] = similarity[i, order]

pairs = np.argwhere(weights > 0)
json.dump(
    {
        "library": f"numpy {np.__version__}, scipy {__import__('scipy').__version__}",
        "seed": SEED,
        "nUsers": USERS,
        "nItems": ITEMS,
        "users": pairs[:, 0].tolist(),
        "items": pairs[:, 1].tolist(),
        "weights": weights[weights > 0].tolist(),
        "als": {
            "factors": FACTORS,
            "lambda": LAMBDA,
            "alpha": ALPHA,
            "firstItems": first.tolist(),
            "afterUsers": users.tolist(),
            "afterItems": items.tolist(),
            "objectives": [objective(np.zeros((USERS, FACTORS)), first), objective(users, first), objective(users, items)],
        },
        "history": {"items": [9, 1, 4], "weights": [0.5, 2.0, 1.0], "factors": solve(history[None], items)[0].tolist()},
        "neighbours": {"shrinkage": SHRINKAGE, "neighbours": NEIGHBOURS, "of": neighbours, "scores": (history @ kept).tolist()},
    },
    Path(__file__).with_name("recommenders.json").open("w"),
)
