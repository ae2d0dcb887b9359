"""A cluster's client in Python, by the package of this repository.

    client.py LIBRARY SEGMENT
"""

import os
import sys
from pathlib import Path

os.environ["CCLUSTER_LIBRARY"] = sys.argv[1]
sys.path.insert(0, str(Path(__file__).parents[3] / "Sources" / "python"))

import ccluster
from rounds import answer


def main():
    with ccluster.Client.attach(sys.argv[2]) as client:

        def step():
            if not client.solve().all_solved:
                raise RuntimeError("a step did not solve")

        answer(step)


main()
