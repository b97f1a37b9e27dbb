"""A model of XGBoost with its own SHAP and interaction values and those of the package shap, for shap.json. Run: python make-shap.py > shap.json"""

import json
import warnings

import numpy as np
import pandas as pd
import shap
import xgboost as xgb

warnings.filterwarnings("ignore")
SEED = 11
N = 400
SHOWN = 12
rng = np.random.default_rng(SEED)
frame = pd.DataFrame({name: rng.normal(size=N).round(2).astype(np.float32) for name in "abcde"})
frame.loc[::7, "a"] = np.nan
score = frame.a.fillna(0.5) * frame.b + np.abs(frame.c) - 0.5 * frame.d.clip(0) + 0.2 * rng.normal(size=N)
PARAMS = {"max_leaves": 12, "max_depth": 0, "grow_policy": "lossguide", "tree_method": "hist", "seed": SEED, "nthread": 1}
CASES = {
    "binary": ((score > 0.8).astype(int), {"objective": "binary:logistic"}),
    "squared error": (score, {"objective": "reg:squarederror"}),
    "three classes": (np.digitize(score, [0.2, 1.1]), {"objective": "multi:softprob", "num_class": 3}),
}


def clean(values):
    return [[None if x != x else float(x) for x in row] for row in np.asarray(values, dtype=np.float64)]


cases = []
shown = frame.iloc[:SHOWN]
background = frame.iloc[SHOWN : SHOWN + 20]
for name, (target, params) in CASES.items():
    booster = xgb.train({**PARAMS, **params}, xgb.DMatrix(frame, target), 8)
    rows = xgb.DMatrix(shown)
    contributions = booster.predict(rows, pred_contribs=True, strict_shape=True)
    interactions = booster.predict(rows, pred_interactions=True, strict_shape=True)
    case = {
        "name": name,
        "model": booster.save_raw("json").decode(),
        "contributions": clean(contributions.reshape(SHOWN, -1)),
        "interactions": clean(interactions.reshape(SHOWN, -1)),
    }
    if name != "three classes":
        explainer = shap.TreeExplainer(booster, data=background, feature_perturbation="interventional")
        case["interventional"] = clean(explainer.shap_values(shown, check_additivity=False))
        case["expected"] = float(np.ravel(explainer.expected_value)[0])
    cases.append(case)
print(
    json.dumps(
        {
            "library": "xgboost, shap",
            "version": f"{xgb.__version__}, {shap.__version__}",
            "seed": SEED,
            "script": "make-shap.py",
            "rows": clean(shown),
            "background": clean(background),
            "cases": cases,
        },
        separators=(",", ":"),
    )
)
