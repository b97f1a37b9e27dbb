"""Writes forecasters.json: values of statsforecast and statsmodels that forecasters-golden.test.ts compares with.

python make-forecasters.py AIRLINE_PASSENGERS_CSV   (public domain: Box and Jenkins 1976, series G)
"""

import json
import sys
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import statsforecast
import statsmodels
from statsforecast.ets import ets_f, etsforecast, pegelsresid_C, switch
from statsforecast.theta import _theta, switch_theta
from statsmodels.tsa.holtwinters import ExponentialSmoothing
from statsmodels.tsa.seasonal import seasonal_decompose

warnings.simplefilter("ignore")
airline = pd.read_csv(sys.argv[1]).iloc[:, 1].to_numpy(float)
rng = np.random.default_rng(4)
t = np.arange(300)
hourly = np.round(200 + 0.1 * t + 40 * np.sin(2 * np.pi * t / 24) + 15 * np.cos(4 * np.pi * t / 24) + np.cumsum(rng.normal(0, 2, 300)) + rng.normal(0, 4, 300), 1)
short = np.round(50 + np.cumsum(rng.normal(0.3, 2, 40)), 2)
series = {"airline": (airline, 12), "hourly": (hourly, 24), "short": (short, 1)}

# Likelihood, errors and forecasts at given parameters, every form.
given = []
for name, (y, m) in series.items():
    for error in "AM":
        for trend in ["N", "A", "Ad"]:
            for season in ["N", "A", "M"] if m > 1 else ["N"]:
                alpha, beta, gamma, phi = 0.3, 0.05 if trend != "N" else 0.0, 0.2 if season != "N" else 0.0, 0.9 if trend == "Ad" else 1.0
                figures = np.zeros(0)
                if season != "N":
                    figures = seasonal_decompose(y, period=m, model="additive" if season == "A" else "multiplicative").seasonal[:m]
                level = float(y[:10].mean())
                state = np.concatenate([[level], [0.5] if trend != "N" else [], figures[::-1]])
                amse, errors, states, lik = pegelsresid_C(y, m if season != "N" else 1, state, error, trend[0], season, trend == "Ad", alpha, beta, gamma, phi, 3)
                forecast = np.empty(2 * m + 3)
                etsforecast(states[-1], m if season != "N" else 1, switch(trend[0]), switch(season), phi, len(forecast), forecast)
                if trend == "Ad":  # it adds phi twice and never phi^h: from its last state, by phi + ... + phi^h (Hyndman et al. 2008, table 2.1)
                    seasonal = states[-1][2:][::-1]
                    forecast = states[-1][0] + np.cumsum(phi ** np.arange(1, len(forecast) + 1)) * states[-1][1]
                    if season != "N":
                        seasonal = np.resize(seasonal, len(forecast))
                        forecast = forecast + seasonal if season == "A" else forecast * seasonal
                given.append(dict(series=name, form=[error, trend, season], params=[alpha, beta, gamma, phi, level, 0.5 if trend != "N" else 0.0, *figures.tolist()],
                                  lik=float(lik), sumOfErrors=float(errors.sum()), forecast=forecast.tolist()))

# AICc that statsforecast's search reaches, form by form; it does not hold itself to gamma <= 1 - alpha (isUsual).
fitted = []
for name, (y, m) in series.items():
    for error in "AM":
        for trend in ["N", "A", "Ad"]:
            for season in ["N", "A", "M"] if m > 1 else ["N"]:
                if error == "A" and season == "M":
                    continue
                fit = ets_f(y, m, model=error + trend[0] + season, damped=trend == "Ad")
                fitted.append(dict(series=name, form=[error, trend, season], aicc=float(fit["aicc"]), nParameters=int(fit["n_params"]), isUsual=bool(season == "N" or fit["par"][0] + fit["par"][2] <= 1)))

# Holt-Winters on the first 132 months. The forecast of step 12 takes a seasonal state from before its last update (model.py, "s[nobs + m - 1 :] ="): it is left out.
winters = []
for trend, season, damped in [("add", "add", False), ("add", "mul", False), ("add", "mul", True), ("add", None, False)]:
    fit = ExponentialSmoothing(airline[:132], trend=trend, seasonal=season, damped_trend=damped, seasonal_periods=12 if season else None).fit()
    winters.append(dict(trend="damped" if damped else "additive", season={"add": "additive", "mul": "multiplicative", None: "none"}[season],
                        sse=float(fit.sse), alpha=float(fit.params["smoothing_level"]), gamma=float(fit.params["smoothing_seasonal"]) if season else 0.0, forecast=fit.forecast(12)[:11].tolist()))

# The standard Theta model at given parameters.
thetas = []
for name, alpha, level in [("short", 0.4, 45.0), ("short", 0.95, 50.0), ("hourly", 0.6, 180.0)]:
    y = series[name][0]
    amse, errors, states, mse = _theta.pegels_resid(y, switch_theta("STM"), level, alpha, 2.0, 3)
    forecast = np.empty(12)
    _theta.forecast(states, len(y), switch_theta("STM"), forecast, alpha, 2.0)
    thetas.append(dict(series=name, alpha=alpha, level=level, forecast=forecast.tolist(), residuals=errors[3:8].tolist()))

figures = [
    dict(series=name, kind=kind, figures=seasonal_decompose(y, period=m, model=kind).seasonal[:m].tolist())
    for name, (y, m) in series.items() if m > 1 for kind in ["additive", "multiplicative"]
]
odd = seasonal_decompose(airline[:63], period=7, model="additive").seasonal[:7].tolist()

out = dict(
    made_with=dict(statsforecast=statsforecast.__version__, statsmodels=statsmodels.__version__, numpy=np.__version__, seed=4),
    series={name: dict(values=y.tolist(), period=m) for name, (y, m) in series.items()},
    given=given, fitted=fitted, winters=winters, thetas=thetas, figures=figures, odd=odd,
)
Path(__file__).with_name("forecasters.json").write_text(json.dumps(out, allow_nan=False) + "\n")
