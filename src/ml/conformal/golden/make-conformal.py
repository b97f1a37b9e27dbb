"""Reference values for conformal.ts by their formulas in numpy: the k-th smallest score, k = ceil((n + 1) * level).

MAPIE takes numpy's method "higher" at k / n, which is one rank more in places; "inverted_cdf" is the k-th smallest itself.

APS is the deterministic form: the score of a class is the probability of all that are more probable. RAPS sorts the classes, as its authors do, and adds
the penalty by place, here without the random part too. Prints JSON.
"""
import json
import numpy as np

rng = np.random.default_rng(7)
level = 0.8


def quantile(scores):
    n = len(scores)
    return float(np.quantile(scores, np.ceil((n + 1) * level) / n, method="inverted_cdf"))


def before(p):
    return np.array([[row[row > own].sum() for own in row] for row in p])


def regularised(p, penalty=0.1, free_places=1):
    order = (-p).argsort(1, kind="stable")
    ordered = np.take_along_axis(p, order, 1)
    scores = ordered.cumsum(1) - ordered + penalty * np.maximum(np.arange(1, p.shape[1] + 1) - free_places, 0)
    out = np.empty_like(p)
    np.put_along_axis(out, order, scores, 1)
    return out


n, m, k = 40, 12, 4
y, y_new = rng.integers(0, k, n), rng.integers(0, k, m)


def proba(labels):
    raw = rng.dirichlet(np.ones(k), len(labels))
    raw[np.arange(len(labels)), labels] += 0.5
    return raw / raw.sum(1, keepdims=True)


p, p_new = proba(y), proba(y_new)
out = {"library": f"numpy {np.__version__}", "level": level, "classes": {"yTrue": y.tolist(), "yProba": p.ravel().tolist(), "new": p_new.ravel().tolist()}}
for name, score in {"lac": lambda p: 1 - p, "aps": before, "raps": regularised}.items():
    q = quantile(score(p)[np.arange(n), y])
    sets = score(p_new) <= q
    sets[np.arange(m), p_new.argmax(1)] = True
    out["classes"][name] = {"threshold": q, "sets": sets.astype(int).ravel().tolist()}

mu, z = rng.gamma(2, 3, n), rng.gamma(2, 3, m)
t = rng.poisson(mu).astype(float)
low, high = mu - 2 * rng.uniform(size=n), mu + 2 * rng.uniform(size=n)
z_low, z_high = z - 1.5, z + 2.5
absolute = quantile(np.abs(t - mu))
scaled = quantile(np.abs(t - mu) / np.sqrt(mu))
cqr = quantile(np.maximum(low - t, t - high))
out["numbers"] = {
    "yTrue": t.tolist(),
    "mean": mu.tolist(),
    "pair": np.stack([low, high], 1).ravel().tolist(),
    "new": z.tolist(),
    "newPair": np.stack([z_low, z_high], 1).ravel().tolist(),
    "absolute": {"threshold": absolute, "intervals": np.stack([z - absolute, z + absolute], 1).ravel().tolist()},
    "scaled": {"threshold": scaled, "intervals": np.stack([z - scaled * np.sqrt(z), z + scaled * np.sqrt(z)], 1).ravel().tolist()},
    "quantile": {"threshold": cqr, "intervals": np.stack([z_low - cqr, z_high + cqr], 1).ravel().tolist()},
}
print(json.dumps(out))
