"""Vectorises texts and fits a multinomial logistic regression with scikit-learn, and prints seconds and accuracy on the test file as JSON.

python text.py TRAIN_CSV TEST_CSV words|words+characters LAMBDA
"""

import csv
import json
import sys
import time

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline, make_union

train_csv, test_csv, blocks, penalty = sys.argv[1], sys.argv[2], sys.argv[3], float(sys.argv[4])


def read(path):
    with open(path, encoding="utf8") as file:
        rows = list(csv.DictReader(file))
    return [row["text"] for row in rows], [row["category"] for row in rows]


words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
characters = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, min_df=2)
features = words if blocks == "words" else make_union(words, characters)
model = make_pipeline(features, LogisticRegression(C=1 / penalty, solver="lbfgs", max_iter=1000))
texts, labels = read(train_csv)
wall, cpu = time.perf_counter(), time.process_time()
model.fit(texts, labels)
wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
test_texts, test_labels = read(test_csv)
started = time.perf_counter()
answers = model.predict(test_texts)
batch = time.perf_counter() - started
single = []
for text in test_texts[:300]:
    started = time.perf_counter()
    model.predict_proba([text])
    single.append(time.perf_counter() - started)
print(
    json.dumps(
        {
            "seconds": wall,
            "cpuSeconds": cpu,
            "accuracy": sum(a == b for a, b in zip(answers, test_labels)) / len(test_labels),
            "textsPerSecond": len(test_texts) / batch,
            "p99Micros": 1e6 * sorted(single)[int(0.99 * len(single))],
        }
    )
)
