"""configs/LANGUAGE.md and configs/DIAGNOSTICS.md: what they generate, show and run is what the program says.

CCLUSTER_UPDATE_EXPECTED=1 writes the generated parts anew; then read them.
"""

import json
import os
import re
import shlex
import subprocess

import pytest
from conftest import BINARIES, ROOT, ccluster, expect_equal

LANGUAGE = ROOT / "configs" / "LANGUAGE.md"
DIAGNOSTICS = ROOT / "configs" / "DIAGNOSTICS.md"
GENERATED = re.compile(r"(?<=<!-- keys -->\n).*(?=<!-- end of keys -->)", re.DOTALL)
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", LANGUAGE.read_text(), re.DOTALL)
FILES = {text.splitlines()[0][2:]: text for language, text in BLOCKS if language == "yaml"}
COMMANDS = [(line, index) for index, (language, text) in enumerate(BLOCKS) if language == "sh"
            for line in text.splitlines()]
EXPLANATIONS = json.loads(ccluster("explain", "--json").stdout)


def output(*arguments):
    run = ccluster(*arguments)
    assert (run.returncode, run.stderr) == (0, "")
    return run.stdout


def test_the_tables_of_keys_are_what_ccluster_prints():
    text = LANGUAGE.read_text()
    generated = "\n" + output("schema", "--format", "markdown") + "\n"
    expect_equal(LANGUAGE, GENERATED.search(text)[0], generated, lambda new: GENERATED.sub(lambda _: new, text))


def test_the_page_of_diagnostics_is_what_ccluster_prints():
    committed = DIAGNOSTICS.read_text() if DIAGNOSTICS.exists() else ""
    expect_equal(DIAGNOSTICS, committed, output("explain", "--format", "markdown"), lambda new: new)


def run_shell(command, directory, **environment):
    return subprocess.run(
        ["bash", "-c", command], cwd=directory, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60,
        env={**os.environ, "PATH": f"{BINARIES}:{os.environ['PATH']}", **environment})


@pytest.mark.parametrize("command, index", COMMANDS, ids=[command for command, _ in COMMANDS])
def test_a_command_of_the_language_page_works_and_prints_what_is_shown(command, index, tmp_path):
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    run = run_shell(command, tmp_path)
    assert run.returncode == 0 and run.stderr == "", run.stdout + run.stderr
    following = BLOCKS[index + 1:index + 2]
    if following and following[0][0] == "text":
        assert run.stdout == following[0][1]


def test_every_config_of_the_language_page_is_loaded_by_one_of_its_commands():
    assert len(FILES) == sum(language == "yaml" for language, _ in BLOCKS), "each begins with '# name.yaml'"
    loaded = {word for command, _ in COMMANDS for word in shlex.split(command)} & FILES.keys()
    while True:
        extended = {name for file in loaded for name in re.findall(r"^extends: (\S+)", FILES[file], re.MULTILINE)}
        if extended <= loaded:
            break
        loaded |= extended
    assert loaded == FILES.keys()


def test_each_message_has_its_section():
    sections = re.findall(r"^### (.*)$", DIAGNOSTICS.read_text(), re.MULTILINE)
    assert sorted(sections) == sorted(entry["id"] for entry in EXPLANATIONS)


@pytest.mark.parametrize("entry", EXPLANATIONS, ids=[entry["id"] for entry in EXPLANATIONS])
def test_the_example_of_a_message_shows_it_on_this_machine_and_its_cure_nothing(entry, tmp_path):
    for kind in ("broken", "cured"):
        example = entry[kind]
        if example["needs_machine"] and entry["id"] != "missing-program":
            assert entry["id"].startswith("machine-")
            continue
        directory = tmp_path / kind
        directory.mkdir()
        for file in example["files"]:
            (directory / file["name"]).write_bytes(file["text"].encode())
        words = example["command"]
        variables = dict(word.split("=", 1) for word in words[:words.index("ccluster")])
        if words[:3] == ["ccluster", "robot", "import"]:
            run = ccluster(*words[1:], cwd=directory)
            said = "".join(line for line in run.stderr.splitlines(True) if not line.startswith("robot.yaml: "))
            assert said == example["shown"]
            assert re.findall(r"\[([a-z-]+)\]$", said, re.MULTILINE) == ([entry["id"]] if kind == "broken" else [])
            continue
        run = ccluster(
            *words[words.index("ccluster") + 1:], "--json", cwd=directory, env={**os.environ, **variables})
        found = {diagnostic["id"] for diagnostic in json.loads(run.stdout)["diagnostics"]}
        assert found == ({entry["id"]} if kind == "broken" else set()), run.stdout


def test_explain_prints_one_message_or_lists_all():
    text = output("explain", "unknown-key")
    assert "did you mean 'per_process'?" in text and "controllers: {per_process: 2}" in text
    assert output("explain", "[unknown-key]") == text
    listed = re.findall(r"^  ([a-z-]+)  ", output("explain"), re.MULTILINE)
    assert listed == [entry["id"] for entry in EXPLANATIONS]
    assert json.loads(output("explain", "unknown-key", "--json")) == next(
        entry for entry in EXPLANATIONS if entry["id"] == "unknown-key")


def test_an_unknown_message_is_wrong_usage_and_the_nearest_one_is_told():
    run = ccluster("explain", "unkown-kye")
    assert (run.returncode, run.stdout) == (64, "")
    assert "did you mean 'unknown-key'?" in run.stderr


def test_a_program_that_is_not_there_is_told_at_its_place(tmp_path):
    file = tmp_path / "cluster.yaml"
    file.write_text(
        "name: demo\nrobot: {joints: [hip]}\ncontrollers: {count: 1, program: {command: [no-such-mpc, --fast]}}\n"
        "simulator: {command: ./simulate.sh}\nbuffers: {b: {writer: tool, sync: latest, fields: {x: []}}}\n")
    run = ccluster("validate", "cluster.yaml", cwd=tmp_path)
    assert run.returncode == 0
    assert "cluster.yaml:3:45: warning: there is no program 'no-such-mpc' in PATH [missing-program]" in run.stderr
    assert f"cluster.yaml:4:22: warning: there is no executable '{tmp_path}/simulate.sh' on this machine" in run.stderr
    dry = [ccluster("launch", "cluster.yaml", "--dry-run", *more, cwd=tmp_path).stderr for more in ([], ["--no-simulator"])]
    assert ["simulate.sh" in text for text in dry] == [True, False] and all("no-such-mpc" in text for text in dry)
    script = tmp_path / "simulate.sh"
    script.write_text("#!/bin/sh\n")
    assert "simulate.sh" in ccluster("validate", "cluster.yaml", cwd=tmp_path).stderr, "it may not be run yet"
    script.chmod(0o755)
    program = tmp_path / "no-such-mpc"
    program.symlink_to("/bin/true")
    environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    assert ccluster("validate", "cluster.yaml", cwd=tmp_path, env=environment).stderr == ""
