"""Fits implicit's ALS (conjugate gradients, f32) to interactions of weight 1 and prints seconds and recall@20 as JSON.

python als.py FOLDER ITEMS FACTORS LAMBDA ALPHA ITERATIONS SEED THREADS
FOLDER holds offsets.i32 and items.i32 (one row per user), users.i32 (who is measured) and held.json (their held-out items).
"""

import json
import sys
import time
from pathlib import Path

import implicit
import numpy as np
import scipy.sparse as sp

folder, n_items, factors, seed, threads = Path(sys.argv[1]), *(int(sys.argv[k]) for k in (2, 3, 7, 8))
regularization, alpha, iterations = float(sys.argv[4]), float(sys.argv[5]), int(sys.argv[6])
offsets, items, users = (np.fromfile(folder / f"{name}.i32", np.int32) for name in ("offsets", "items", "users"))
held = json.loads((folder / "held.json").read_text())
# implicit takes the confidence itself.
matrix = sp.csr_matrix((np.full(len(items), 1 + alpha, np.float32), items, offsets), shape=(len(offsets) - 1, n_items))
model = implicit.als.AlternatingLeastSquares(
    factors=factors, regularization=regularization, iterations=iterations, random_state=seed, num_threads=threads
)
wall, cpu = time.perf_counter(), time.process_time()
model.fit(matrix, show_progress=False)
wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
shown, _ = model.recommend(users, matrix[users], N=20, filter_already_liked_items=True)
recall = float(np.mean([np.isin(relevant, row).mean() for relevant, row in zip(held, shown)]))
print(json.dumps({"seconds": wall, "cpuSeconds": cpu, "recall": recall}))
