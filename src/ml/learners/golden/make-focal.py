"""Focal loss by mpmath at 40 digits: derivatives by numerical differentiation of the loss itself, and chances by minimising the expected loss.

Prints JSON. Run with mpmath.
"""
import json
import mpmath as mp

mp.mp.dps = 40


def sigmoid(s):
    return 1 / (1 + mp.exp(-s))


def loss(p, gamma):
    return -((1 - p) ** gamma) * mp.log(p)


def softmax(scores):
    total = sum(mp.exp(s) for s in scores)
    return [mp.exp(s) / total for s in scores]


binary = []
for gamma in [0, 0.5, 1, 2, 5]:
    for score in [-8, -3, -1, -0.2, 0, 0.7, 2, 6]:
        f = lambda s: loss(sigmoid(s), gamma)
        binary.append([gamma, score, *[float(mp.diff(f, mp.mpf(score), k)) for k in (0, 1, 2)]])

several = []
for gamma in [0, 0.5, 2]:
    for scores in [[0.3, -1.2, 0.8], [2, 0, -4], [-3, 1, 1]]:
        for truth in range(3):
            for k in range(3):

                def f(s):
                    moved = [mp.mpf(x) for x in scores]
                    moved[k] = s
                    return loss(softmax(moved)[truth], gamma)

                several.append([gamma, *scores, truth, k, *[float(mp.diff(f, mp.mpf(scores[k]), d)) for d in (0, 1, 2)]])

# The chance for which a score is the best constant: where the expected loss has no slope.
chances = []
for gamma in [0.5, 2, 5]:
    for score in [-4, -1, 0, 0.5, 3]:
        up = mp.diff(lambda s: loss(sigmoid(s), gamma), mp.mpf(score))
        down = mp.diff(lambda s: loss(sigmoid(-s), gamma), mp.mpf(score))
        chances.append([gamma, score, float(down / (down - up))])
print(json.dumps({"library": f"mpmath {mp.__version__}", "binary": binary, "several": several, "chances": chances}))
