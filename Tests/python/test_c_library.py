"""libccluster.so: what it shows, that it is found by what is installed with it, and that it keeps nothing."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT, ccluster, config_of
from participants import EXTERNAL, HEADERS, STRICT, compile_c, library, stop
from pythons import run
from test_install import make

DECLARED = set(re.findall(r"\b(ccluster_\w+)\(", re.sub(
    r"static inline.*?\n}", "", re.sub(r"/\*.*?\*/", "", (HEADERS / "ccluster.h").read_text(), flags=re.DOTALL), flags=re.DOTALL)))


def test_it_shows_what_its_header_declares_and_nothing_else():
    symbols = run("readelf", "--dyn-syms", "--wide", library() / "libccluster.so.1")
    shown = set()
    for line in symbols.splitlines():
        words = line.split()
        # Defined here, for others to see; without the version's own symbol.
        if len(words) == 8 and words[4] in ("GLOBAL", "WEAK", "UNIQUE") and words[6] not in ("UND", "ABS"):
            shown.add(words[7])
    # Those of an API carry its number, so that a program that needs them is refused where they are not.
    later = {"ccluster_client_copy", "ccluster_request_begin", "ccluster_request_wait", "ccluster_request_withdraw"}
    assert shown == {f"{name}@@CCLUSTER_{2 if name in later else 1}" for name in DECLARED} and len(DECLARED) > 25


def test_it_needs_nothing_but_the_c_and_c_plus_plus_libraries():
    dynamic = run("readelf", "--dynamic", library() / "libccluster.so.1")
    needed = set(re.findall(r"NEEDED.*\[(.*?)\.so", dynamic))
    assert needed <= {"libc", "libm", "libgcc_s", "libstdc++", "ld-linux-x86-64", "ld-linux-aarch64"}
    assert "[libccluster.so.1]" in next(line for line in dynamic.splitlines() if "SONAME" in line)


def test_the_numbers_of_the_header_are_those_of_the_memory(tmp_path):
    """Two headers say them: the one of the interface, and the one of the layout, which is none of the interface."""
    pairs = {
        "TYPE_BOOL": "BOOL", "TYPE_I8": "I8", "TYPE_I64": "I64", "TYPE_U8": "U8", "TYPE_U64": "U64", "TYPE_F32": "F32",
        "TYPE_F64": "F64", "TYPE_CHAR": "CHAR", "WRITER_SIMULATOR": "SIMULATOR", "WRITER_CONTROLLER": "CONTROLLER",
        "WRITER_SERVER": "SERVER", "WRITER_TOOL": "TOOL", "STATE_VACANT": "VACANT", "STATE_REGISTERING": "REGISTERING",
        "STATE_IDLE": "IDLE", "STATE_ACTIVE": "ACTIVE", "STATE_FAILED": "FAILED_STATE", "STATE_DEAD": "DEAD",
        "OUTCOME_NONE": "FREE", "OUTCOME_SOLVED": "SOLVED", "OUTCOME_FAILED": "FAILED", "OUTCOME_DIED": "DIED",
        "OUTCOME_LATE": "LATE", "ASK_ACTIVATE": "REQUEST_ACTIVATE", "ASK_DEACTIVATE": "REQUEST_DEACTIVATE",
        "ASK_RESET": "REQUEST_RESET"}
    lines = [f"_Static_assert((int)CCLUSTER_{ours} == (int)CCLUSTER_{theirs}, \"{ours}\");" for ours, theirs in pairs.items()]
    (tmp_path / "numbers.c").write_text("\n".join(['#include "segment.h"', "#include <ccluster.h>", *lines]))
    run("gcc", "-std=c11", *STRICT, "-I", HEADERS, "-I", ROOT / "Sources/CLinux/include", "-c", tmp_path / "numbers.c",
        "-o", tmp_path / "numbers.o")


def test_nothing_leaks(cluster, tmp_path):
    program = compile_c(ROOT / "Tests/python/interop/leaks.c", tmp_path / "leaks")
    cluster.start(config_of("go2"), sets=["controllers.count=2", EXTERNAL])
    cluster.wait_for_text("registered")
    sizes = [tuple(map(int, line.split())) for line in run(program, cluster.name, 100).splitlines()]
    stop(cluster)
    # Allocators take pages of their own now and then, but what leaks grows every time.
    resident, maps, descriptors = (
        min(after - before for before, after in zip(column, column[1:])) for column in zip(*sizes))
    assert resident <= 6400 and maps <= 0 and descriptors == 0, sizes


def test_the_c_plus_plus_wrapper_keeps_nothing(cluster, tmp_path):
    """Under the address and the leak sanitizer, also where it throws."""
    program = compile_c(
        ROOT / "Tests/python/interop/leaks.cpp", tmp_path / "leaks", "-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-g")
    cluster.start(config_of("go2"), sets=["controllers.count=2", EXTERNAL])
    cluster.wait_for_text("registered")
    assert run(program, cluster.name, env={**os.environ, "ASAN_OPTIONS": "detect_leaks=1"}) == "20 rounds\n"
    # It would be told: the same program, which forgets one of its handles.
    done = subprocess.run([program, cluster.name, "forget"], capture_output=True, text=True, timeout=60)
    assert done.returncode != 0 and "LeakSanitizer" in done.stderr, done.stderr
    stop(cluster)


MAIN = """
#include <%s>
#include <stdio.h>

