"""
Makes elastic-net.json, the reference optima of elastic nets on the rows of learners.json.

Needs Python 3.11 with numpy, scipy and scikit-learn:  python make-elastic-net.py
The split w = u - v by L-BFGS-B finds the signs, Newton's method on the weights that are not 0 finds their values, and the conditions of
the minimum are checked for all weights. Those of squared loss are compared with scikit-learn's ElasticNet.
"""

import json
from pathlib import Path

import numpy as np
import scipy
import sklearn
from scipy.optimize import minimize
from sklearn.linear_model import ElasticNet

folder = Path(__file__).parent
rows = json.loads((folder / "learners.json").read_text())["linear"]
design = np.hstack([np.array(rows["numbers"]).T, np.eye(4)[rows["codes"]]])
n, width = design.shape
with_one = np.hstack([np.ones((n, 1)), design])


def loss(task, y, weight, theta, outputs):
    margins = with_one @ theta.reshape(outputs, -1).T
    if task == "regression":
        error = margins[:, 0] - y
        return (weight * error**2).sum() / 2, (weight * error)[:, None], weight[:, None, None]
    if task == "binary":
        p = 1 / (1 + np.exp(-margins[:, 0]))
        value = (weight * (np.logaddexp(0, margins[:, 0]) - y * margins[:, 0])).sum()
        return value, (weight * (p - y))[:, None], (weight * p * (1 - p))[:, None, None]
    p = np.exp(margins - margins.max(1, keepdims=True))
    p /= p.sum(1, keepdims=True)
    value = -(weight * np.log(p[np.arange(n), y])).sum()
    curvature = weight[:, None, None] * (p[:, :, None] * np.eye(outputs) - p[:, :, None] * p[:, None, :])
    return value, weight[:, None] * (p - np.eye(outputs)[y]), curvature


def optimum(task, y, weight, lam, l1_share):
    outputs = 3 if task == "multiclass" else 1
    free = np.tile(np.r_[True, np.zeros(width, bool)], outputs)
    ridge, lasso = np.where(free, 0, lam * (1 - l1_share)), np.where(free, 0, lam * l1_share)

    def split(uv):
        theta = uv[: len(free)] - uv[len(free):]
        value, residual, _ = loss(task, y, weight, theta, outputs)
        gradient = (residual.T @ with_one).ravel() + ridge * theta
        value += (ridge * theta**2).sum() / 2 + (lasso * (uv[: len(free)] + uv[len(free):])).sum()
        return value, np.r_[gradient + lasso, lasso - gradient]

    uv = minimize(split, np.zeros(2 * len(free)), jac=True, method="L-BFGS-B", bounds=[(0, None)] * (2 * len(free)),
                  options={"maxiter": 100_000, "maxfun": 1_000_000, "ftol": 1e-16, "gtol": 1e-10}).x
    theta = uv[: len(free)] - uv[len(free):]
    theta[(np.abs(theta) * np.tile(np.r_[1, np.abs(design).max(0)], outputs) < 1e-5) & ~free] = 0
    support, sign = free | (theta != 0), np.sign(theta)
    for _ in range(60):
        _, residual, curvature = loss(task, y, weight, theta, outputs)
        gradient = (residual.T @ with_one).ravel() + ridge * theta
        hessian = np.einsum("ikl,ia,ib->kalb", curvature, with_one, with_one).reshape(len(free), len(free)) + np.diag(ridge)
        step = np.linalg.lstsq(hessian[np.ix_(support, support)], (gradient + lasso * sign)[support], rcond=1e-13)[0]
        theta[support] -= step
    assert (np.sign(theta)[~free] == sign[~free]).all()
    assert np.abs((gradient + lasso * sign)[support]).max() < 1e-9 and (np.abs(gradient) - lasso)[~support].max(initial=-1) < 0
    return theta.reshape(outputs, -1)


cases = []
for task in ("regression", "binary", "multiclass"):
    y = np.array(rows["targets"][task])
    for weighted in (False, True):
        weight = np.array(rows["weight"]) if weighted else np.ones(n)
        for lam in (0.5, 5, 20):
            for l1_share in (0.3, 0.9):  # at 1 the indicators of all levels leave the optimum undetermined
                theta = optimum(task, y, weight, lam, l1_share)
                if task == "regression":
                    model = ElasticNet(alpha=lam / weight.sum(), l1_ratio=l1_share, tol=1e-15, max_iter=10_000_000)
                    model.fit(design, y, sample_weight=weight)
                    assert np.allclose(np.r_[model.intercept_, model.coef_], theta[0], rtol=0, atol=1e-4 * np.abs(theta).max())
                cases.append({"task": task, "weighted": weighted, "lambda": lam, "l1Share": l1_share,
                              "weights": theta[:, 1:].tolist()})

(folder / "elastic-net.json").write_text(
    json.dumps(
        {
            "library": "scikit-learn, scipy, numpy",
            "version": f"{sklearn.__version__}, {scipy.__version__}, {np.__version__}",
            "seed": "none: the rows are those of learners.json",
            "script": "make-elastic-net.py",
            "cases": cases,
        },
        separators=(",", ":"),
    )
    + "\n"
)
