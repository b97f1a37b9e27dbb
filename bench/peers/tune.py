"""Optuna's multivariate TPE over a space given as JSON: prints one point a line, reads its loss from the next line of the input.

python tune.py SEED N_TRIALS SPACE_JSON
"""

import json
import sys

import optuna

optuna.logging.set_verbosity(optuna.logging.ERROR)
seed, n_trials, space = int(sys.argv[1]), int(sys.argv[2]), json.loads(sys.argv[3])
sampler = optuna.samplers.TPESampler(seed=seed, multivariate=True)
study = optuna.create_study(sampler=sampler)
for _ in range(n_trials):
    trial = study.ask()
    point = {}
    for one in space:
        suggest = trial.suggest_int if one["kind"] == "integer" else trial.suggest_float
        point[one["name"]] = suggest(one["name"], one["low"], one["high"], log=one.get("scale") == "log")
    print(json.dumps(point), flush=True)
    study.tell(trial, float(sys.stdin.readline()))
