"""
Makes forest.json: held-out quality of scikit-learn's forests on rows that forest.test.ts makes too.

Needs Python 3.11 with numpy and scikit-learn:  python make-forest.py
"""

import json
from pathlib import Path

import numpy as np
import sklearn
from sklearn.ensemble import ExtraTreesClassifier, ExtraTreesRegressor, RandomForestClassifier, RandomForestRegressor
from sklearn.metrics import log_loss, root_mean_squared_error

SEED = 1


def uniform(i, j):
    """A number in [0, 1) for row i and column j, the same as in forest.test.ts."""
    mask = 0xFFFFFFFF
    x = (i * 0x9E3779B1 + j * 0x85EBCA77 + 1) & mask
    x = ((x ^ (x >> 16)) * 0x85EBCA6B) & mask
    x = ((x ^ (x >> 13)) * 0xC2B2AE35) & mask
    return ((x ^ (x >> 16)) & mask) / 4294967296


def rows(start, n):
    x = np.array([[uniform(i, j) for j in range(8)] for i in range(start, start + n)])
    noise = np.array([uniform(i, 8) + uniform(i, 9) - 1 for i in range(start, start + n)])
    score = 3 * x[:, 0] + np.where(x[:, 1] > 0.4, 2 * x[:, 2], 0) + 2 * x[:, 3] ** 2 + noise
    return x, score


x, score = rows(0, 2000)
x_test, score_test = rows(2000, 2000)
quality = {}
for name, classifier, regressor in [
    ("forest", RandomForestClassifier, RandomForestRegressor),
    ("extraTrees", ExtraTreesClassifier, ExtraTreesRegressor),
]:
    params = dict(n_estimators=100, min_samples_leaf=5, random_state=SEED)
    model = regressor(max_features=1 / 3, **params).fit(x, score)
    binary = classifier(max_features="sqrt", **params).fit(x, score > 3)
    multi = classifier(max_features="sqrt", **params).fit(x, (score > 2).astype(int) + (score > 3.5))
    quality[name] = {
        "regression": root_mean_squared_error(score_test, model.predict(x_test)),
        "binary": log_loss(score_test > 3, binary.predict_proba(x_test)),
        "multiclass": log_loss((score_test > 2).astype(int) + (score_test > 3.5), multi.predict_proba(x_test)),
    }

golden = {
    "library": {"scikit-learn": sklearn.__version__, "numpy": np.__version__},
    "script": "make-forest.py",
    "seed": SEED,
    "firstRow": x[0].tolist() + [score[0]],
    "quality": quality,
}
Path(__file__).with_name("forest.json").write_text(json.dumps(golden, indent=1) + "\n")
