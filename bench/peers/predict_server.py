"""One endpoint that does the work of `fettle serve`: token, validated row, encoded categories, one prediction, one log record.

python predict_server.py TRAIN_CSV PORT TOKEN LOG N_TREES
"""

import hmac
import json
import sys
import time
import uuid
from contextlib import asynccontextmanager

import numpy as np
import pandas as pd
import uvicorn
import xgboost as xgb
from fastapi import Depends, FastAPI, Header, HTTPException
from pydantic import BaseModel, ConfigDict, create_model

train_csv, port, token, log_path, n_trees = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4], int(sys.argv[5])

frame = pd.read_csv(train_csv, na_values=["?"])
target = (frame.pop("column15") == ">50K").astype(int)
numeric = [name for name in frame.columns if pd.api.types.is_numeric_dtype(frame[name])]
codes = {
    name: {level: float(code) for code, level in enumerate(sorted(frame[name].dropna().unique()))}
    for name in frame.columns
    if name not in numeric
}
encoded = frame.copy()
for name, levels in codes.items():
    encoded[name] = frame[name].map(levels)
model = xgb.XGBClassifier(
    n_estimators=n_trees, max_leaves=31, max_depth=0, grow_policy="lossguide", tree_method="hist",
    learning_rate=0.1, feature_types=["c" if name in codes else "q" for name in frame.columns], enable_categorical=True,
)
model.fit(encoded.to_numpy(dtype=np.float32), target)
booster = model.get_booster()
booster.set_param({"nthread": 1})
names = list(frame.columns)

Row = create_model(
    "Row",
    __config__=ConfigDict(strict=True),
    **{name: ((float if name in numeric else str) | None, ...) for name in names},
)


class Body(BaseModel):
    rows: list[Row]


log = open(log_path, "a", buffering=1 << 20)


@asynccontextmanager
async def lifespan(_app):
    yield
    log.close()


app = FastAPI(lifespan=lifespan)


async def authenticate(authorization: str = Header("")):
    if not hmac.compare_digest(authorization, f"Bearer {token}"):
        raise HTTPException(401)


@app.get("/health")
async def health():
    return {"status": "ready"}


@app.post("/predict", dependencies=[Depends(authenticate)])
async def predict(body: Body):
    started = time.perf_counter()
    inputs = np.empty((len(body.rows), len(names)), dtype=np.float32)
    for i, row in enumerate(body.rows):
        for j, name in enumerate(names):
            value = getattr(row, name)
            if value is None:
                inputs[i, j] = np.nan
            elif name in codes:
                inputs[i, j] = codes[name].get(value, np.nan)
            else:
                inputs[i, j] = value
    scores = booster.inplace_predict(inputs, validate_features=False)
    predictions = []
    for row, score in zip(body.rows, scores.tolist()):
        record_id = str(uuid.uuid4())
        predictions.append({
            "id": record_id, "label": ">50K" if score >= 0.5 else "<=50K", "probability": score,
            "probabilities": {"<=50K": 1 - score, ">50K": score},
        })
        log.write(json.dumps({
            "id": record_id, "at": time.time(), "inputs": [getattr(row, name) for name in names], "outputs": [score],
            "latencyUs": (time.perf_counter() - started) * 1e6,
        }) + "\n")
    return {"model": "adult", "version": 1, "predictions": predictions}


uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning", access_log=False)
