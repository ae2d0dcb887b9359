"""What the Python programs of the bench share: they answer rounds as `plain-c` does.

Each number on standard input is answered with one line of as many times in ns; the end of the input ends the program.
"""

import sys
import time

PAUSE = 20_000  # ns between rounds: BenchCluster.pause


def answer(once):
    """Runs rounds: `once()` does one."""
    now = time.perf_counter_ns
    for line in sys.stdin:
        times = []
        for _ in range(int(line)):
            end = now() + PAUSE
            while now() < end:
                pass
            began = now()
            once()
            times.append(now() - began)
        print(*times, flush=True)
