"""
Makes learners.json, the reference values of ml/learners.

Needs Python 3.11 with numpy, scipy, scikit-learn, lightgbm and xgboost:  python make-learners.py
Linear models: optima of scikit-learn's solvers at the tightest tolerance. Boosted trees: held-out scores of three libraries at equal
settings, on rows made by whole-number arithmetic that boosting.ts repeats. Calibrators: scikit-learn's knots, scipy's optimum.
"""

import json
from pathlib import Path

import lightgbm
import numpy as np
import scipy
import sklearn
import xgboost
from scipy.optimize import minimize
from scipy.special import huber
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import (
    log_loss,
    mean_absolute_error,
    mean_gamma_deviance,
    mean_pinball_loss,
    mean_poisson_deviance,
    mean_tweedie_deviance,
    root_mean_squared_error,
)

SEED = 11
rng = np.random.default_rng(SEED)


def linear():
    n = 120
    scales = np.array([1, 0.01, 30, 5])
    numbers = np.round(rng.normal(size=(n, 4)) * scales, 4)
    codes = rng.integers(0, 4, n)
    weight = np.round(rng.gamma(2, 0.5, n), 2)
    design = np.hstack([numbers, np.eye(4)[codes]])
    score = numbers @ (np.array([1.2, -0.8, 0.5, 0]) / scales) + np.array([0.5, -0.5, 1, 0])[codes]
    targets = {
        "regression": np.round(3 * score + rng.normal(size=n), 3),
        "binary": (score + rng.logistic(size=n) > 0.6).astype(int),
        "multiclass": np.digitize(score + rng.logistic(size=n), [-0.6, 1]),
    }
    cases = []
    for task, y in targets.items():
        for weighted in (False, True):
            for l2 in (0.1, 1, 10):
                for balanced in (False, True) if task != "regression" else (False,):
                    if task == "regression":
                        model = Ridge(alpha=l2, solver="svd")
                    else:
                        model = LogisticRegression(C=1 / l2, tol=1e-14, max_iter=10_000, solver="newton-cholesky",
                                                   class_weight="balanced" if balanced else None)
                    model.fit(design, y, sample_weight=weight if weighted else None)
                    cases.append({"task": task, "weighted": weighted, "lambda": l2, "balanced": balanced,
                                  "weights": np.atleast_2d(model.coef_).tolist(),
                                  "intercepts": np.atleast_1d(model.intercept_).tolist()})
    return {"numbers": numbers.T.tolist(), "codes": codes.tolist(), "weight": weight.tolist(),
            "targets": {task: y.tolist() for task, y in targets.items()}, "cases": cases}


def uniform(i, j):
    """A number in [0, 1) for row i and column j: murmur3's finaliser of a linear form, in whole 32-bit numbers."""
    x = (i.astype(np.uint64) * 0x9E3779B1 + j * 0x85EBCA77 + 1) & 0xFFFFFFFF
    x ^= x >> np.uint64(16)
    x = (x * 0x85EBCA6B) & 0xFFFFFFFF
    x ^= x >> np.uint64(13)
    x = (x * 0xC2B2AE35) & 0xFFFFFFFF
    x ^= x >> np.uint64(16)
    return x / 4294967296


def boosting_rows(start, n):
    i = np.arange(start, start + n)
    x = np.stack([uniform(i, j) for j in range(5)], axis=1)
    level = np.floor(12 * uniform(i, 5))
    noise = uniform(i, 6) + uniform(i, 7) + uniform(i, 8) - 1.5
    is_missing = uniform(i, 9) < 0.15
    score = 2 * x[:, 0] + np.where(x[:, 2] > 0.4, 3 * (x[:, 1] - 0.5), 0) + x[:, 3] * x[:, 3] + ((level * 7) % 12) / 8 + noise
    x[is_missing, 1] = np.nan
    return np.column_stack([x, level]), {"regression": score, "binary": (score > 2.2).astype(int),
                                         "multiclass": (score > 1.7).astype(int) + (score > 2.7), **loss_targets(i, score)}


def loss_targets(i, score):
    """Numbers that the other losses are made for, by comparisons and products alone, so that another language makes the same ones."""
    amount = (np.maximum(score, -1) + 1.5) * (np.maximum(score, -1) + 1.5) * (0.1 + uniform(i, 11) + uniform(i, 12))
    return {"outliers": score + np.where(uniform(i, 10) < 0.1, 40 * (uniform(i, 11) - 0.5), 0),
            "count": sum((8 * uniform(i, 20 + k) < score).astype(float) for k in range(8)),
            "amount": amount, "claims": np.where(uniform(i, 13) < 0.6, 0, amount)}


def boosting():
    train, y_train = boosting_rows(0, 2000)
    test, y_test = boosting_rows(2000, 2000)
    measures = {"regression": root_mean_squared_error, "binary": log_loss, "multiclass": log_loss}
    scores = {}
    for task, measure in measures.items():
        regression = task == "regression"
        common = {"learning_rate": 0.1, "max_leaf_nodes": 31}
        peers = {
            "scikit-learn": (HistGradientBoostingRegressor if regression else HistGradientBoostingClassifier)(
                max_iter=60, early_stopping=False, l2_regularization=1, categorical_features=[5], min_samples_leaf=20, **common),
            "lightgbm": (lightgbm.LGBMRegressor if regression else lightgbm.LGBMClassifier)(
                n_estimators=60, learning_rate=0.1, num_leaves=31, min_child_samples=20, reg_lambda=1, verbose=-1, deterministic=True),
            "xgboost": (xgboost.XGBRegressor if regression else xgboost.XGBClassifier)(
                n_estimators=60, learning_rate=0.1, max_leaves=31, max_depth=0, grow_policy="lossguide", reg_lambda=1,
                min_child_weight=5, tree_method="hist"),
        }
        row = {}
        for name, model in peers.items():
            fit = {"categorical_feature": [5]} if name == "lightgbm" else {}
            model.fit(train, y_train[task], **fit)
            output = model.predict(test) if regression else model.predict_proba(test)
            row[name] = float(measure(y_test[task], output))
        scores[task] = row
    first, targets = boosting_rows(0, 3)
    scores["rows"] = {"features": np.nan_to_num(first, nan=-1).tolist(), "score": targets["regression"].tolist()}
    return scores


