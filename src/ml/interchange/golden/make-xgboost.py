"""Small models of XGBoost with its own predictions, for xgboost.json beside this file. Run: python make-xgboost.py > xgboost.json"""

import base64
import json
import warnings

import numpy as np
import pandas as pd
import xgboost as xgb

warnings.filterwarnings("ignore")
SEED = 7
N = 300
SHOWN = 30
rng = np.random.default_rng(SEED)

frame = pd.DataFrame(
    {
        "a": rng.normal(size=N).astype(np.float32),
        "b": rng.integers(0, 6, N).astype(np.float32),
        "c": rng.normal(size=N).astype(np.float32),
    }
)
frame.loc[::7, "a"] = np.nan
frame.loc[::11, "c"] = np.nan
city = pd.Categorical(rng.choice(["Lodz", "Bern", "Oslo", "Rome", "Wien", "York"], N))
size = pd.Categorical(rng.integers(3, 9, N))
score = frame.a.fillna(0.5) + 0.3 * frame.b - 0.5 * frame.c.fillna(0) + (city.codes % 2) + 0.2 * rng.normal(size=N)
with_levels = frame.assign(city=city, size=size)
with_levels.loc[::13, "city"] = np.nan
abroad = pd.DataFrame({"city": city.rename_categories(["Bern", "Łódź", "Oslo", "Rome", "Wien", "York"])})
binary = (score > 1.2).astype(int)
three = np.digitize(score, [0.6, 1.8])
counts = rng.poisson(np.exp(score / 3))
query = np.repeat(np.arange(N // 10), 10)

CASES = {
    "binary": (frame, binary, {"objective": "binary:logistic"}),
    "binary, base score given": (frame, binary, {"objective": "binary:logistic", "base_score": 0.1}),
    "share": (frame, binary, {"objective": "reg:logistic"}),
    "squared error": (frame, score, {"objective": "reg:squarederror"}),
    "squared log error": (frame, counts, {"objective": "reg:squaredlogerror"}),
    "absolute error": (frame, score, {"objective": "reg:absoluteerror"}),
    "pseudo-Huber": (frame, score, {"objective": "reg:pseudohubererror"}),
    "quantiles": (frame, score, {"objective": "reg:quantileerror", "quantile_alpha": [0.1, 0.5, 0.9]}),
    "one quantile": (frame, score, {"objective": "reg:quantileerror", "quantile_alpha": 0.8}),
    "Poisson": (frame, counts, {"objective": "count:poisson"}),
    "gamma": (frame, counts + 0.5, {"objective": "reg:gamma"}),
    "Tweedie": (frame, counts, {"objective": "reg:tweedie", "tweedie_variance_power": 1.3}),
    "three classes": (frame, three, {"objective": "multi:softprob", "num_class": 3}),
    "two classes of a softmax": (frame, binary, {"objective": "multi:softprob", "num_class": 2}),
    "ranking": (frame, np.clip(three, 0, 2), {"objective": "rank:ndcg"}),
    "categories": (with_levels, binary, {"objective": "binary:logistic", "max_cat_to_onehot": 1, "min_child_weight": 0.1}),
    "categories one by one": (with_levels, score, {"objective": "reg:squarederror", "max_cat_to_onehot": 100}),
    "names beyond ASCII": (abroad, score, {"objective": "reg:squarederror"}),
    "dart": (frame, binary, {"objective": "binary:logistic", "booster": "dart", "rate_drop": 0.5, "eta": 0.5}),
    "dart, three classes": (
        with_levels,
        three,
        {"objective": "multi:softprob", "num_class": 3, "booster": "dart", "rate_drop": 0.5, "eta": 0.5},
    ),
    "parallel trees": (
        frame,
        three,
        {"objective": "multi:softprob", "num_class": 3, "num_parallel_tree": 2, "subsample": 0.7, "colsample_bynode": 0.7},
    ),
    "leaf by leaf": (frame, score, {"objective": "reg:squarederror", "grow_policy": "lossguide", "max_leaves": 8, "max_depth": 0}),
    "exact, pruned": (frame, score, {"objective": "reg:squarederror", "tree_method": "exact", "gamma": 2.0}),
    "only the start score": (frame, score, {"objective": "reg:squarederror", "gamma": 1e9}),
}


def numbers(array):
    """Shortest text of f32 numbers, null for missing."""
    return [[None if np.isnan(x) else float(str(np.float32(x))) for x in np.atleast_1d(row)] for row in np.asarray(array)]


def codes(table):
    return table.apply(lambda column: column.cat.codes.replace(-1, np.nan) if column.dtype == "category" else column)


out = []
for name, (table, y, params) in CASES.items():
    data = xgb.DMatrix(table, y, enable_categorical=True)
    if params["objective"].startswith("rank:"):
        data.set_group(np.bincount(query))
    booster = xgb.train({"max_depth": 3, "eta": 0.4, "seed": SEED, "nthread": 1, **params}, data, 3)
    shown = xgb.DMatrix(table[:SHOWN], enable_categorical=True)
    raw = bytes(booster.save_raw("json"))
    case = {
        "name": name,
        "rows": numbers(codes(table[:SHOWN])),
        "predict": numbers(booster.predict(shown)),
        "margin": numbers(booster.predict(shown, output_margin=True)),
        "leaf": booster.predict(shown, pred_leaf=True, strict_shape=True).reshape(SHOWN, -1).astype(int).tolist(),
        "model": json.loads(raw),
    }
    if name in ("categories", "quantiles"):
        case["ubj"] = base64.b64encode(bytes(booster.save_raw("ubj"))).decode()
    out.append(case)

print(json.dumps({"xgboost": xgb.__version__, "seed": SEED, "script": "make-xgboost.py", "cases": out}, ensure_ascii=False, separators=(",", ":")))
