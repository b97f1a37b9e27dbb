"""Fits scikit-learn's LogisticRegression by lbfgs to a table of f64 numbers, column after column, and prints seconds and weights as JSON.

python train_linear.py DATA ROWS FEATURES TOLERANCE
"""

import json
import sys
import time

import numpy as np
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

path, rows, features, tolerance = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])
flat = np.fromfile(path, dtype=np.float64)
x, y = np.ascontiguousarray(flat[: rows * features].reshape(features, rows).T), flat[rows * features :]
model = LogisticRegression(C=1, solver="lbfgs", tol=tolerance, max_iter=10_000)
with threadpool_limits(1):
    model.fit(x, y)  # warms the process up
    wall, cpu = time.perf_counter(), time.process_time()
    model.fit(x, y)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
print(json.dumps({"seconds": wall, "cpuSeconds": cpu, "weights": model.coef_[0].tolist(), "intercept": model.intercept_[0]}))
