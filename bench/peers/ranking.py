"""Trains LightGBM's lambdarank on queries that are loaded once, one JSON object a line each way."""
import json
import sys
import time

import lightgbm as lgb
import numpy as np


class Data:
    """The queries of the last `load`."""


data = Data()


def read(file, sizes):
    groups = np.loadtxt(sizes, dtype=np.int64)
    flat = np.fromfile(file, dtype=np.float32).reshape(int(groups.sum()), -1)
    return flat[:, :-1].copy(), flat[:, -1].copy(), groups


def load(train, test):
    data.x, data.y, data.groups = read(**train)
    data.x_test, _, _ = read(**test)
    return {}


def train(threads, trees):
    # Our defaults: 31 leaves, learning rate 0.1, 20 rows in a leaf, lambda 1, pairs of the first 30 places.
    params = dict(objective="lambdarank", num_threads=threads, verbose=-1, lambda_l2=1)
    wall, cpu = time.perf_counter(), time.process_time()
    model = lgb.train(params, lgb.Dataset(data.x, data.y, group=data.groups, params=params), trees)
    took = dict(wallSeconds=time.perf_counter() - wall, cpuSeconds=time.process_time() - cpu)
    return {**took, "scores": model.predict(data.x_test).tolist()}


actions = {"load": load, "train": train}

for line in sys.stdin:
    request = json.loads(line)
    try:
        answer = actions[request.pop("do")](**request)
    except Exception as error:
        answer = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer), flush=True)
