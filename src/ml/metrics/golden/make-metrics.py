"""
Makes metrics.json, the reference values of ml/metrics.

Needs Python 3.11 with numpy, scipy and scikit-learn:  python make-metrics.py
Binary scores are rounded to two decimals so that ties occur; several classes have none, as scikit-learn's top_k_accuracy_score prefers
the last of equal classes and Fettle the first. `ece` is Fettle's own convention, written here a second time: bins of equal weight
by ascending probability, equal probabilities together. NDCG is scikit-learn's with gains 2^grade − 1 for true relevance, so equal scores are averaged;
queries without a relevant row are left out. The reciprocal rank takes the last place of equal scores.
"""

import json
from pathlib import Path

import numpy as np
import sklearn
import sklearn.metrics as m
from scipy.special import huber
from scipy.stats import rankdata

SEED = 7
rng = np.random.default_rng(SEED)


def ece(hit, p, w, n_bins=10):
    total, before, n, gap, error = w.sum(), 0.0, 0.0, 0.0, 0.0
    for value in np.unique(p):
        rows = p == value
        n += w[rows].sum()
        gap += (w[rows] * (hit[rows] - p[rows])).sum()
        if n > 0 and (before + n) * n_bins >= (np.floor(before * n_bins / total) + 1) * total:
            error, before, n, gap = error + abs(gap), before + n, 0.0, 0.0
    return (error + abs(gap)) / total


def labels(y, decided, w, average):
    common = {"sample_weight": w}
    kind = {"average": average, "zero_division": 0, **common}
    return {
        "accuracy": m.accuracy_score(y, decided, **common),
        "balancedAccuracy": m.balanced_accuracy_score(y, decided, **common),
        "precision": m.precision_score(y, decided, **kind),
        "recall": m.recall_score(y, decided, **kind),
        "f1": m.f1_score(y, decided, **kind),
        "mcc": m.matthews_corrcoef(y, decided, **common),
    }


def binary(n, weighted):
    y = (rng.random(n) < 0.35).astype(int)
    p = np.clip(np.round(rng.beta(2, 3, n) + 0.25 * y, 2), 0, 1)
    w = np.round(rng.gamma(1, 1, n), 2) if weighted else np.ones(n)
    decided = (p >= 0.5).astype(int)
    values = {
        "rocAuc": m.roc_auc_score(y, p, sample_weight=w),
        "prAuc": m.average_precision_score(y, p, sample_weight=w),
        "logLoss": m.log_loss(y, p, sample_weight=w, labels=[0, 1]),
        "brier": m.brier_score_loss(y, p, sample_weight=w),
        "ece": ece(y, p, w),
    }
    return rows(y, p, w, values, "binary, weights" if weighted else "binary") | {
        "decided": decided.tolist(),
        "labels": numbers(labels(y, decided, w, "binary")),
    }


def multiclass(n, k, weighted):
    y = rng.choice(k, n, p=np.arange(1, k + 1) / (k * (k + 1) / 2))
    y[:k] = np.arange(k)
    logits = np.round(rng.normal(size=(n, k)) + 1.2 * np.eye(k)[y], 4)
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    w = np.round(rng.gamma(1, 1, n), 2) if weighted else np.ones(n)
    decided = p.argmax(axis=1)
    binarized = np.eye(k)[y]
    values = {
        "rocAuc": m.roc_auc_score(binarized, p, average="macro", sample_weight=w),
        "prAuc": m.average_precision_score(binarized, p, average="macro", sample_weight=w),
        "logLoss": m.log_loss(y, p, sample_weight=w, labels=list(range(k))),
        "brier": m.brier_score_loss(y, p, sample_weight=w, labels=list(range(k)), scale_by_half=False),
        "ece": ece((decided == y).astype(float), p.max(axis=1), w),
        "topK": m.top_k_accuracy_score(y, p, k=3, sample_weight=w, labels=list(range(k))),
    }
    return rows(y, p.ravel(), w, values, f"{k} classes, weights" if weighted else f"{k} classes") | {
        "decided": decided.tolist(),
        "labels": numbers(labels(y, decided, w, "macro")),
    }


