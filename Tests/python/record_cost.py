"""What a recorder costs the cluster that it records, and itself.

    record_cost.py [--robot talos] [--controllers 64] [--per-process 8] [--pairs 20] [--steps 10000] [--spare]

One run, flat out; the recorder comes and goes, so that whatever else the machine does hits both halves alike. Then one recording of
as many steps as asked for. With --spare the cluster has core 0 and the recorder core 1: what it costs where there is a core for it.
"""

import argparse
import json
import os
import signal
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from conftest import BINARIES, config_of, wait_until
from segment import Segment

RING = 512


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--robot", default="talos")
    parser.add_argument("--controllers", type=int, default=64)
    parser.add_argument("--per-process", type=int, default=8)
    parser.add_argument("--pairs", type=int, default=20)
    parser.add_argument("--window", type=int, default=300, help="steps of each half of a pair")
    parser.add_argument("--steps", type=int, default=10_000)
    parser.add_argument("--spare", action="store_true")
    return parser.parse_args()


def step_times(segment, count):
    """Of that many steps from now on, in s."""
    first = segment.steps
    times, seen = [], first
    while seen < first + count:
        time.sleep(0.02)
        steps = segment.steps
        assert steps - seen <= RING, "too slow for its steps"
        ring = [segment._word(segment.control + 4096 + step % RING * 8) * 1e-9 for step in range(seen, steps)]
        times += ring
        seen = steps
    return times[:count]


class Recorder:
    def __init__(self, name, directory, options, *arguments):
        self.path = Path(directory) / "run.mcap"
        command = [BINARIES / "ccluster", "record", name, "-o", self.path, "--force", "--json", *arguments]
        self.process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            preexec_fn=(lambda: os.sched_setaffinity(0, {1})) if options.spare else None)

    def end(self, number=signal.SIGINT):
        if number:
            self.process.send_signal(number)
        output, _ = self.process.communicate(timeout=3600)
        assert self.process.returncode == 0, output
        return json.loads(output)


def compare(segment, name, directory, options):
    ratios, medians, captured, missed = [], {False: [], True: []}, 0, 0
    for pair in range(options.pairs):
        medians_of = {}
        for on in ([False, True], [True, False])[pair % 2]:
            if on:
                recorder = Recorder(name, directory, options)
                wait_until(lambda: recorder.path.exists() and recorder.path.stat().st_size > 0, what="the file")
            times = step_times(segment, options.window)
            if on:
                told = recorder.end()
                captured, missed = captured + told["steps"], missed + told["missed"]
                recorder.path.unlink()
            medians_of[on] = statistics.median(times)
            medians[on].append(medians_of[on])
        ratios.append(medians_of[True] / medians_of[False])
    low, middle, high = statistics.quantiles(ratios, n=4)
    print(f"step time, median: {statistics.median(medians[False]) * 1e6:.0f} µs without, "
          f"{statistics.median(medians[True]) * 1e6:.0f} µs with a recorder")
    print(f"ratio over {options.pairs} pairs of {options.window} steps: {middle:.4f} ({low:.4f} to {high:.4f}); "
          f"{captured:,} steps recorded, {missed:,} missed")


def main():
    options = parse()
    name = f"test-{os.getpid()}-cost"
    sets = ["simulator.steps=0", "simulator.parameters.tolerance=null", f"controllers.count={options.controllers}",
            f"controllers.per_process={options.per_process}"]
    if options.spare:
        sets += [f"{who}.placement={{cores: [0]}}" for who in ("controllers", "simulator", "server")]
    with tempfile.TemporaryDirectory(prefix="record-cost-") as directory:
        command = [BINARIES / "ccluster", "launch", config_of(options.robot), "--name", name]
        for item in sets:
            command += ["--set", item]
        launcher = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env={**os.environ, "XDG_STATE_HOME": directory})
        memory = Path(f"/dev/shm/ccluster.{os.getuid()}.{name}")
        try:
            wait_until(memory.exists, what="the memory")
            segment = wait_until(lambda: memory.stat().st_size > 4096 and Segment(memory), what="its tables")
            wait_until(lambda: segment.steps > 100, what="some steps")
            print(f"{options.controllers} {options.robot}, {options.per_process} a process, "
                  + ("a core to spare" if options.spare else f"{os.cpu_count()} cores, all busy"))
            compare(segment, name, directory, options)
            before = segment.steps
            told = Recorder(name, directory, options, "--steps", str(options.steps)).end(None)
            passed = segment.steps - before
            size = told["bytes"]
            print(f"{told['steps']:,} of {told['steps'] + told['missed']:,} steps recorded at {passed / told['seconds']:,.0f} steps/s: "
                  f"{told['overtaken']:,} overtaken, {told['overrun']:,} overrun")
            print(f"{size / 1e6:,.1f} MB, {size / told['steps'] / 1e3:.1f} kB a step; {told['cpu_seconds']:.2f} s of a core in "
                  f"{told['seconds']:.1f} s: {100 * told['cpu_seconds'] / told['seconds']:.0f} %, "
                  f"{1e6 * told['cpu_seconds'] / told['steps']:.0f} µs a step")
        finally:
            launcher.terminate()
            launcher.wait(60)


if __name__ == "__main__":
    main()
