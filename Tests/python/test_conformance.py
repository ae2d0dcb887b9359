"""One description of what a participant must do, interop/conformance.yaml, against every language on either side; and what
each of them says that a cluster is."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest
import pythons
from conftest import ROBOTS, ccluster, config_of
from participants import (
    CONFIG, EXTERNAL, LANGUAGES, SOURCES, ask, code_in, participant, stop, wait_until_published, words)
from segment import attach

TRANSCRIPT = SOURCES / "transcript.txt"


def test_there_is_a_python_to_be_tested_and_those_that_are_not_are_named():
    assert pythons.TESTED, pythons.said()
    for version in pythons.VERSIONS:
        assert (version in pythons.said()) == (version in pythons.TESTED or version in pythons.MISSING)


@pytest.mark.parametrize("controllers", LANGUAGES)
@pytest.mark.parametrize("client", LANGUAGES)
def test_every_client_sees_the_same_of_every_controller(cluster, client, controllers):
    status = cluster.run(CONFIG, sets=[
        f"controllers.program={{command: {words([*participant(controllers), 'controller'])}}}",
        f"simulator.program={{command: {words([*participant(client), 'client'])}}}"])
    assert status == 0, cluster.text
    log = next((cluster.state / "ccluster" / cluster.name).glob("2*/logs/simulator.log"))
    told = [line.split(" ", 2)[2] for line in log.read_text().splitlines()]
    if os.environ.get("CCLUSTER_UPDATE_EXPECTED") == "1" and client == controllers == LANGUAGES[0]:
        TRANSCRIPT.write_text("\n".join(told) + "\n")
    assert told == TRANSCRIPT.read_text().splitlines()


def described(planned):
    """`map --json` in the form of the participants."""
    lines = [f"{planned['segment']} {planned['size']} {planned['layout_hash']}"]
    for buffer in planned["buffers"]:
        lines.append("{name} {writer} {per} {sync} {rows} {row_stride}".format(**buffer))
        for field in buffer["fields"]:
            axes = [f"{extent}/{stride}" for extent, stride in zip(field["shape"], field["strides"])]
            lines.append("  " + " ".join(
                [field["name"], field["dtype"], str(field["offset"]), f"'{field['unit']}'", *axes, *field["columns"]]))
    return lines


@pytest.mark.parametrize("config", [*ROBOTS, "odd"])
def test_all_describe_a_cluster_alike(cluster, config):
    """And as Python reads it with nothing but mmap and struct, from the documented layout."""
    path = Path(__file__).parent / "bindings" / "odd.yaml" if config == "odd" else config_of(config)
    sets = [] if config == "odd" else ["controllers.count=2"]
    cluster.start(path, sets=[*sets, EXTERNAL, "controllers.program={command: [sleep, 1000]}"])
    wait_until_published(cluster)
    expected = described(attach(cluster).map(cluster.segment))
    planned = ccluster("map", str(path), "--json", *(word for item in [*sets, f"name={cluster.name}"] for word in ("--set", item)))
    assert described(json.loads(planned.stdout)) == expected
    for language in LANGUAGES:
        assert ask(language, "describe", cluster.name).splitlines() == expected, language
    stop(cluster)


class Foreign:
    """An object in /dev/shm that is no running cluster's."""

    def __init__(self, cluster):
        self.cluster = cluster

    def write(self, content, path=None):
        path = path or self.cluster.memory
        path.write_bytes(content)
        path.chmod(0o600)
        return path


HEADER = bytes(0x218) + (1).to_bytes(4, "little") + bytes(4096 - 0x21C)
MAGIC = b"CCLUSTER"


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_way_that_attaching_fails_is_told_apart(cluster, language):
    foreign = Foreign(cluster)

    def outcome(name=cluster.name):
        return ask(language, "attach", name).strip().split(" ", 1)

    assert outcome() == [
        code_in(language, "NOT_FOUND"),
        f"there is no cluster '{cluster.segment}' on this machine; 'ccluster launch FILE' starts one"]
    # Of the same name, by somebody else.
    other = Path("/dev/shm") / f"ccluster.{os.getuid() + 1}.{cluster.name}"
    try:
        foreign.write(HEADER, other)
        code, text = outcome()
        assert code == code_in(language, "OTHER_USER") and f"belongs to user {os.getuid() + 1}" in text
    finally:
        other.unlink()
    # Its phase word says that nothing else may be read yet.
    foreign.write(bytes(4096))
    code, text = outcome()
    assert code == code_in(language, "NOT_READY") and "has not published it" in text
    foreign.write(b"NOTHING!" + HEADER[8:])
    code, text = outcome()
    assert code == code_in(language, "NOT_A_CLUSTER") and "is not a cluster's memory" in text
    foreign.write(MAGIC + (99).to_bytes(4, "little") + HEADER[12:])
    code, text = outcome()
    assert code == code_in(language, "WRONG_ABI") and "version 99" in text
    cluster.memory.unlink()
    # One that runs; and then what it leaves when all of it is killed.
    cluster.start(CONFIG, sets=[EXTERNAL, f"controllers.program={{command: {words([*participant('c'), 'controller'])}}}"])
    cluster.wait_for_text("registered")
    assert outcome() == [code_in(language, "OK"), cluster.segment]
    left = cluster.memory.read_bytes()
    stop(cluster)
    foreign.write(left)
    code, text = outcome()
    assert code == code_in(language, "SERVER_DEAD") and "is left over from a server that is gone" in text
    cluster.memory.unlink()


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become somebody else")
@pytest.mark.parametrize("language", [language for language in LANGUAGES if not language.startswith("python")])
def test_a_cluster_of_another_user_is_closed(cluster, language):
    """By its full name, which that user may not open."""
    Foreign(cluster).write(HEADER)
    try:
        run = subprocess.run(
            [*participant(language), "attach", cluster.segment], capture_output=True, text=True, cwd="/", user=65534)
        assert run.returncode == 0, run.stderr
        code, text = run.stdout.strip().split(" ", 1)
        assert code == code_in(language, "OTHER_USER") and re.search(r"belongs to user 0, and not to this one \(65534\)", text)
    finally:
        cluster.memory.unlink()