def regression(n, weighted):
    y = np.round(rng.normal(10, 4, n), 2)
    y[y == 0] = 1
    p = np.round(y + rng.standard_t(3, n), 2)
    w = rng.integers(0, 4, n).astype(float) if weighted else np.ones(n)
    common = {"sample_weight": w}
    values = {
        "rmse": m.root_mean_squared_error(y, p, **common),
        "mae": m.mean_absolute_error(y, p, **common),
        "medianAbsoluteError": m.median_absolute_error(y, p, **common),
        "mape": m.mean_absolute_percentage_error(y, p, **common),
        "r2": m.r2_score(y, p, **common),
        "pinball": m.mean_pinball_loss(y, p, alpha=0.5, **common),
        "pinball@0.9": m.mean_pinball_loss(y, p, alpha=0.9, **common),
    }
    return rows(y, p, w, values, "regression, weights" if weighted else "regression")


def positive(n, weighted):
    mean = rng.gamma(2, 1, n)
    p = np.round(mean, 3) + 0.01
    counts, amounts = rng.poisson(mean).astype(float), np.round(rng.gamma(2, mean / 2), 3) + 0.001
    w = rng.integers(0, 4, n).astype(float) if weighted else np.ones(n)
    kind = {"sample_weight": w}
    of_counts = {
        "poissonDeviance": m.mean_poisson_deviance(counts, p, **kind),
        "tweedieDeviance": m.mean_tweedie_deviance(counts, p, power=1.5, **kind),
        "tweedieDeviance@1.2": m.mean_tweedie_deviance(counts, p, power=1.2, **kind),
        "huber": np.average(huber(1, counts - p), weights=w),
    }
    of_amounts = {"gammaDeviance": m.mean_gamma_deviance(amounts, p, **kind)}
    suffix = ", weights" if weighted else ""
    return [rows(counts, p, w, of_counts, "counts" + suffix), rows(amounts, p, w, of_amounts, "amounts" + suffix)]


def ranking(n_queries):
    q = np.repeat(np.arange(n_queries), rng.integers(1, 25, n_queries))
    y = rng.choice(5, len(q), p=[0.5, 0.2, 0.15, 0.1, 0.05]).astype(float)
    y[q == 3] = 0
    p = np.round(y + rng.normal(0, 2, len(q)), 0)
    found = {name: [] for name in ["ndcg@1", "ndcg@3", "ndcg@5", "ndcg@10", "map", "mrr"]}
    for k in np.unique(q):
        grades, scores = y[q == k], p[q == k]
        if not grades.any():
            continue
        for at in (1, 3, 5, 10):
            # scikit-learn refuses queries of one row, whose only order is the best one.
            found[f"ndcg@{at}"].append(m.ndcg_score([2**grades - 1], [scores], k=at) if len(grades) > 1 else 1)
        found["map"].append(m.average_precision_score(grades > 0, scores))
        found["mrr"].append(1 / rankdata(-scores, method="max")[grades > 0].min())
    shuffled = rng.permutation(len(q))
    values = {name: np.mean(of_query) for name, of_query in found.items()}
    case = rows(y[shuffled], p[shuffled], np.ones(len(q)), values, f"ranking, {n_queries} queries")
    return case | {"queries": q[shuffled].tolist()}


def numbers(values):
    return {name: float(value) for name, value in values.items()}


def rows(y, p, w, values, name):
    return {"name": name, "yTrue": y.tolist(), "prediction": p.tolist(), "weight": w.tolist(), "values": numbers(values)}


def curves(case):
    y, p, w = (np.array(case[key]) for key in ("yTrue", "prediction", "weight"))
    fpr, tpr, _ = m.roc_curve(y, p, sample_weight=w, drop_intermediate=False)
    precision, recall, _ = m.precision_recall_curve(y, p, sample_weight=w)
    return {"fpr": fpr.tolist(), "tpr": tpr.tolist(), "precision": precision.tolist(), "recall": recall.tolist()}


cases = [make(*arguments, weighted) for weighted in (False, True) for make, arguments in
         ((binary, (180,)), (multiclass, (120, 5)), (multiclass, (60, 3)), (regression, (121,)), (regression, (60,)))]
cases += [case for weighted in (False, True) for case in positive(90, weighted)] + [ranking(12), ranking(30)]
Path(__file__).with_name("metrics.json").write_text(
    json.dumps(
        {
            "library": "scikit-learn",
            "version": sklearn.__version__,
            "seed": SEED,
            "script": "make-metrics.py",
            "cases": cases,
            "curves": curves(cases[0]),
        },
        separators=(",", ":"),
    )
    + "\n"
)
