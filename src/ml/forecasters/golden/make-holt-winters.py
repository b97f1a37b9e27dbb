"""Adds to holt-winters.json what the installed statsmodels fits to the first 132 months of the airline passengers; holt-winters.test.ts compares with it.

python make-holt-winters.py AIRLINE_PASSENGERS_CSV   (public domain: Box and Jenkins 1976, series G)

Run once per version; made with 0.13.5 (numpy 1.23.5, scipy 1.10.1) and 0.15.0 (numpy 2.4.6).
"""

import json
import sys
import warnings
from pathlib import Path

import pandas as pd
import statsmodels
from statsmodels.tsa.holtwinters import ExponentialSmoothing

warnings.simplefilter("ignore")
airline = pd.read_csv(sys.argv[1]).iloc[:, 1].to_numpy(float)
fits = []
for season, damped in [("add", False), ("mul", False), ("mul", True)]:
    fit = ExponentialSmoothing(airline[:132], trend="add", seasonal=season, damped_trend=damped, seasonal_periods=12).fit()
    params = fit.params
    fits.append(dict(
        trend="damped" if damped else "additive", season={"add": "additive", "mul": "multiplicative"}[season],
        alpha=float(params["smoothing_level"]), betaStar=float(params["smoothing_trend"]), gamma=float(params["smoothing_seasonal"]),
        phi=float(params["damping_trend"]) if damped else 1.0, level=float(params["initial_level"]), slope=float(params["initial_trend"]),
        figures=params["initial_seasons"].tolist(), sse=float(fit.sse), forecast=fit.forecast(12).tolist(),
    ))

path = Path(__file__).with_name("holt-winters.json")
versions = json.loads(path.read_text()) if path.exists() else {}
versions[statsmodels.__version__] = fits
path.write_text(json.dumps(dict(sorted(versions.items())), allow_nan=False) + "\n")
