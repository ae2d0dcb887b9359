"""Steps of several builds beside each other, in turns: whether a change of the runtime is a gain.

    compare.py [--turns N] [--times N] [--rows] CONTROLLERS/WORKERS,… BUILD BUILD…

A build is a directory with `step-bench`; the first one is what the others are divided by. `plain` is the round in plain C,
of the first build. Turns are short and many, so that on a busy machine most of them meet nobody; the first quartile of a
turn is the step when nothing came between, and the ratio is the median over the turns.
"""

import argparse
import statistics
import subprocess
from pathlib import Path


class Steps:
    def __init__(self, builds, build, controllers, workers, rows):
        self.name = build
        if build == "plain":
            command = [Path(builds[0]) / "plain-c", "rounds", workers, 0, 0, 0]
        else:
            command = [Path(build) / "step-bench", "answer", "row-controller" if rows else "empty-controller",
                       controllers, workers]
        self.process = subprocess.Popen([str(part) for part in command], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        self.quartiles, self.medians = [], []

    def turn(self, count):
        self.process.stdin.write(f"{count}\n")
        self.process.stdin.flush()
        times = sorted(map(int, self.process.stdout.readline().split()))
        self.quartiles.append(times[len(times) // 4] / 1000)
        self.medians.append(times[len(times) // 2] / 1000)

    def end(self):
        self.process.stdin.close()
        self.process.wait()


def ratio(ours, theirs):
    low, middle, high = statistics.quantiles([a / b for a, b in zip(ours, theirs)], n=4)
    return f"{middle:6.3f} ({low:.3f}–{high:.3f})"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=200)
    parser.add_argument("--times", type=int, default=60, help="steps of a turn")
    parser.add_argument("--rows", action="store_true", help="with a Go2's states and commands")
    parser.add_argument("shapes")
    parser.add_argument("builds", nargs="+")
    options = parser.parse_args()
    for shape in options.shapes.split(","):
        controllers, _, workers = shape.partition("/")
        all_steps = [Steps(options.builds, build, int(controllers), int(workers or controllers), options.rows)
                     for build in options.builds]
        for turn in range(options.turns + 2):
            for steps in all_steps[::-1 if turn % 2 else 1]:
                steps.turn(options.times)
        first = all_steps[0]
        for steps in all_steps:
            # The first two turns warm up.
            print(f"{shape:>8}  {steps.name:40} quartile {statistics.median(steps.quartiles[2:]):8.2f} µs "
                  f"{ratio(steps.quartiles[2:], first.quartiles[2:])}   "
                  f"median {ratio(steps.medians[2:], first.medians[2:])}", flush=True)
        for steps in all_steps:
            steps.end()


main()
