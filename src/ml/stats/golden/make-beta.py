"""Reference values for beta.ts and conformal.ts: scipy. Run with scipy and mpmath; prints JSON."""
import json, math
import scipy, scipy.special as sp, scipy.stats as st

xs = [1e-6, 0.01, 0.1, 0.3, 0.5, 0.9, 0.99, 1 - 1e-6]
shapes = [(0.5, 0.5), (1, 1), (0.5, 4.5), (2, 3), (10, 0.5), (50, 7), (900, 101), (40000, 60000), (3.7, 1e-2)]
data = {
    "library": f"scipy {scipy.__version__}",
    "incompleteBeta": [[x, a, b, float(sp.betainc(a, b, x))] for a, b in shapes for x in xs],
    "betaQuantile": [[p, a, b, float(st.beta.ppf(p, a, b))] for a, b in shapes[:-1] for p in [0.025, 0.5, 0.975]],
    "clopperPearson": [
        [k, n, *map(float, st.binomtest(k, n).proportion_ci(0.95, "exact"))]
        for k, n in [(0, 5), (5, 5), (3, 10), (88, 100), (901, 1000), (17, 20)]
    ],
    "binomialLowerTail": [
        [k, n, p, float(st.binom.cdf(k, n, p))] for k, n, p in [(80, 100, 0.9), (9, 10, 0.9), (0, 3, 0.2), (1790, 2000, 0.9), (10, 10, 0.9)]
    ],
    "studentUpperTail": [[t, v, float(st.t.sf(t, v))] for v in [1, 2, 4.5, 9, 49, 1000] for t in [-3.0, -0.5, 0.0, 0.7, 2.262, 6.0, 40.0]],
    "studentQuantile": [[p, v, float(st.t.ppf(p, v))] for v in [1, 2, 4.5, 9, 49, 1000] for p in [0.001, 0.025, 0.5, 0.8, 0.975, 0.9995]],
    "coverageBounds": [],
}
for n, m, level in [(100, 200, 0.9), (99, 50, 0.9), (500, 1000, 0.95), (40, 40, 0.8), (1000, 5000, 0.9)]:
    a = math.ceil((n + 1) * level - 1e-9)
    d = st.betabinom(m, a, n + 1 - a)
    low, high = int(d.ppf(0.025)), m - int(st.betabinom(m, n + 1 - a, a).ppf(0.025))
    data["coverageBounds"].append([n, m, level, low / m, high / m])
print(json.dumps(data))
