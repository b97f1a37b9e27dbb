"""Fits statsforecast's methods to M4's hourly series with a backtest and prints seconds and MASE as JSON; numba is warmed up first.

python forecast.py TRAIN_CSV TEST_CSV METHOD N_JOBS WINDOWS
"""

import json
import sys
import time

import numpy as np
import pandas as pd
from statsforecast import StatsForecast
from statsforecast.models import AutoETS, Theta

train_file, test_file, method = sys.argv[1:4]
n_jobs, windows = map(int, sys.argv[4:6])
period, horizon = 24, 48
model = {"ets": AutoETS, "theta": Theta}[method](season_length=period, alias="model")


def series_of(file):
    table = pd.read_csv(file)
    return [row.dropna().to_numpy(float) for _, row in table.iloc[:, 1:].iterrows()]


train, test = series_of(train_file), series_of(test_file)
frame = pd.concat(
    pd.DataFrame({"unique_id": i, "ds": np.arange(len(y)), "y": y}) for i, y in enumerate(train)
)
StatsForecast([model], freq=1, n_jobs=1).forecast(df=frame[frame.unique_id < 2], h=horizon)
forecaster = StatsForecast([model], freq=1, n_jobs=n_jobs)
start = time.perf_counter()
forecaster.cross_validation(df=frame, h=horizon, n_windows=windows, step_size=horizon)
found = forecaster.forecast(df=frame, h=horizon)
seconds = time.perf_counter() - start
forecasts = found["model"].to_numpy().reshape(len(train), horizon)
mase = [
    np.abs(y - f).mean() / np.abs(h[period:] - h[:-period]).mean() for h, y, f in zip(train, test, forecasts)
]
print(json.dumps({"seconds": seconds, "quality": float(np.mean(mase))}))
