"""Fits statsforecast's AutoETS or Theta to M4's hourly series at rolling origins and at their ends, on two processes, and prints seconds and quality as JSON.

python forecast.py TRAIN_CSV TEST_CSV ets|theta EVERY WINDOWS   (every EVERY-th series; WINDOWS origins within the training values)
"""

import json
import resource
import sys
import time
import warnings

import numpy as np
import pandas as pd
from statsforecast import StatsForecast
from statsforecast.models import AutoETS, Theta

warnings.simplefilter("ignore")
train_csv, test_csv, method, every, windows = sys.argv[1:]
every, windows = int(every), int(windows)
histories = [row[~np.isnan(row)] for row in pd.read_csv(train_csv).iloc[:, 1:].to_numpy(float)[::every]]
futures = pd.read_csv(test_csv).iloc[:, 1:].to_numpy(float)[::every]
frame = pd.concat([pd.DataFrame(dict(unique_id=i, ds=np.arange(len(y)), y=y)) for i, y in enumerate(histories)])


def cpu():
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def mase(y, future, forecast):
    return np.abs(future - forecast).mean() / np.abs(y[24:] - y[:-24]).mean()


def run(frame, jobs):
    model = Theta(24, alias="f") if method == "theta" else AutoETS(24, alias="f")
    forecaster = StatsForecast(models=[model], freq=1, n_jobs=jobs)
    tested = forecaster.cross_validation(df=frame, h=48, n_windows=windows, step_size=48) if windows else None
    return tested, forecaster.forecast(df=frame, h=48)


run(frame[frame.unique_id < 2], 1)  # compiles
wall, before = time.perf_counter(), cpu()
tested, ahead = run(frame, 2)
seconds, cpu_seconds = time.perf_counter() - wall, cpu() - before
final = [mase(y, futures[i], ahead[ahead.unique_id == i].f.to_numpy()) for i, y in enumerate(histories)]
rolled = [] if tested is None else [
    mase(histories[i][: cutoff + 1], one.y.to_numpy(), one.f.to_numpy()) for (i, cutoff), one in tested.groupby(["unique_id", "cutoff"])]
print(json.dumps({"seconds": seconds, "cpuSeconds": cpu_seconds, "mase": float(np.mean(final)), "backtestMase": float(np.mean(rolled)) if rolled else None}))
