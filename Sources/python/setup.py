"""Builds a wheel with libccluster.so in it, for any Python 3 of machines whose C library is new enough.

The library is that of the release build of this repository, which is made first if it is not there, or of the directory that
CCLUSTER_BIN names.
"""

import os
import platform
import re
import shutil
import subprocess
from pathlib import Path

from setuptools import Distribution, setup
from setuptools.command.build_py import build_py

try:
    from setuptools.command.bdist_wheel import bdist_wheel
except ImportError:  # before setuptools 70.1, which is all that Python 3.7 has
    from wheel.bdist_wheel import bdist_wheel

ROOT = Path(__file__).resolve().parents[2]
BINARIES = Path(os.environ.get("CCLUSTER_BIN", ROOT / ".build" / "release")).resolve()
LIBRARY = "libccluster.so.1"


class BuildWithLibrary(build_py):
    def run(self):
        # What an earlier build has left here would go into the wheel as well.
        shutil.rmtree(self.build_lib, ignore_errors=True)
        super().run()
        if not (BINARIES / "libccluster-c.so").exists():
            subprocess.check_call(
                ["swift", "build", "-c", "release", "--static-swift-stdlib", "--product", "ccluster-c"], cwd=str(ROOT))
        target = Path(self.build_lib).resolve() / "ccluster" / LIBRARY
        subprocess.check_call([str(ROOT / ".ci" / "library"), str(BINARIES), str(target)], cwd=str(ROOT))


class WheelOfThisMachine(bdist_wheel):
    def get_tag(self):
        # PEP 600: the newest glibc that a symbol of it asks for.
        library, = Path(self.bdist_dir).rglob(LIBRARY)
        glibc = max(int(minor) for minor in re.findall(rb"GLIBC_2\.(\d+)", library.read_bytes()))
        return "py3", "none", "manylinux_2_{}_{}".format(glibc, platform.machine())


class BinaryDistribution(Distribution):
    """What setuptools does not know to be of one architecture: it has not built the library itself."""

    def has_ext_modules(self):
        return True


setup(distclass=BinaryDistribution, cmdclass={"build_py": BuildWithLibrary, "bdist_wheel": WheelOfThisMachine})
