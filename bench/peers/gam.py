"""Fits interpret's explainable boosting machine and prints seconds and held-out quality as JSON.

python gam.py TRAIN_CSV TEST_CSV TARGET POSITIVE BAGS PAIRS BINS PAIR_BINS LEAVES   (POSITIVE is empty for a regression)
"""

import json
import sys
import time
import warnings

import pandas as pd
from interpret.glassbox import ExplainableBoostingClassifier, ExplainableBoostingRegressor
from sklearn.metrics import roc_auc_score, root_mean_squared_error

warnings.simplefilter("ignore")
train_csv, test_csv, target, positive = sys.argv[1:5]
bags, pairs, bins, pair_bins, leaves = map(int, sys.argv[5:])
train, test = (pd.read_csv(path, na_values=["?"]) for path in (train_csv, test_csv))
y, y_test = train.pop(target), test.pop(target)
if positive:
    y, y_test = (y == positive).astype(int), (y_test == positive).astype(int)

machine = (ExplainableBoostingClassifier if positive else ExplainableBoostingRegressor)(
    outer_bags=bags, interactions=pairs, max_bins=bins, max_interaction_bins=pair_bins, max_leaves=leaves, n_jobs=1, random_state=1)
wall, cpu = time.perf_counter(), time.process_time()
machine.fit(train, y)
wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
quality = roc_auc_score(y_test, machine.predict_proba(test)[:, 1]) if positive else root_mean_squared_error(y_test, machine.predict(test))
print(json.dumps({"seconds": wall, "cpuSeconds": cpu, "quality": quality}))
