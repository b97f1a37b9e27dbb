"""
Makes chi-squared.json, reference values of the chi-squared distribution.

Needs Python 3.11 with scipy:  python make-chi-squared.py
"""

import json
from pathlib import Path

import scipy
from scipy.stats import chi2

golden = {
    "library": {"scipy": scipy.__version__},
    "script": "make-chi-squared.py",
    "upperTail": [[x, k, float(chi2.sf(x, k))] for k in (1, 2, 3, 4, 7, 20, 41, 100, 600) for x in (0.01, 0.5, 3.0, 20.0, 90.0, 700.0)],
    "upperQuantile": [[p, k, float(chi2.isf(p, k))] for k in (1, 2, 3, 10, 41, 300) for p in (0.975, 0.5, 0.025, 0.001)],
}
Path(__file__).with_name("chi-squared.json").write_text(json.dumps(golden) + "\n")