HUBER_DELTA, TWEEDIE_POWER, LEVEL = 1.0, 1.4, 0.9


def losses():
    """Held-out loss of the libraries that have the loss, at equal settings and with the loss's own metric."""
    train, y_train = boosting_rows(0, 6000)
    test, y_test = boosting_rows(6000, 6000)
    cases = {
        "huber": ("outliers", None, {"objective": "huber", "alpha": HUBER_DELTA},
                  {"objective": "reg:pseudohubererror", "huber_slope": HUBER_DELTA}, lambda y, p: huber(HUBER_DELTA, y - p).mean()),
        "absolute": ("outliers", {"loss": "absolute_error"}, {"objective": "l1"}, {"objective": "reg:absoluteerror"}, mean_absolute_error),
        "quantile": ("outliers", {"loss": "quantile", "quantile": LEVEL}, {"objective": "quantile", "alpha": LEVEL},
                     {"objective": "reg:quantileerror", "quantile_alpha": LEVEL}, lambda y, p: mean_pinball_loss(y, p, alpha=LEVEL)),
        "poisson": ("count", {"loss": "poisson"}, {"objective": "poisson"}, {"objective": "count:poisson"}, mean_poisson_deviance),
        "gamma": ("amount", {"loss": "gamma"}, {"objective": "gamma"}, {"objective": "reg:gamma"}, mean_gamma_deviance),
        "tweedie": ("claims", None, {"objective": "tweedie", "tweedie_variance_power": TWEEDIE_POWER},
                    {"objective": "reg:tweedie", "tweedie_variance_power": TWEEDIE_POWER},
                    lambda y, p: mean_tweedie_deviance(y, p, power=TWEEDIE_POWER)),
    }
    scores = {}
    for name, (target, of_sklearn, of_lightgbm, of_xgboost, measure) in cases.items():
        peers = {
            "lightgbm": lightgbm.LGBMRegressor(n_estimators=60, learning_rate=0.1, num_leaves=31, min_child_samples=20, reg_lambda=1,
                                               verbose=-1, deterministic=True, **of_lightgbm),
            "xgboost": xgboost.XGBRegressor(n_estimators=60, learning_rate=0.1, max_leaves=31, max_depth=0, grow_policy="lossguide",
                                            reg_lambda=1, min_child_weight=5, tree_method="hist", **of_xgboost),
        }
        if of_sklearn is not None:
            peers["scikit-learn"] = HistGradientBoostingRegressor(
                max_iter=60, early_stopping=False, l2_regularization=1, categorical_features=[5], min_samples_leaf=20,
                learning_rate=0.1, max_leaf_nodes=31, **of_sklearn)
        scores[name] = {}
        for peer, model in peers.items():
            model.fit(train, y_train[target], **({"categorical_feature": [5]} if peer == "lightgbm" else {}))
            scores[name][peer] = float(measure(y_test[target], model.predict(test)))
    targets = loss_targets(np.arange(3), boosting_rows(0, 3)[1]["regression"])
    return scores | {"targets": {name: values.tolist() for name, values in targets.items()}}


def calibration():
    n = 200
    y = (rng.random(n) < 0.4).astype(int)
    p = np.clip(np.round(rng.beta(2, 3, n) + 0.2 * y, 2), 0, 1)
    w = np.round(rng.gamma(1, 1, n), 2)
    grid = np.round(np.linspace(0, 1, 41), 3)
    cases = []
    for weight in (np.ones(n), w):
        isotonic = IsotonicRegression(out_of_bounds="clip").fit(p, y, sample_weight=weight)
        inside = np.clip(p, 1e-12, 1 - 1e-12)
        f = np.log(inside / (1 - inside))
        positive, negative = weight[y == 1].sum(), weight[y == 0].sum()
        t = np.where(y == 1, (positive + 1) / (positive + 2), 1 / (negative + 2))

        def loss(theta):
            z = theta[0] * f + theta[1]
            return (weight * (np.logaddexp(0, z) - t * z)).sum()

        def gradient(theta):
            r = weight * (1 / (1 + np.exp(-(theta[0] * f + theta[1]))) - t)
            return np.array([(r * f).sum(), r.sum()])

        theta = minimize(loss, [1.0, 0.0], jac=gradient, method="BFGS", options={"gtol": 1e-11}).x
        cases.append({"weight": weight.tolist(), "isotonic": isotonic.predict(grid).tolist(), "platt": theta.tolist()})
    return {"yTrue": y.tolist(), "yProba": p.tolist(), "grid": grid.tolist(), "cases": cases}


Path(__file__).with_name("learners.json").write_text(
    json.dumps(
        {
            "library": "scikit-learn, lightgbm, xgboost, scipy",
            "version": f"{sklearn.__version__}, {lightgbm.__version__}, {xgboost.__version__}, {scipy.__version__}",
            "seed": SEED,
            "script": "make-learners.py",
            "linear": linear(),
            "boosting": boosting(),
            "calibration": calibration(),
            "losses": losses(),
        },
        separators=(",", ":"),
    )
    + "\n"
)
