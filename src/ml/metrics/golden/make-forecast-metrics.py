"""Writes forecast-metrics.json: values of utilsforecast that forecast-metrics.test.ts compares with.   python make-forecast-metrics.py"""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import utilsforecast
from utilsforecast import losses

rng = np.random.default_rng(5)
cases = []
for period, n, horizon in [(1, 30, 6), (7, 60, 14), (24, 100, 30)]:
    y = np.round(100 + 10 * np.sin(2 * np.pi * np.arange(n + horizon) / max(period, 2)) + rng.normal(0, 5, n + horizon), 3)
    point = y[n:] + np.round(rng.normal(0, 4, horizon), 3)
    frame = pd.DataFrame(dict(unique_id="a", ds=np.arange(n, n + horizon), y=y[n:], f=point))
    train = pd.DataFrame(dict(unique_id="a", ds=np.arange(n), y=y[:n]))
    levels = [0.1, 0.5, 0.9]
    quantiles = {f"q{q}": point + (q - 0.5) * 12 for q in levels}
    for name, values in quantiles.items():
        frame[name] = values
    frame["f-lo-80"], frame["f-hi-80"] = quantiles["q0.1"], quantiles["q0.9"]
    one = lambda table: float(table["f"].iloc[0])
    values = dict(
        mase=one(losses.mase(frame, ["f"], period, train)), rmsse=one(losses.rmsse(frame, ["f"], period, train)),
        smape=200 * one(losses.smape(frame, ["f"])), wape=one(losses.wape(frame, ["f"])), mae=one(losses.mae(frame, ["f"])), rmse=one(losses.rmse(frame, ["f"])))
    cases.append(dict(
        period=period, history=y[:n].tolist(), yTrue=y[n:].tolist(), yPred=point.tolist(), values=values, levels=levels,
        quantiles=[v.tolist() for v in quantiles.values()],
        wql=float(losses.scaled_crps(frame, {"f": list(quantiles)}, np.array(levels))["f"].iloc[0]),
        coverage=float(losses.coverage(frame, ["f"], 80)["f"].iloc[0]), winkler=float(losses.winkler_score(frame, ["f"], 80)["f"].iloc[0])))
Path(__file__).with_name("forecast-metrics.json").write_text(json.dumps(dict(made_with=dict(utilsforecast=utilsforecast.__version__, numpy=np.__version__, seed=5), cases=cases)) + "\n")
