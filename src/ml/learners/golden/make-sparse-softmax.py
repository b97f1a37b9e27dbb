"""
Makes sparse-softmax.json, the reference coefficients of logistic regressions on rows of which few numbers are not 0.

Needs Python 3.11 with numpy, scipy and scikit-learn:  python make-sparse-softmax.py
"""

import json
from pathlib import Path

import numpy as np
import scipy.sparse
import sklearn
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import MultinomialNB

rng = np.random.default_rng(20)
n, width, n_classes = 80, 30, 5
dense = np.where(rng.random((n, width)) < 0.15, rng.random((n, width)).round(3), 0)
dense[7] = 0  # a row without any term
directions = rng.normal(size=(width, n_classes))
y = (dense @ directions * 3 + rng.gumbel(size=(n, n_classes))).argmax(1)
weight = rng.integers(1, 4, n).astype(float)
numbers = rng.normal(size=(n, 2)).round(3)
rows = scipy.sparse.csr_matrix(dense)
joined = np.hstack([numbers, dense])


def fit(task, balanced, weighted, lam):
    target = y if task == "multiclass" else (y > 1).astype(int)
    model = LogisticRegression(
        C=1 / lam, tol=1e-12, max_iter=100_000, class_weight="balanced" if balanced else None
    )
    model.fit(joined, target, sample_weight=weight if weighted else None)
    return {
        "task": task,
        "balanced": balanced,
        "weighted": weighted,
        "lambda": lam,
        "weights": model.coef_.tolist(),
        "intercepts": model.intercept_.tolist(),
    }


bayes = MultinomialNB(alpha=0.1).fit(rows, y, sample_weight=weight)
golden = {
    "about": f"LogisticRegression (lbfgs) and MultinomialNB of scikit-learn {sklearn.__version__}, made by make-sparse-softmax.py",
    "starts": rows.indptr.tolist(),
    "indexes": rows.indices.tolist(),
    "values": rows.data.tolist(),
    "width": width,
    "numbers": numbers.T.tolist(),
    "classes": y.tolist(),
    "weight": weight.tolist(),
    "cases": [
        fit("multiclass", False, False, 1),
        fit("multiclass", False, True, 0.1),
        fit("multiclass", True, False, 0.1),
        fit("binary", False, True, 0.1),
        fit("binary", True, False, 1),
    ],
    "bayes": bayes.predict_proba(rows[:12]).tolist(),
}
path = Path(__file__).parent / "sparse-softmax.json"
path.write_text(json.dumps(golden, separators=(",", ":")) + "\n")
