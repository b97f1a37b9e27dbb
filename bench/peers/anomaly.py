"""Fits scikit-learn's isolation forest and scores the same rows; prints seconds and average precision as JSON.

python anomaly.py ROWS_F64 LABELS_U8 COLUMNS THREADS SEED
"""

import json
import sys
import time

import joblib
import numpy as np
from sklearn.ensemble import IsolationForest
from sklearn.metrics import average_precision_score

rows, labels = sys.argv[1:3]
columns, threads, seed = map(int, sys.argv[3:6])
x = np.fromfile(rows).reshape(columns, -1).T.astype(np.float32, order="C")
y = np.fromfile(labels, dtype=np.uint8)

wall, cpu = time.perf_counter(), time.process_time()
forest = IsolationForest(n_jobs=threads, random_state=seed).fit(x)
# Scoring takes its threads from joblib alone.
with joblib.parallel_backend("threading", n_jobs=threads):
    scores = -forest.score_samples(x)
wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
print(json.dumps({"seconds": wall, "cpuSeconds": cpu, "quality": average_precision_score(y, scores)}))
