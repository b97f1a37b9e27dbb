"""Scores a CSV file in chunks with pandas and XGBoost and writes Parquet.

python score.py TRAIN_CSV ROWS_CSV OUT_PARQUET N_TREES
"""

import json
import sys
import time

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import xgboost as xgb

train_csv, rows_csv, out_parquet, n_trees = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
frame = pd.read_csv(train_csv, na_values=["?"])
target = (frame.pop("column15") == ">50K").astype(int)
levels = {
    name: pd.CategoricalDtype(sorted(frame[name].dropna().unique()))
    for name in frame.columns
    if not pd.api.types.is_numeric_dtype(frame[name])
}
model = xgb.XGBClassifier(
    n_estimators=n_trees, max_leaves=31, max_depth=0, grow_policy="lossguide", tree_method="hist", learning_rate=0.1,
    enable_categorical=True,
)
model.fit(frame.astype(levels), target)

started = time.perf_counter()
writer = None
for chunk in pd.read_csv(rows_csv, na_values=["?"], chunksize=200_000):
    scores = model.predict_proba(chunk.astype(levels))[:, 1]
    table = pa.Table.from_pandas(chunk.assign(probability=scores, label=scores >= 0.5), preserve_index=False)
    writer = writer or pq.ParquetWriter(out_parquet, table.schema)
    writer.write_table(table)
writer.close()
print(json.dumps({"seconds": time.perf_counter() - started}))
