"""Trains rankers on parts of queries and scores the held-out ones: METHODS by name, all on the same parts, and prints the scores as JSON.

python ranking_quality.py FILE SIZES PARTS   (FILE: f32 rows with the grade last; PARTS: JSON, a list of {"train": [query …], "test": [query …]})
"""

import json
import sys

import lightgbm as lgb
import numpy as np
import xgboost as xgb

file, sizes_file, parts_file = sys.argv[1:]
sizes = np.loadtxt(sizes_file, dtype=np.int64)
flat = np.fromfile(file, dtype=np.float32).reshape(int(sizes.sum()), -1)
starts = np.concatenate([[0], np.cumsum(sizes)])


def rows_of(queries):
    rows = np.concatenate([np.arange(starts[q], starts[q + 1]) for q in queries])
    return flat[rows, :-1], flat[rows, -1], sizes[queries]


def lightgbm(trees, **params):
    def scores(train, x, seed):
        settings = dict(objective="lambdarank", num_threads=1, verbose=-1, seed=seed, **params)
        return lgb.train(settings, lgb.Dataset(train[0], train[1], group=train[2]), trees).predict(x)

    return scores


def xgboost(objective):
    def scores(train, x, seed):
        data = xgb.DMatrix(train[0], train[1])
        data.set_group(train[2])
        settings = dict(objective=objective, max_depth=6, eta=0.1, nthread=1, seed=seed)
        return xgb.train(settings, data, 50).predict(xgb.DMatrix(x))

    return scores


METHODS = {
    "LightGBM lambdarank": lightgbm(100),
    "LightGBM lambdarank, our settings": lightgbm(
        300, learning_rate=0.03, num_leaves=8, feature_fraction=0.3, bagging_fraction=0.7, bagging_freq=1, lambda_l2=1
    ),
    "XGBoost rank:ndcg": xgboost("rank:ndcg"),
    "XGBoost rank:pairwise": xgboost("rank:pairwise"),
}

answers = {name: [] for name in METHODS}
with open(parts_file) as parts:
    for seed, part in enumerate(json.load(parts), 1):
        train, test = rows_of(part["train"]), rows_of(part["test"])
        for name, scores in METHODS.items():
            answers[name].append(scores(train, test[0], seed).tolist())
print(json.dumps(answers))
