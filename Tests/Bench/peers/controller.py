"""Controllers in Python that compute nothing, by the package of this repository.

    controller.py LIBRARY
"""

import os
import sys
from pathlib import Path

os.environ["CCLUSTER_LIBRARY"] = sys.argv[1]
sys.path.insert(0, str(Path(__file__).parents[3] / "Sources" / "python"))

import ccluster


class EmptyController(ccluster.RHController):
    def solve(self):
        pass


EmptyController.main()
