"""Small models of LightGBM with its own predictions, for lightgbm.json beside this file. Run: python make-lightgbm.py > lightgbm.json

The list of training parameters is cut out of each model but one, which needs it.
"""

import json
import re

import lightgbm as lgb
import numpy as np
import pandas as pd

SEED = 7
N = 300
SHOWN = 30
rng = np.random.default_rng(SEED)

frame = pd.DataFrame(
    {
        "a": rng.normal(size=N).astype(np.float32),
        "b": rng.integers(-2, 4, N).astype(np.float32),
        "c": rng.normal(size=N).astype(np.float32),
    }
)
frame.loc[::7, "a"] = np.nan
frame.loc[::11, "c"] = 0
city = pd.Categorical(rng.choice(["Łódź", "Bern", "Oslo", "Rome", "Wien", "York"], N))
size = pd.Categorical(rng.integers(3, 9, N))
zip_code = rng.choice([7, 100, 4033, 8001, 9000], N).astype(np.float32)
score = frame.a.fillna(0.5) + 0.3 * frame.b - 0.5 * frame.c + (city.codes % 2) + (zip_code > 5000) + 0.2 * rng.normal(size=N)
with_levels = frame.assign(city=city, size=size)
with_levels.loc[::13, "city"] = np.nan
with_codes = frame.assign(zip=zip_code)
with_codes.loc[::17, "zip"] = np.nan
whole_codes = frame.assign(zip=zip_code)
binary = (score > 1.5).astype(int)
three = np.digitize(score, [0.8, 2.0])
counts = rng.poisson(np.exp(score / 3))
cat = {"cat_smooth": 1, "min_data_per_group": 5, "max_cat_to_onehot": 1, "cat_l2": 1}

# Name: rows, target, parameters, categorical columns.
CASES = {
    "binary": (frame, binary, {"objective": "binary"}, []),
    "binary with a steep sigmoid": (frame, binary, {"objective": "binary", "sigmoid": 1.7}, []),
    "regression": (frame, score, {"objective": "regression"}, []),
    "absolute error": (frame, score, {"objective": "regression_l1"}, []),
    "Huber": (frame, score, {"objective": "huber"}, []),
    "fair": (frame, score, {"objective": "fair"}, []),
    "percentage error": (frame, score, {"objective": "mape"}, []),
    "quantile": (frame, score, {"objective": "quantile", "alpha": 0.8}, []),
    "Poisson": (frame, counts, {"objective": "poisson"}, []),
    "gamma": (frame, counts + 0.5, {"objective": "gamma"}, []),
    "Tweedie": (frame, counts, {"objective": "tweedie", "tweedie_variance_power": 1.3}, []),
    "cross-entropy": (frame, binary, {"objective": "cross_entropy"}, []),
    "three classes": (frame, three, {"objective": "multiclass", "num_class": 3}, []),
    "two classes of a softmax": (frame, binary, {"objective": "multiclass", "num_class": 2}, []),
    "ranking": (frame, three, {"objective": "lambdarank"}, []),
    "missing is 0": (frame, score, {"objective": "regression", "use_missing": False}, []),
    "0 is missing": (frame, score, {"objective": "regression", "zero_as_missing": True}, []),
    "categories": (with_levels, binary, {"objective": "binary", **cat}, "auto"),
    "categories one by one": (with_levels, score, {"objective": "regression", **cat, "max_cat_to_onehot": 100}, "auto"),
    "codes": (with_codes, score, {"objective": "regression", **cat}, ["zip"]),
    "codes, none missing": (whole_codes, score, {"objective": "regression", **cat}, ["zip"]),
    "dart": (frame, binary, {"objective": "binary", "boosting": "dart", "drop_rate": 0.5}, []),
    "random forest": (
        frame,
        three,
        {"objective": "multiclass", "num_class": 3, "boosting": "rf", "bagging_fraction": 0.7, "bagging_freq": 1},
        [],
    ),
    "nothing to split": (frame, score, {"objective": "regression", "min_gain_to_split": 1e9}, []),
}


def numbers(array):
    return [[None if np.isnan(x) else float(x) for x in np.atleast_1d(row)] for row in np.asarray(array, dtype=np.float64)]


def codes(table):
    return table.apply(lambda column: column.cat.codes.replace(-1, np.nan) if column.dtype == "category" else column)


def without_parameters(text):
    return re.sub("\\nparameters:.*end of parameters\\n", "", text, flags=re.S)


out = []
for name, (table, y, params, categorical) in CASES.items():
    group = [10] * (N // 10) if params["objective"] == "lambdarank" else None
    data = lgb.Dataset(table, y, categorical_feature=categorical, group=group)
    settled = {"num_leaves": 6, "learning_rate": 0.4, "min_data_in_leaf": 5, "seed": SEED, "num_threads": 1, "verbose": -1}
    booster = lgb.train({**settled, "deterministic": True, **params}, data, 3)
    shown = table[:SHOWN].copy()
    if name == "codes, none missing":
        shown.loc[::5, "zip"] = np.nan
        shown.loc[1::5, "zip"] = 3
    out.append(
        {
            "name": name,
            "rows": numbers(codes(shown)),
            "predict": numbers(booster.predict(shown)),
            "raw": numbers(booster.predict(shown, raw_score=True)),
            "leaf": booster.predict(shown, pred_leaf=True).reshape(SHOWN, -1).astype(int).tolist(),
            "model": booster.model_to_string() if name == "quantile" else without_parameters(booster.model_to_string()),
        }
    )

print(json.dumps({"lightgbm": lgb.__version__, "seed": SEED, "script": "make-lightgbm.py", "cases": out}, ensure_ascii=False, separators=(",", ":")))
