"""
Makes movielens.json: recall@20 of implicit's ALS on MovieLens.

Needs Python 3.11 with numpy, scipy and implicit:  OPENBLAS_NUM_THREADS=1 python make-movielens.py FOLDER/movielens-latest-small/ratings.csv
Every rating is an interaction. A user's are ordered by time, then by movie; the last fifth, at least one, is held out. implicit takes the confidence
itself, which is 1 + alpha here.
"""

import json
import sys
from pathlib import Path

import implicit
import numpy as np
import scipy.sparse as sp

FACTORS, LAMBDA, ALPHA, ITERATIONS, SEEDS = 32, 10.0, 10.0, 15, range(10)
rows = np.loadtxt(sys.argv[1], delimiter=",", skiprows=1)
movies = np.unique(rows[:, 1])
users, items = rows[:, 0].astype(int) - 1, np.searchsorted(movies, rows[:, 1])
order = np.lexsort((rows[:, 1], rows[:, 3], users))
users, items = users[order], items[order]
is_held = np.zeros(len(users), bool)
for user in np.unique(users):
    own = np.flatnonzero(users == user)
    is_held[own[len(own) - max(1, len(own) // 5) :]] = True
n_users, n_items = users.max() + 1, len(movies)
confidence = np.full((~is_held).sum(), 1 + ALPHA, np.float32)
matrix = sp.csr_matrix((confidence, (users[~is_held], items[~is_held])), shape=(n_users, n_items))
recalls = []
for seed in SEEDS:
    model = implicit.als.AlternatingLeastSquares(
        factors=FACTORS, regularization=LAMBDA, iterations=ITERATIONS, random_state=seed, num_threads=1
    )
    model.fit(matrix, show_progress=False)
    shown, _ = model.recommend(np.arange(n_users), matrix, N=20, filter_already_liked_items=True)
    per_user = [np.isin(items[is_held & (users == user)], shown[user]).mean() for user in range(n_users)]
    recalls.append(float(np.mean(per_user)))
json.dump(
    {
        "library": f"implicit {implicit.__version__}",
        "factors": FACTORS,
        "lambda": LAMBDA,
        "alpha": ALPHA,
        "iterations": ITERATIONS,
        "recallsAt20": recalls,
    },
    Path(__file__).with_name("movielens.json").open("w"),
)
