"""The corrected resampled t-test by its formula (Nadeau & Bengio 2003, section 5), with scipy's t. Prints JSON."""
import json
import numpy as np, scipy
import scipy.stats as st

rng = np.random.default_rng(12)
cases = []
for n, ratio, shift in [(10, 1.0, 0.02), (25, 0.25, 0.01), (50, 0.25, 0.0), (100, 1 / 9, -0.005), (2, 0.5, 0.1)]:
    d = rng.normal(shift, 0.03, n)
    mean, var = d.mean(), d.var(ddof=1)
    se = np.sqrt((1 / n + ratio) * var)
    t = mean / se
    q = st.t.ppf(0.975, n - 1)
    cases.append(
        {
            "values": d.tolist(),
            "ratio": ratio,
            "mean": mean,
            "standardError": se,
            "low": mean - q * se,
            "high": mean + q * se,
            "pValue": 2 * st.t.sf(abs(t), n - 1),
            "detectable": (q + st.t.ppf(0.8, n - 1)) * se,
        }
    )
print(json.dumps({"library": f"numpy {np.__version__}, scipy {scipy.__version__}", "seed": 12, "cases": cases}))
