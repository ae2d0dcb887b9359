"""Hostile files end in a diagnostic, or in a plan, and never in a crash, a hang or a full memory."""

import os
import resource
import subprocess

import pytest
from conftest import BINARIES, WATCHDOG

SMALLEST = "name: a\nrobot: {joints: [hip]}\ncontrollers: {count: 2}\n"
MIB = 1 << 20
# ConfigLimits: 4 MiB a file, 64 levels, 2^20 values, 1 GiB of rows. What they come to in the program itself, with room to spare.
MEMORY = 600 * MIB
OUTPUT = 200_000  # bytes: a hundred problems, each with a line of the file


def bomb(levels, each):
    return "simulator:\n  program: external\n  parameters:\n    a0: &a0 [x]\n" + "".join(
        f"    a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * each)}]\n" for level in range(1, levels))


def scalar(style, size):
    text = {"plain": "x" * size, "plain, in words": "x " * (size // 2) + "x", "single quotes": "'" + "x" * size + "'",
            "double quotes": '"' + "\\x41" * (size // 4) + '"', "literal": "|\n" + ("      " + "x" * 90 + "\n") * (size // 97),
            "folded": ">\n" + ("      x\n\n") * (size // 9), "expressions": '"' + "${env:A:-b}" * (size // 11) + '"',
            "broken expressions": '"' + "${A}" * (size // 4) + '"', "not closed": '"' + "x" * size}[style]
    return SMALLEST + "simulator:\n  program: external\n  parameters:\n    text: " + text + "\n"


STYLES = ["plain", "plain, in words", "single quotes", "double quotes", "literal", "folded", "expressions"]
DEEP = 10_000

# name: the text, and the id of the diagnostic; none for a config that is valid
CASES = {
    "aliases that would be 10^9 values": (SMALLEST + bomb(10, 10), "too-large"),
    "aliases that would be 2^60 values": (SMALLEST + bomb(60, 2), "too-large"),
    "aliases that are nearly too many values": (SMALLEST + bomb(6, 10) + "    z: [" + ", ".join(["*a5"] * 3) + "]\n", None),
    "an alias of what it stands in": (SMALLEST + "simulator: {parameters: &a [*a]}\n", "undefined-alias"),
    "a hundred thousand anchors": (SMALLEST + "simulator:\n  program: external\n  parameters:\n" + "".join(
        f"    k{i}: &a{i} x\n" for i in range(100_000)), None),
    "10,000 lists in lists": (SMALLEST + "simulator: {parameters: {a: " + "[" * DEEP + "]" * DEEP + "}}", "too-deep"),
    "10,000 mappings in mappings": (SMALLEST + "simulator: {parameters: " + "{a: " * DEEP + "1" + "}" * DEEP + "}", "too-deep"),
    "10,000 lists in lists, by dashes": (SMALLEST + "simulator:\n  program: external\n  parameters:\n    a:\n      " + "- " * DEEP + "x\n", "too-deep"),
    "2800 mappings in mappings, by indentation": (SMALLEST + "simulator:\n" + "".join(
        " " * (level + 1) + "parameters:\n" for level in range(2800)), "too-deep"),
    "10,000 keys of keys": (SMALLEST + "? " * DEEP, "too-deep"),
    "brackets that are never closed": ("[" * DEEP, "too-deep"),
    "10,000 brackets in an expression": (SMALLEST + "dimensions: {a: " + '"' + "(" * DEEP + "1" + ")" * DEEP + '"}', "expression-syntax"),
    "a sum of 250 terms": (SMALLEST + "dimensions: {a: " + "+".join(["1"] * 250) + "}", None),
    "a hundred thousand keys that nobody knows": (SMALLEST + "".join(f"key_{i}: 1\n" for i in range(100_000)), "unknown-key"),
    "a key a hundred thousand times": (SMALLEST + "name: a\n" * 100_000, "duplicate-key"),
    "a key of a megabyte": (SMALLEST + '"' + "k" * MIB + '": 1\n', "yaml-syntax"),
    "an anchor of a megabyte": (SMALLEST + "timing: &" + "k" * MIB + " {}\n", None),
    "a tag of a megabyte": (SMALLEST + "timing: !" + "k" * MIB + " {}\n", "unsupported-tag"),
    "a million blank lines": (SMALLEST + "\n" * MIB, None),
    "a comment of a megabyte": (SMALLEST + "#" * MIB, None),
    "20,000 joints that nobody knows": (
        "name: a\ncontrollers: {count: 1}\nrobot:\n  joints: [" + ", ".join(f"joint_{i}" for i in range(20_000)) + "]\n  homing:\n"
        + "".join(f"    jiont_{i}: 0\n" for i in range(20_000)), "unknown-joint"),
    "a million controllers": (SMALLEST.replace("2", "1048576"), None),
    "a row of 2^62 bytes": (SMALLEST + "buffers: {b: {writer: simulator, fields: {x: [1073741824, 1073741824]}}}", "too-large"),
    "rows that a plan cannot hold": (SMALLEST + "buffers:\n" + "".join(
        f"  b{i}: {{writer: simulator, fields: {{x: [100000000]}}}}\n" for i in range(100)), "too-large"),
    "a NUL": (SMALLEST + "timing: \0\n", "not-text"),
    "only NULs": ("\0" * MIB, "not-text"),
    "a NUL as an escape": (SMALLEST.replace("name: a", 'name: "a\\0b"'), "wrong-type"),
    "a byte order mark at the start": ("\ufeff" + SMALLEST, None),
    "two byte order marks at the start": ("\ufeff\ufeff" + SMALLEST, "not-text"),
    "a byte order mark before a key": (SMALLEST + "\ufefftiming: {}\n", "not-text"),
    "nothing but a byte order mark": ("\ufeff", "empty-file"),
    "Windows line ends": (SMALLEST.replace("\n", "\r\n"), None),
    "old Macintosh line ends": (SMALLEST.replace("\n", "\r"), None),
    "all line ends there are": (SMALLEST + "\r\n\r\n\n\r\rtiming: {}\r\n# \r", None),
    "an unfinished UTF-8 sequence at the end": (SMALLEST.encode() + b"# \xf0\x9f\xa4", "not-text"),
    "a surrogate in UTF-8": (SMALLEST.encode() + b"# \xed\xa0\x80\n", "not-text"),
    "an overlong slash in UTF-8": (SMALLEST.encode() + b"# \xc0\xaf\n", "not-text"),
    "beyond Unicode": (SMALLEST.encode() + b"# \xf4\x90\x80\x80\n", "not-text"),
    "UTF-16": (SMALLEST.encode("utf-16"), "not-text"),
    "UTF-16, all of it letters": ("\u4e00\u4e01".encode("utf-16"), "not-text"),
    "UTF-32": (SMALLEST.encode("utf-32"), "not-text"),
    "a program": (lambda: (BINARIES / "ccluster-server").read_bytes()[:MIB], "not-text"),
    **{f"a scalar of 10 MB: {style}": (scalar(style, 10_000_000), "too-large") for style in STYLES},
    **{f"a scalar of 3.9 MiB: {style}": (scalar(style, 3_900_000), None) for style in STYLES},
    "a scalar of 10 MB that is never closed": (scalar("not closed", 10_000_000), "too-large"),
    "a scalar of 3.9 MiB that is never closed": (scalar("not closed", 3_900_000), "yaml-syntax"),
    "a million broken expressions": (scalar("broken expressions", 3_900_000), "variable-syntax"),
    "a name of 3.9 MiB": (SMALLEST.replace("name: a", "name: " + "a" * 3_900_000), "name-syntax"),
    "a number of 3.9 million digits": (SMALLEST + "timing: {cluster_dt: " + "1" * 3_900_000 + "}\n", "wrong-type"),
    "a fraction of 3.9 million digits": (SMALLEST + "horizon: {dt: 0." + "1" * 3_900_000 + "}\n", None),
    "a unit of a million factors": (
        SMALLEST + "buffers: {b: {writer: simulator, fields: {x: {shape: [], unit: " + "m*" * MIB + "m}}}}", None),
}


def run(arguments):
    """A program's exit status and output; fails when it takes more than its bounds."""
    output = os.memfd_create("output")
    process = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
    with open(output, "r+b") as file:
        try:
            process.wait(WATCHDOG)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise AssertionError(f"still running after {WATCHDOG} s") from None
        file.seek(0)
        text = file.read()
    assert len(text) < OUTPUT
    return process.returncode, text.decode()


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("role", ["the config", "what it extends"])
def test_a_hostile_file_ends_in_a_diagnostic_or_is_a_config(name, role, tmp_path):
    text, expected = CASES[name]
    text = text() if callable(text) else text
    file = tmp_path / "cluster.yaml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    if role == "what it extends":
        (tmp_path / "outer.yaml").write_text("extends: [cluster.yaml]\n")
        file = tmp_path / "outer.yaml"

    # The program's whole address space: what goes over it fails there and then.
    limited = ["prlimit", f"--as={MEMORY}", "--core=0", str(BINARIES / "ccluster"), "validate", str(file)]
    status, output = run(limited)
    assert status == (2 if expected else 0), output[-2000:]
    if expected:
        assert f"[{expected}]" in output, output[-2000:]
        assert "cluster.yaml" in output


def test_the_command_line_is_no_way_around(tmp_path):
    (tmp_path / "a.yaml").write_text(SMALLEST)
    config = str(tmp_path / "a.yaml")
    largest = resource.getpagesize() * 32 - 200  # MAX_ARG_STRLEN
    for value, expected in [
        ("simulator.parameters.a=" + "[" * 10_000, "too-deep"), ("a." * 10_000 + "b=1", "too-deep"),
        ("robot.parameters.a=" + "x" * largest, None), ("name=" + "x" * largest, "name-syntax"),
        ("." * 100_000 + "=1", "override-syntax"), ("robot.joints" + "[0]" * 1000 + "=1", "too-deep"),
        (b"robot.parameters.a=\xff\xfe", None),  # Swift's CommandLine has mended it
    ]:
        status, output = run([str(BINARIES / "ccluster"), "validate", config, "--set", value])
        assert status == (2 if expected else 0), output[-2000:]
        assert not expected or f"[{expected}]" in output
