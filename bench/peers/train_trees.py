"""Trains boosted trees of XGBoost and LightGBM on a table of f32 numbers, like for like, and prints seconds and test AUC as JSON."""
import json
import sys
import time

import lightgbm as lgb
import numpy as np
import xgboost as xgb
from sklearn.metrics import roc_auc_score

path, n, n_test, n_features, threads = sys.argv[1], *map(int, sys.argv[2:])
data = np.fromfile(path, dtype=np.float32).reshape(n + n_test, n_features + 1)
x, y = data[:n, :-1].copy(), data[:n, -1]
x_test, y_test = data[n:, :-1].copy(), data[n:, -1]


def timed(train, predict):
    wall, cpu = time.perf_counter(), time.process_time()
    model = train()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return {"seconds": wall, "cpuSeconds": cpu, "auc": roc_auc_score(y_test, predict(model))}


def train_xgboost():
    params = dict(objective="binary:logistic", tree_method="hist", grow_policy="lossguide", max_leaves=31, max_depth=0, eta=0.1)
    return xgb.train({**params, "nthread": threads}, xgb.QuantileDMatrix(x, y, nthread=threads), 100)


def train_lightgbm():
    params = dict(objective="binary", num_leaves=31, learning_rate=0.1, min_data_in_leaf=1, lambda_l2=1, verbose=-1)
    return lgb.train({**params, "num_threads": threads}, lgb.Dataset(x, y), 100)


print(
    json.dumps(
        {
            "xgboost": timed(train_xgboost, lambda model: model.predict(xgb.DMatrix(x_test))),
            "lightgbm": timed(train_lightgbm, lambda model: model.predict(x_test)),
        }
    )
)
