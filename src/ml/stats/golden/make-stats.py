"""
Makes stats.json, the reference values of ml/stats.

Needs Python 3.11 with mpmath, numpy, scipy and statsmodels:  python make-stats.py
Elementary functions: mpmath at 60 digits, rounded once to the nearest double. Inputs: chance under the seed, and borders.
"""

import json
from pathlib import Path

import mpmath
import numpy as np
import scipy
import scipy.stats
import statsmodels
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

SEED = 20240611
rng = np.random.default_rng(SEED)
mpmath.mp.dps = 60


def signed(low, high, n):
    """n numbers of both signs, their exponents uniform between two powers of ten."""
    return np.where(rng.random(n) < 0.5, -1.0, 1.0) * 10 ** rng.uniform(low, high, n)


def tabulate(function, inputs):
    return [[float(x), float(function(mpmath.mpf(float(x))))] for x in inputs]


def elementary():
    turns = np.concatenate([signed(-8, 0, 30), rng.uniform(-20, 20, 60), rng.uniform(-1e5, 1e5, 60)])
    return {
        "exp": tabulate(mpmath.exp, np.concatenate([signed(-17, 2, 80), rng.uniform(-708, 709.7, 80), [-745, -740.5, -720.25, -708.5, 709.78]])),
        "log": tabulate(mpmath.log, np.concatenate([10 ** rng.uniform(-307, 308, 80), 1 + signed(-16, -0.4, 80), [5e-324, 1e-310, 1.5e-308, 0.5, 2, 1.7e308]])),
        "log1p": tabulate(mpmath.log1p, np.concatenate([signed(-300, -0.05, 100), 10 ** rng.uniform(-1, 300, 60), [-0.9999999999999999, -0.5]])),
        "expm1": tabulate(mpmath.expm1, np.concatenate([signed(-300, 2, 120), rng.uniform(-1, 1, 60), [709.7, -36.5, -800]])),
        "sin": tabulate(mpmath.sin, turns),
        "cos": tabulate(mpmath.cos, turns),
    }


def normal():
    z = np.concatenate([rng.uniform(-8, 8, 40), rng.uniform(8, 37, 20), [0, 2 * np.sqrt(2), 1e-9]])
    p = np.concatenate([rng.uniform(0, 1, 40), 10 ** rng.uniform(-300, -1, 40), 1 - 10 ** rng.uniform(-14, -1, 20)])
    tail = lambda x: mpmath.erfc(x / mpmath.sqrt(2)) / 2
    return {
        "upperTail": tabulate(tail, z),
        "quantile": [[float(x), float(scipy.stats.norm.ppf(x))] for x in p],
    }


def wilson():
    cases = [(0, 5), (5, 5), (1, 1), (5, 20), (50, 1000), (999, 1000), (3, 1_000_000)]
    return [[k, n, *map(float, proportion_confint(k, n, alpha=0.05, method="wilson"))] for k, n in cases]


def benjamini_hochberg():
    sets = [rng.random(1), rng.random(20) ** 3, np.round(rng.random(50) ** 2, 2), np.array([0.0, 1.0, 0.5, 0.0])]
    return [[p.tolist(), multipletests(p, method="fdr_bh")[1].tolist()] for p in sets]


def order():
    values = np.round(rng.normal(size=60) * 3, 1)
    levels = [0, 0.01, 0.025, 1 / 3, 0.5, 0.75, 0.975, 1]
    large = np.round(rng.normal(size=700), 1)
    other = 0.5 * values + rng.normal(size=60)
    return {
        "values": values.tolist(),
        "quantiles": [[q, float(np.quantile(values, q))] for q in levels],
        "ranks": scipy.stats.rankdata(values).tolist(),
        "large": large.tolist(),
        "largeRanks": scipy.stats.rankdata(large).tolist(),
        "other": other.tolist(),
        "pearson": float(scipy.stats.pearsonr(values, other)[0]),
        "moments": [float(values.mean()), float(values.std(ddof=1))],
    }


Path(__file__).with_name("stats.json").write_text(
    json.dumps(
        {
            "library": "mpmath, numpy, scipy, statsmodels",
            "version": f"{mpmath.__version__}, {np.__version__}, {scipy.__version__}, {statsmodels.__version__}",
            "seed": SEED,
            "script": "make-stats.py",
            "elementary": elementary(),
            "normal": normal(),
            "wilson": wilson(),
            "benjaminiHochberg": benjamini_hochberg(),
            "order": order(),
        },
        separators=(",", ":"),
    )
    + "\n"
)
