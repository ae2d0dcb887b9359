"""The Pythons of this machine that the package is for, each with a virtual environment that has the wheel and nothing of this
repository."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from conftest import BINARIES, ROOT

VERSIONS = [f"3.{minor}" for minor in range(7, 14)]


def _interpreter(version):
    """A Python of that version that can make environments; None when there is none."""
    candidates = [shutil.which(f"python{version}"), sys.executable, "/usr/bin/python3"]
    roots = [os.environ.get("PYENV_ROOT"), Path.home() / ".pyenv"]
    candidates += [path for root in roots if root for path in Path(root).glob(f"versions/{version}.*/bin/python")]
    for candidate in candidates:
        program = "import sys, venv, ensurepip; print('{}.{}'.format(*sys.version_info))"
        if candidate and Path(candidate).exists():
            run = subprocess.run([candidate, "-c", program], capture_output=True, text=True)
            if run.returncode == 0 and run.stdout.strip() == version:
                return str(candidate)
    return None


INTERPRETERS = {version: _interpreter(version) for version in VERSIONS}
FOUND = [version for version in VERSIONS if INTERPRETERS[version]]
MISSING = [version for version in VERSIONS if version not in FOUND]
# All of them, or the oldest and the newest.
TESTED = FOUND if os.environ.get("CCLUSTER_ALL_PYTHONS") else list(dict.fromkeys([*FOUND[:1], *FOUND[-1:]]))

_made = {}
_directory = tempfile.TemporaryDirectory(prefix="ccluster-pythons-")


def run(*command, **options):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=600, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def wheel():
    """The wheel of this build."""
    if "wheel" not in _made:
        # From a copy: what a build leaves in the source tree is none of a later one's.
        source = Path(_directory.name) / "repository"
        for part in ("Sources/python", ".ci/library"):
            (source / part).parent.mkdir(parents=True, exist_ok=True)
            (shutil.copytree if (ROOT / part).is_dir() else shutil.copy2)(ROOT / part, source / part)
        run(sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check", "--no-deps", "--wheel-dir",
            Path(_directory.name) / "wheel", source / "Sources/python", env={**os.environ, "CCLUSTER_BIN": str(BINARIES)})
        _made["wheel"], = (Path(_directory.name) / "wheel").iterdir()
    return _made["wheel"]


def python(version, extra=""):
    """The interpreter of an environment of that version, with the wheel, an extra of it, as '[gymnasium]', and what they need."""
    name = version + extra
    if name not in _made:
        environment = Path(_directory.name) / name.translate({ord("["): "-", ord("]"): None})
        run(INTERPRETERS[version], "-m", "venv", environment)
        run(environment / "bin/python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", f"{wheel()}{extra}")
        _made[name] = environment / "bin/python"
    return _made[name]


def said():
    """Which Pythons the package is tested on, and which are not here."""
    missing = f"; not found: {', '.join(MISSING)}" if MISSING else ""
    return f"▸ the Python package is tested on {', '.join(TESTED) or 'none'}{missing}"


if __name__ == "__main__":
    print(said())
