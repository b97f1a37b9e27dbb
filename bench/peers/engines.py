"""Answers requests about XGBoost, LightGBM and scikit-learn, one JSON object a line: loads a table once, then trains, bins and predicts on it as often as asked."""
import gc
import json
import sys
import time

import lightgbm as lgb
import numpy as np
import xgboost as xgb
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import log_loss, roc_auc_score
from threadpoolctl import threadpool_limits


class Data:
    """The table of the last `load`; the model of the last `train`."""


data = Data()


def load(file, rows, nTest, levels, **_):
    width = len(levels) + 1
    flat = np.fromfile(file, dtype=np.float32, count=(nTest + rows) * width).reshape(-1, width)
    data.x_test, data.y_test = flat[:nTest, :-1].copy(), flat[:nTest, -1].copy()
    data.x, data.y = flat[nTest:, :-1].copy(), flat[nTest:, -1].copy()
    data.categories = [j for j, n in enumerate(levels) if n > 0]
    data.types = ["c" if n > 0 else "q" for n in levels]
    return {}


def xgboost_params(threads, defaults):
    if defaults:
        return dict(objective="binary:logistic", nthread=threads)
    return dict(
        objective="binary:logistic",
        tree_method="hist",
        grow_policy="lossguide",
        max_leaves=31,
        max_depth=0,
        max_bin=255,
        eta=0.1,
        reg_lambda=1,
        min_child_weight=1,
        max_cat_to_onehot=1,
        nthread=threads,
    )


def xgboost_matrix(threads):
    return xgb.QuantileDMatrix(
        data.x, data.y, max_bin=255, nthread=threads, feature_types=data.types, enable_categorical=True
    )


def train_xgboost(threads, trees, defaults):
    return xgb.train(xgboost_params(threads, defaults), xgboost_matrix(threads), trees)


def lightgbm_params(threads, defaults):
    shown = dict(objective="binary", num_threads=threads, verbose=-1)
    if defaults:
        return shown
    return dict(
        **shown,
        num_leaves=31,
        learning_rate=0.1,
        max_bin=255,
        min_data_in_leaf=1,
        min_sum_hessian_in_leaf=1,
        lambda_l2=1,
    )


def lightgbm_dataset(threads, defaults=False):
    return lgb.Dataset(
        data.x, data.y, categorical_feature=data.categories, params=lightgbm_params(threads, defaults)
    )


def train_lightgbm(threads, trees, defaults):
    return lgb.train(lightgbm_params(threads, defaults), lightgbm_dataset(threads, defaults), trees)


def train_sklearn(threads, trees, defaults):
    equal = {} if defaults else dict(l2_regularization=1, min_samples_leaf=1)
    model = HistGradientBoostingClassifier(
        max_iter=trees, early_stopping=False, categorical_features=data.categories or None, **equal
    )
    with threadpool_limits(threads):
        return model.fit(data.x, data.y)


def bin_xgboost(threads):
    return xgboost_matrix(threads)


def bin_lightgbm(threads):
    return lightgbm_dataset(threads).construct()


trainers = dict(xgboost=train_xgboost, lightgbm=train_lightgbm, sklearn=train_sklearn)
binners = dict(xgboost=bin_xgboost, lightgbm=bin_lightgbm)


def probabilities(engine, x):
    if engine == "xgboost":
        return data.model.inplace_predict(x)
    return data.model.predict_proba(x)[:, 1] if engine == "sklearn" else data.model.predict(x)


def timed(work, repeats):
    """Median wall and CPU seconds of one call."""
    walls, cpus = [], []
    for _ in range(repeats):
        wall, cpu = time.perf_counter(), time.process_time()
        result = work()
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    return result, {"wallSeconds": float(np.median(walls)), "cpuSeconds": float(np.median(cpus))}


def quality(engine):
    p = probabilities(engine, data.x_test)
    return {"auc": float(roc_auc_score(data.y_test, p)), "logLoss": float(log_loss(data.y_test, p.astype(np.float64)))}


def train(engine, threads=1, trees=100, defaults=False, repeats=1, evaluate=False, **_):
    data.model, took = timed(lambda: trainers[engine](threads, trees, defaults), repeats)
    return {**took, **(quality(engine) if evaluate else {})}


def bin_rows(engine, threads=1, repeats=1, **_):
    return timed(lambda: binners[engine](threads), repeats)[1]


def resident(field):
    with open("/proc/self/status") as status:
        line = next(line for line in status if line.startswith(field))
    return int(line.split()[1]) / 1024


def memory(engine, threads=1, trees=100, **_):
    """Megabytes of one training above what was there before it."""
    gc.collect()
    with open("/proc/self/clear_refs", "w") as control:
        control.write("5")
    before = resident("VmRSS")
    data.model = trainers[engine](threads, trees, False)
    return {"beforeMegabytes": before, "aboveMegabytes": resident("VmHWM") - before}


def per_row(work, rows, seconds=0.5):
    """Median microseconds a row over calls that last `seconds` together."""
    work(0)
    times, end = [], time.perf_counter() + seconds
    while time.perf_counter() < end or len(times) < 3:
        start = time.perf_counter()
        work(len(times))
        times.append(time.perf_counter() - start)
    return {"microseconds": float(np.median(times)) / rows * 1e6}


def predict(rows, **_):
    data.model.set_param({"nthread": 1})
    x = data.x_test[:rows].copy()
    return per_row(lambda _: data.model.inplace_predict(x), rows)


def predict_row(**_):
    data.model.set_param({"nthread": 1})
    rows = [data.x_test[i : i + 1].copy() for i in range(1000)]
    return per_row(lambda k: data.model.inplace_predict(rows[k % 1000]), 1)


def shap(rows, **_):
    data.model.set_param({"nthread": 1})
    x = xgb.DMatrix(data.x_test[:rows], feature_types=data.types, enable_categorical=True)
    return per_row(lambda _: data.model.predict(x, pred_contribs=True), rows)


def versions(**_):
    import sklearn

    return dict(xgboost=xgb.__version__, lightgbm=lgb.__version__, sklearn=sklearn.__version__)


actions = {
    "load": load,
    "train": train,
    "bin": bin_rows,
    "memory": memory,
    "predict": predict,
    "predict-row": predict_row,
    "shap": shap,
    "versions": versions,
}

for line in sys.stdin:
    request = json.loads(line)
    try:
        answer = actions[request.pop("do")](**request)
    except Exception as error:
        answer = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer), flush=True)
