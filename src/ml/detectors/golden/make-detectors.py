"""
Makes detectors.json: what scikit-learn's detectors say of rows that detectors.test.ts makes too.

Needs Python 3.11 with numpy, scipy and scikit-learn:  python make-detectors.py
"""

import json
from pathlib import Path

import numpy as np
import scipy
import sklearn
from scipy.stats import norm
from sklearn.covariance import MinCovDet
from sklearn.ensemble import IsolationForest
from sklearn.metrics import average_precision_score

SEED = 1
# On the first two sets each random start may end at another subset; on the others the best one stands out.
SETS = [(200, 3, 0.1), (300, 2, 0.2), (450, 6, 0.2), (3000, 4, 0.15)]


def uniform(i, j):
    """A number in [0, 1) for row i and column j, the same as in detectors.test.ts."""
    mask = 0xFFFFFFFF
    x = (i * 0x9E3779B1 + j * 0x85EBCA77 + 1) & mask
    x = ((x ^ (x >> 16)) * 0x85EBCA6B) & mask
    x = ((x ^ (x >> 13)) * 0xC2B2AE35) & mask
    return ((x ^ (x >> 16)) & mask) / 4294967296


def rows(n, p, share):
    """Correlated rows of sums of uniform numbers; the last `share` of them lie apart."""
    x = np.zeros((n, p))
    n_strange = int(round(n * share))
    for i in range(n):
        common = uniform(i, 1000) + uniform(i, 1001) + uniform(i, 1002) - 1.5
        for j in range(p):
            own = uniform(i, 3 * j) + uniform(i, 3 * j + 1) + uniform(i, 3 * j + 2) - 1.5
            x[i, j] = (own + 0.8 * common) * (j + 1)
            if i >= n - n_strange:
                x[i, j] += (4 if j % 2 == 0 else -4) * (j + 1)
    return x


def covariance(n, p, share):
    x = rows(n, p, share)
    best = None
    # FastMCD is random: of several seeds the subset of the least determinant counts.
    for seed in range(10):
        fitted = MinCovDet(random_state=seed).fit(x)
        logdet = np.linalg.slogdet(fitted.raw_covariance_)[1]
        if best is None or logdet < best[0] - 1e-12:
            best = (logdet, fitted)
    fitted = best[1]
    return {
        "n": n,
        "p": p,
        "share": share,
        "firstRow": x[0].tolist(),
        "location": fitted.location_.tolist(),
        "covariance": fitted.covariance_.tolist(),
        "rawLogDeterminant": float(best[0]),
        "supportRows": int(fitted.support_.sum()),
        "distances": fitted.mahalanobis(x)[:: max(1, n // 40)].tolist(),
    }


def forest():
    """A forest of scikit-learn's, its trees in our form, and its scores."""
    x = rows(400, 4, 0.05).astype(np.float32).astype(np.float64)
    fitted = IsolationForest(n_estimators=10, max_samples=64, random_state=SEED).fit(x)
    trees = []
    for estimator in fitted.estimators_:
        t = estimator.tree_
        inner = [k for k in range(t.node_count) if t.children_left[k] >= 0]
        leaves = [k for k in range(t.node_count) if t.children_left[k] < 0]
        number = {k: i for i, k in enumerate(inner)} | {k: ~i for i, k in enumerate(leaves)}
        # Rows are f32 numbers: the greatest f32 number up to the threshold parts them alike.
        threshold = [np.float32(t.threshold[k]) for k in inner]
        threshold = [np.nextafter(f, np.float32(-np.inf)) if f > t.threshold[k] else f for f, k in zip(threshold, inner)]
        trees.append({
            "feature": [int(t.feature[k]) for k in inner],
            "threshold": [float(f) for f in threshold],
            "missingLeft": [0 for _ in inner],
            "left": [number[t.children_left[k]] for k in inner],
            "right": [number[t.children_right[k]] for k in inner],
            "leafRows": [int(t.n_node_samples[k]) for k in leaves],
        })
    return {"sampleRows": 64, "trees": trees, "scores": (-fitted.score_samples(x)).tolist()}


def quality():
    """Average precision of forests on rows with 2 % strange ones, over seeds."""
    x = rows(3000, 6, 0.02)
    x[-60:] = x[-60:] * 0.3 + x[:60] * 0.7
    y = np.r_[np.zeros(2940), np.ones(60)]
    found = [
        average_precision_score(y, -IsolationForest(random_state=seed).fit(x).score_samples(x)) for seed in range(20)
    ]
    return {"mean": float(np.mean(found)), "sd": float(np.std(found, ddof=1))}


golden = {
    "library": {"scikit-learn": sklearn.__version__, "numpy": np.__version__, "scipy": scipy.__version__},
    "script": "make-detectors.py",
    "seed": SEED,
    "covariance": [covariance(n, p, share) for n, p, share in SETS],
    "forest": forest(),
    "quality": quality(),
    "perMedianDeviation": float(1 / norm.ppf(0.75)),
}
Path(__file__).with_name("detectors.json").write_text(json.dumps(golden) + "\n")