int main(void) {
  ccluster_error error;
  ccluster_cluster *cluster;
  int code = ccluster_attach("nobody", CCLUSTER_ROLE_OBSERVER, 0, &cluster, &error);
  printf("%%d %%u %%s\\n", code == CCLUSTER_ERROR_NOT_FOUND, ccluster_api(), error.message);
  return 0;
}
"""


@pytest.fixture(scope="module")
def prefix(tmp_path_factory):
    """Installed, and moved away from where it was installed to."""
    top = tmp_path_factory.mktemp("installed")
    done = make("install", PREFIX=top / "first")
    assert done.returncode == 0, done.stderr
    return (top / "first").rename(top / "other place")


def assert_works(program):
    assert run(program).startswith("1 2 there is no cluster '/ccluster.")


@pytest.mark.parametrize("compiler, source", [(["gcc", "-std=c11"], "main.c"), (["g++", "-std=c++17"], "main.cpp")])
def test_pkg_config_finds_it(prefix, tmp_path, compiler, source):
    (tmp_path / source).write_text(MAIN % ("ccluster.hpp" if source.endswith("pp") else "ccluster.h"))
    # It says paths with blanks as a shell would read them.
    environment = {**os.environ, "PKG_CONFIG_PATH": str(prefix / "lib/pkgconfig")}
    flags = shlex.split(run("pkg-config", "--cflags", "--libs", "ccluster", env=environment))
    run(*compiler, *STRICT, source, "-o", "program", *flags, f"-Wl,-rpath,{prefix}/lib", cwd=tmp_path)
    assert_works(tmp_path / "program")
    version = run("pkg-config", "--modversion", "ccluster", env=environment).strip()
    assert version == ccluster("--version").stdout.strip()


def test_cmake_finds_it(prefix, tmp_path):
    cmake = Path(sys.executable).parent / "cmake"
    (tmp_path / "main.cpp").write_text(MAIN % "ccluster.hpp")
    (tmp_path / "CMakeLists.txt").write_text("""
cmake_minimum_required(VERSION 3.16)
project(program CXX)
set(CMAKE_CXX_STANDARD 17)
find_package(ccluster 0.1 REQUIRED)
add_executable(program main.cpp)
target_link_libraries(program PRIVATE ccluster::ccluster)
""")
    run(cmake, "-S", tmp_path, "-B", tmp_path / "build", f"-DCMAKE_PREFIX_PATH={prefix}")
    run(cmake, "--build", tmp_path / "build")
    assert_works(tmp_path / "build/program")
    (tmp_path / "CMakeLists.txt").write_text(
        (tmp_path / "CMakeLists.txt").read_text().replace("ccluster 0.1 REQUIRED", "ccluster 7 REQUIRED"))
    done = subprocess.run(
        [cmake, "-S", tmp_path, "-B", tmp_path / "newer", f"-DCMAKE_PREFIX_PATH={prefix}"], capture_output=True, text=True)
    assert done.returncode != 0 and "0.1.0" in done.stderr
