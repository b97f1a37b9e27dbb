"""
Makes gam.json: held-out quality of interpret's explainable boosting machine, which gam() is held against.

Needs Python 3.11 with interpret-core, pandas and scikit-learn, and the reference data:  FETTLE_REFERENCE_DATA=DIR python make-gam.py
The first 6,000 training rows of adult, and all its test rows; of california-housing rows 0, 1, 4 and 8 of every 12 train, 3, 7 and 11 are held out.
"""

import json
import os
from pathlib import Path

import interpret
import pandas as pd
from interpret.glassbox import ExplainableBoostingClassifier, ExplainableBoostingRegressor
from sklearn.metrics import log_loss, roc_auc_score, root_mean_squared_error

SEED = 11
ROWS = 6000
SETTINGS = {"outer_bags": 4, "interactions": 5, "random_state": SEED, "n_jobs": 1}
data = Path(os.environ["FETTLE_REFERENCE_DATA"])


def adult(file):
    frame = pd.read_csv(data / "adult" / file, header=None, skipinitialspace=True, na_values="?")
    return frame.drop(columns=14), frame[14].str.startswith(">50K").astype(int)


def california():
    frame = pd.read_csv(data / "california-housing" / "housing.csv")
    is_test = frame.index % 4 == 3
    target = frame.pop("median_house_value")
    is_train = (frame.index % 4 == 0) | (frame.index % 12 == 1)
    return frame[is_train], target[is_train], frame[is_test], target[is_test]


x, y = adult("adult-train.csv")
x_test, y_test = adult("adult-test.csv")
p = ExplainableBoostingClassifier(**SETTINGS).fit(x[:ROWS], y[:ROWS]).predict_proba(x_test)[:, 1]
x, z, x_held, z_held = california()
predicted = ExplainableBoostingRegressor(**SETTINGS).fit(x, z).predict(x_held)

Path(__file__).with_name("gam.json").write_text(
    json.dumps(
        {
            "library": "interpret-core",
            "version": interpret.__version__,
            "seed": SEED,
            "script": "make-gam.py",
            "adultRows": ROWS,
            "adult": {"rocAuc": roc_auc_score(y_test, p), "logLoss": log_loss(y_test, p)},
            "california": {"rmse": root_mean_squared_error(z_held, predicted)},
        }
    )
    + "\n"
)
