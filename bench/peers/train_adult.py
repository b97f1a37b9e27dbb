"""What `fettle train adult --trials 2` does, as a data scientist would write it with scikit-learn.

python train_adult.py TRAIN_CSV TEST_CSV MODEL_FILE
"""

import json
import sys

import joblib
import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.inspection import permutation_importance
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, log_loss, roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

train_csv, test_csv, model_file = sys.argv[1:4]
frames = [pd.read_csv(path, na_values=["?"]) for path in (train_csv, test_csv)]
targets = [(frame.pop("column15") == ">50K").to_numpy(dtype=int) for frame in frames]
train, test = frames
numeric = [name for name in train.columns if pd.api.types.is_numeric_dtype(train[name])]
categorical = [name for name in train.columns if name not in numeric]

contract = {
    name: {"range": (train[name].min(), train[name].max())} if name in numeric else {"levels": set(train[name].dropna())}
    for name in train.columns
}
violations = []
for frame in frames:
    for name, rule in contract.items():
        if frame[name].isna().mean() > 0.1:
            violations.append((name, "missing"))
        if "range" in rule and not frame[name].dropna().between(*rule["range"]).all():
            violations.append((name, "range"))
        if "levels" in rule and not frame[name].dropna().isin(rule["levels"]).all():
            violations.append((name, "levels"))
    violations.extend([("rows", "duplicates")] * int(frame.duplicated().any()))

fit_rows, held_rows, fit_y, held_y = train_test_split(train, targets[0], test_size=0.2, stratify=targets[0], random_state=1)


def linear():
    return make_pipeline(
        ColumnTransformer([
            ("numbers", make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), numeric),
            ("levels", make_pipeline(SimpleImputer(strategy="constant", fill_value="missing"), OneHotEncoder(handle_unknown="ignore")), categorical),
        ]),
        LogisticRegression(max_iter=1000),
    )


def ordinal():
    return ColumnTransformer([
        ("levels", OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=np.nan), categorical),
        ("numbers", "passthrough", numeric),
    ])


def trees(max_iter, **options):
    is_category = [True] * len(categorical) + [False] * len(numeric)
    return HistGradientBoostingClassifier(max_iter=max_iter, categorical_features=is_category, random_state=1, **options)


linear_model = linear().fit(fit_rows, fit_y)
encoder = ordinal().fit(fit_rows)
boosted = trees(500, early_stopping=True, n_iter_no_change=25)
boosted.fit(encoder.transform(fit_rows), fit_y, X_val=encoder.transform(held_rows), y_val=held_y)
scores = {
    "linear": log_loss(held_y, linear_model.predict_proba(held_rows)[:, 1]),
    "trees": log_loss(held_y, boosted.predict_proba(encoder.transform(held_rows))[:, 1]),
}
chosen = min(scores, key=scores.get)
rounds = int(np.argmax(boosted.validation_score_[1:])) + 1
model = linear() if chosen == "linear" else make_pipeline(ordinal(), trees(rounds, early_stopping=False))
model.fit(train, targets[0])

score = model.predict_proba(test)[:, 1]
y = targets[1]
rng = np.random.default_rng(1)
n = len(y)
order = np.argsort(score, kind="stable")
sorted_y = y[order]
rows = {
    "logLoss": -(y * np.log(np.clip(score, 1e-15, 1)) + (1 - y) * np.log(np.clip(1 - score, 1e-15, 1))),
    "brier": (score - y) ** 2,
    "accuracy": ((score >= 0.5) == y).astype(float),
}
draws = {name: np.empty(1000) for name in ["rocAuc", "prAuc", "balancedAccuracy", "f1", "precision", "recall", *rows]}
decided = score >= 0.5
for b in range(1000):
    weight = np.bincount(rng.integers(0, n, n), minlength=n)
    sorted_weight = weight[order]
    positive = sorted_weight * sorted_y
    negative = sorted_weight * (1 - sorted_y)
    n_positive, n_negative = positive.sum(), negative.sum()
    below = np.cumsum(negative) - 0.5 * negative
    draws["rocAuc"][b] = (positive * below).sum() / (n_positive * n_negative)
    hits = np.cumsum(positive[::-1])
    ranked = np.maximum(np.cumsum(sorted_weight[::-1]), 1)
    draws["prAuc"][b] = (positive[::-1] * hits / ranked).sum() / n_positive
    true_positive = weight[decided & (y == 1)].sum()
    precision = true_positive / weight[decided].sum()
    recall = true_positive / n_positive
    specificity = weight[~decided & (y == 0)].sum() / n_negative
    draws["precision"][b], draws["recall"][b] = precision, recall
    draws["balancedAccuracy"][b] = (recall + specificity) / 2
    draws["f1"][b] = 2 * precision * recall / (precision + recall)
    for name, values in rows.items():
        draws[name][b] = (weight * values).sum() / n
intervals = {name: np.quantile(values, [0.025, 0.975]).tolist() for name, values in draws.items()}
importance = permutation_importance(model, test, y, scoring="roc_auc", n_repeats=5, random_state=1)
joblib.dump({"model": model, "intervals": intervals, "importance": importance.importances_mean}, model_file)
print(json.dumps({
    "chosen": chosen, "rounds": rounds, "rocAuc": roc_auc_score(y, score), "prAuc": average_precision_score(y, score),
    "logLoss": log_loss(y, score), "intervals": intervals, "violations": len(violations),
}))
