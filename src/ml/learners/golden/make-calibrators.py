"""
Makes calibrators.json: optima of beta calibration and temperature scaling, by scipy on their definitions.

Needs Python 3.11 with numpy and scipy:  python make-calibrators.py
Beta calibration (Kull et al. 2017, as in betacal): sigmoid(a ln p - b ln(1 - p) + c), a and b not negative, least log loss. Temperature scaling
(Guo et al. 2017): softmax(ln p / T), least log loss.
"""

import json
from pathlib import Path

import numpy as np
import scipy
from scipy.optimize import brentq, minimize
from scipy.special import softmax

SEED = 12
rng = np.random.default_rng(SEED)


def optimum(columns, y, w):
    x = np.column_stack([np.ones(len(y)), *columns])

    def loss(theta):
        z = x @ theta
        return (w * (np.logaddexp(0, z) - y * z)).sum()

    def gradient(theta):
        return x.T @ (w * (1 / (1 + np.exp(-(x @ theta))) - y))

    def hessian(theta):
        p = 1 / (1 + np.exp(-(x @ theta)))
        return (x.T * (w * p * (1 - p))) @ x

    start = minimize(loss, np.zeros(x.shape[1]), jac=gradient, method="BFGS").x
    for _ in range(20):
        start = start - np.linalg.solve(hessian(start), gradient(start))
    return start, loss(start)


def beta(y, p, w):
    low, high = np.log(p), -np.log1p(-p)
    (c, a, b), _ = optimum([low, high], y, w)
    if a >= 0 and b >= 0:
        return [a, b, c]
    faces = []
    for name, column in (("a", low), ("b", high)):
        (c, slope), value = optimum([column], y, w)
        if slope < 0:
            (c,), value = optimum([], y, w)
            slope = 0
        faces.append((value, [slope, 0, c] if name == "a" else [0, slope, c]))
    return min(faces)[1]


def temperature(y, p, w):
    z = np.log(p)

    def slope(inverse):
        q = softmax(inverse * z, axis=1)
        return (w * ((q * z).sum(axis=1) - z[np.arange(len(y)), y])).sum()

    if slope(0.01) >= 0:
        return 100.0
    return 1 / brentq(slope, 0.01, 100, xtol=1e-15, rtol=1e-14)


n = 300
cases = []
for name, bend in (("too sure", lambda p: p), ("turned round", lambda p: 1 - p), ("bent at one end", lambda p: np.sqrt(p)), ("high at both ends", lambda p: 0.05 + 0.9 * abs(2 * p - 1))):
    for weighted in (False, True):
        p = np.round(np.clip(rng.beta(0.8, 1.2, n), 0.001, 0.999), 3)
        y = (rng.random(n) < bend(p)).astype(int)
        w = np.round(rng.gamma(1, 1, n), 2) if weighted else np.ones(n)
        rows = np.round(rng.dirichlet([0.6, 0.8, 1], n), 3)
        rows = np.clip(rows, 0.001, None)
        label = np.array([rng.choice(3, p=row**0.5 / (row**0.5).sum()) for row in rows])
        cases.append({"name": name + (", weights" if weighted else ""), "yTrue": y.tolist(), "yProba": p.tolist(), "weight": w.tolist(),
                      "beta": beta(y, p, w), "temperature": temperature(y, np.column_stack([1 - p, p]), w),
                      "classes": label.tolist(), "classProba": rows.ravel().tolist(),
                      "classTemperature": temperature(label, rows, w)})

Path(__file__).with_name("calibrators.json").write_text(
    json.dumps({"library": "scipy", "version": scipy.__version__, "seed": SEED, "script": "make-calibrators.py", "cases": cases},
               separators=(",", ":")) + "\n")
