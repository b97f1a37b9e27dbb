"""
Makes lists.json, the reference values of the metrics of recommendations.

Needs Python 3.11 with lenskit and scikit-learn:  python make-lists.py
Recall, hit rate, reciprocal rank, NDCG and the Gini coefficient are LensKit's; its recall divides by min(relevant, k), so no user here has more relevant
items than k. Precision is LensKit's times the length of the list over k, average precision is scikit-learn's over the list times the hits over
min(relevant, k), novelty is numpy's mean of -log2 of the share.
"""

import json
from pathlib import Path

import lenskit
import numpy as np
import sklearn
from lenskit.data import ItemList
from lenskit.metrics import NDCG, Hit, ListGini, Precision, Recall, RecipRank
from lenskit.metrics.ranking import LogRankWeight
from sklearn.metrics import average_precision_score

SEED, ITEMS, USERS, K = 11, 40, 60, 10
rng = np.random.default_rng(SEED)
users_per_item = rng.integers(0, USERS, ITEMS)
shares = np.where(np.arange(ITEMS) < 32, 1 / np.arange(1, ITEMS + 1), 0)
shares /= shares.sum()
lists, collected = [], ListGini(n=K, items=ITEMS)
rows = []
for user in range(USERS):
    length = int(rng.choice([3, 10, 10, 20]))
    items = rng.choice(ITEMS, length, replace=False, p=shares)
    relevant = np.sort(rng.permutation(ITEMS)[: rng.integers(1, K + 1)])
    gains = rng.integers(1, 6, len(relevant)).astype(float)
    shown = ItemList(item_ids=items, ordered=True)
    test = ItemList(item_ids=relevant, rating=gains)
    top = items[:K]
    hits = np.isin(top, relevant)
    ap = average_precision_score(hits, -np.arange(len(top))) * hits.sum() / min(len(relevant), K) if hits.any() else 0.0
    lists.append({"items": items.tolist(), "relevant": relevant.tolist(), "gains": gains.tolist()})
    rows.append(collected.compute_list_data(shown, test))
    lists[-1]["values"] = {
        "precision@10": float(Precision(n=K).measure_list(shown, test)) * len(top) / K,
        "recall@10": float(Recall(n=K).measure_list(shown, test)),
        "hit-rate@10": float(Hit(n=K).measure_list(shown, test)),
        "ndcg@10": float(NDCG(n=K, weight=LogRankWeight(offset=1), gain="rating").measure_list(shown, test)),
        "mrr@10": float(RecipRank(n=K).measure_list(shown, test)),
        "map@10": float(ap),
    }
    lists[-1]["binaryNdcg"] = float(NDCG(n=K, weight=LogRankWeight(offset=1)).measure_list(shown, test))
    lists[-1]["javaNdcg"] = float(NDCG(weight=LogRankWeight(), gain="rating").measure_list(shown, test))
    lists[-1]["novelty"] = float(np.mean(-np.log2(np.maximum(users_per_item[top], 1) / USERS)))
shown = np.unique(np.concatenate([entry["items"][:K] for entry in lists]))
json.dump(
    {
        "library": f"lenskit {lenskit.__version__}, scikit-learn {sklearn.__version__}, numpy {np.__version__}",
        "seed": SEED,
        "nItems": ITEMS,
        "nUsers": USERS,
        "usersPerItem": users_per_item.tolist(),
        "lists": lists,
        "coverage": len(shown) / ITEMS,
        "concentration": float(collected.global_aggregate(rows)),
    },
    Path(__file__).with_name("lists.json").open("w"),
)
