#!/usr/bin/env python3
"""What the fuzzer of the config's loader begins with: seeds.py DIRECTORY

Writes DIRECTORY/seeds, inputs made of the shipped and the broken configs, and DIRECTORY/dictionary, what they are made of: the
schema's keys and words, and what YAML's grammar turns on. FuzzInput.swift says how an input is made up.
"""

import json
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
BROKEN = ROOT / "Tests" / "ClusterConfigTests" / "Broken"
SMALLEST = b"name: a\nrobot: {joints: [hip, knee]}\ncontrollers: {count: 2}\n"
GRAMMAR = [
    "\n%%%\n", "\n  ", ": ", "- ", "[", "]", "{", "}", ", ", "? ", "&a ", "*a", "!final ", "!replace ", "!!str ", "<<", "|\n", ">\n",
    "#", "---\n", "%YAML", "\"", "'", "\\u0000", "\\U0001F916", "\t", "\r\n", "\xef\xbb\xbf", "\x00", "null", "~", "true", "${env:N}",
    "${env:WORD:-knee}", "$${", "base.yaml", "=", ".a", "[0]", "0x7fffffffffffffff", "9223372036854775807", "1e308", "5e-324", "-0.0",
    ".inf", "2 * joints", "(nodes - 1)", " / 0", "10s", "1e9h", "4-7",
    "hosts: [a, b:2]\n", "hosts: {hostfile: base.yaml}\n", "hosts: slurm\n", "node[1-3,07]", "a slots=2\n", "max_slots=",
]


def joined(cluster, overlay=b"", base=b"", overrides=()):
    """Empty parts at the end are left out; those between are an empty mapping, which says as little."""
    parts = [cluster, overlay, base, *overrides]
    while not parts[-1]:
        parts.pop()
    return b"\n%%%\n".join(part or b"{}" for part in parts)


def extending_base(text):
    return re.sub(rb"(?m)^extends:.*$", b"extends: [base.yaml]", text)


def seeds():
    for path in sorted((ROOT / "configs").rglob("*.yaml")):
        name = "-".join(path.relative_to(ROOT / "configs").with_suffix("").parts)
        robot = path.parent / "robot.yaml"
        if path.name == "cluster.yaml":
            yield name, joined(extending_base(path.read_bytes()), base=robot.read_bytes() if robot.exists() else SMALLEST)
        else:
            yield name, joined(SMALLEST, overlay=path.read_bytes())
    for path in sorted(BROKEN.rglob("*.yaml")):
        overlays, overrides = (path.with_suffix(suffix) for suffix in (".overlays", ".set"))
        named = [BROKEN / line for line in overlays.read_text().split()] if overlays.exists() else []
        yield "-".join(path.relative_to(BROKEN).with_suffix("").parts), joined(
            extending_base(path.read_bytes()), overlay=b"\n".join(file.read_bytes() for file in named if file.exists()),
            base=SMALLEST, overrides=overrides.read_bytes().splitlines() if overrides.exists() else ())


def words(schema):
    if isinstance(schema, dict):
        yield from schema.get("properties", {})
        yield from (word for word in schema.get("enum", []) if isinstance(word, str))
        for inner in schema.values():
            yield from words(inner)
    elif isinstance(schema, list):
        for inner in schema:
            yield from words(inner)


def quoted(text):
    return '"' + "".join(chr(byte) if 32 <= byte < 127 and byte not in b'"\\' else f"\\x{byte:02x}" for byte in text) + '"'


def main():
    directory = pathlib.Path(sys.argv[1])
    (directory / "seeds").mkdir(parents=True, exist_ok=True)
    for name, text in seeds():
        if len(text) <= 1 << 16:
            (directory / "seeds" / name).write_bytes(text)
    known = set(words(json.loads((ROOT / "configs" / "schema.json").read_text()))) - {""}
    lines = [quoted(text.encode("latin1")) for text in GRAMMAR] + [quoted(word.encode()) for word in sorted(known)]
    (directory / "dictionary").write_text("\n".join(lines) + "\n")


main()
