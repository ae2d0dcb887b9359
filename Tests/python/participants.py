"""The participants of interop/conformance.yaml, built as their users would build them."""

import os
import re
import signal
import subprocess
import tempfile
from pathlib import Path

import pythons
from conftest import BINARIES, ROOT, wait_until

SOURCES = ROOT / "Tests" / "python" / "interop"
CONFIG = SOURCES / "conformance.yaml"
EXTERNAL = "simulator.program=external"
HEADERS = ROOT / "Sources" / "CControlCluster"
STRICT = ["-Wall", "-Wextra", "-Wpedantic", "-Werror", "-O2"]
LANGUAGES = ["swift", "c", "c++", *(f"python{version}" for version in pythons.TESTED)]

_directory = tempfile.TemporaryDirectory(prefix="ccluster-participants-")
# One test runs them as another user.
os.chmod(_directory.name, 0o755)
_built = {}


def library():
    """A directory with the C library as it is installed."""
    if "library" not in _built:
        directory = Path(_directory.name)
        subprocess.run([ROOT / ".ci/library", BINARIES, directory / "libccluster.so.1"], check=True)
        (directory / "libccluster.so").symlink_to("libccluster.so.1")
        _built["library"] = directory
    return _built["library"]


def compile_c(source, program, *options):
    """C or C++, as their suffixes say, against the library."""
    compiler = ["g++", "-std=c++17"] if str(source).endswith(".cpp") else ["gcc", "-std=c11"]
    pythons.run(*compiler, *STRICT, "-I", HEADERS, source, "-o", program, "-L", library(), "-lccluster",
                f"-Wl,-rpath,{library()}", *options)
    return program


def participant(language):
    """Its command."""
    if language not in _built:
        if language == "swift":
            _built[language] = [BINARIES / "ccluster-test-worker"]
        elif language.startswith("python"):
            # Away from the sources, so that nothing of them is on the path.
            program = Path(_directory.name) / "participant.py"
            program.write_bytes((SOURCES / "participant.py").read_bytes())
            _built[language] = [pythons.python(language[len("python"):]), program]
        else:
            suffix = {"c": "c", "c++": "cpp"}[language]
            _built[language] = [compile_c(SOURCES / f"participant.{suffix}", Path(_directory.name) / f"participant-{suffix}")]
    return [str(word) for word in _built[language]]


def ask(language, *arguments, **options):
    """What a participant prints."""
    return pythons.run(*participant(language), *arguments, cwd="/", **options)


def words(command):
    return "[" + ", ".join(str(word) for word in command) + "]"


def wait_until_published(cluster):
    # The phase word, behind which all else is written.
    wait_until(lambda: cluster.memory.exists() and cluster.memory.read_bytes()[0x218:0x219] == b"\1", what="the memory")


def stop(cluster):
    cluster.send(signal.SIGINT)
    cluster.wait()


# What attaching can come to, in the words of each language.
_CODES = dict(re.findall(r"CCLUSTER_(?:ERROR_)?(\w+) = (\d+)", re.search(
    r"enum ccluster_code \{(.*?)\};", (HEADERS / "ccluster.h").read_text(), re.DOTALL)[1]))
_SWIFT = {"NOT_FOUND": "notFound", "OTHER_USER": "otherUser", "NOT_READY": "notReady", "SERVER_DEAD": "stale",
          "WRONG_ABI": "abiMismatch", "NOT_A_CLUSTER": "badMagic", "CLIENT_TAKEN": "clientTaken"}


def code_in(language, name):
    """What a participant prints for that outcome."""
    if language == "swift":
        return _SWIFT.get(name, name)
    if language.startswith("python"):
        return {"WRONG_ABI": "WrongABI", "NOT_A_CLUSTER": "NotACluster", "OK": "OK"}.get(
            name, "".join(word.capitalize() for word in name.split("_")))
    return _CODES[name]
