"""make install and uninstall: what they leave, the manual pages and the completions."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import BINARIES, ROOT, ccluster, config_of

VERBS = re.findall(r"^  (\w+)  ", ccluster("--help").stdout, re.MULTILINE)


def make(target, timeout=120, **variables):
    # What it would build is there already: -o release.
    return subprocess.run(
        ["make", "-o", "release", target, f"binaries={BINARIES}", *(f"{name}={value}" for name, value in variables.items())],
        cwd=ROOT, capture_output=True, text=True, timeout=timeout, stdin=subprocess.DEVNULL)


def tree(directory):
    """Every file with its content and every directory."""
    return {
        str(path.relative_to(directory)): path.read_bytes() if path.is_file() else None for path in directory.rglob("*")}


@pytest.mark.parametrize("staged", [False, True], ids=["PREFIX", "DESTDIR"])
def test_what_is_installed_works_and_is_removed_exactly(tmp_path, staged):
    top = tmp_path / "with space"
    variables = {"DESTDIR": top / "stage", "PREFIX": "/opt/cc"} if staged else {"PREFIX": top / "opt/cc"}
    prefix = top / ("stage/opt/cc" if staged else "opt/cc")
    # Some of it is there before, of other people.
    (prefix / "share/man/man1").mkdir(parents=True)
    (prefix / "share/man/man1/other.1").write_text("theirs")
    (prefix / "bin").mkdir()
    before = tree(tmp_path)
    run = make("install", **variables)
    assert run.returncode == 0, run.stderr
    agent = subprocess.run([ROOT / ".ci/no-mpi", "has", BINARIES / "ccluster-agent"], timeout=60)
    assert sorted(os.listdir(prefix / "bin")) == [
        "ccluster", *["ccluster-agent"] * (agent.returncode == 0), "ccluster-controller", "ccluster-dashboard",
        "ccluster-recorder", "ccluster-replayer", "ccluster-server", "ccluster-simulator"]
    # It runs from there, and finds its robots.
    run = subprocess.run([prefix / "bin/ccluster", "init", "go2", "-o", tmp_path / "mine.yaml"], cwd=tmp_path, timeout=60)
    assert run.returncode == 0
    run = subprocess.run([prefix / "bin/ccluster", "plan", tmp_path / "mine.yaml"], cwd="/", timeout=60, capture_output=True)
    assert run.returncode == 0, run.stderr
    (tmp_path / "mine.yaml").unlink()
    # Once more over it, as an update does.
    assert make("install", **variables).returncode == 0
    (prefix / "share/ccluster/mine.yaml").write_text("theirs")
    (prefix / "share/ccluster/configs/robots/own").mkdir()
    (prefix / "share/ccluster/configs/robots/own/robot.yaml").write_text("theirs")
    run = make("uninstall", **variables)
    assert run.returncode == 0, run.stderr
    foreign = {"mine.yaml", "configs/robots/own/robot.yaml"}
    left = {path: content for path, content in tree(prefix / "share/ccluster").items() if content is not None}
    assert left == dict.fromkeys(foreign, b"theirs")
    shutil.rmtree(prefix / "share/ccluster")
    assert tree(tmp_path) == before
    run = make("uninstall", **variables)
    assert run.returncode != 0 and "nothing was installed in" in run.stderr


def test_directories_that_were_made_on_the_way_to_it_go_with_it(tmp_path):
    before = tree(tmp_path)
    assert make("install", DESTDIR=tmp_path, PREFIX="/a/b/c").returncode == 0
    assert (tmp_path / "a/b/c/bin/ccluster").exists()
    assert make("uninstall", DESTDIR=tmp_path, PREFIX="/a/b/c").returncode == 0
    assert tree(tmp_path) == before


@pytest.fixture(scope="module")
def manual(tmp_path_factory):
    directory = tmp_path_factory.mktemp("man")
    assert ccluster("manual", str(directory)).returncode == 0
    return directory


def test_every_command_has_a_page_that_names_its_options(manual):
    pages = {path.name: path.read_text() for path in manual.iterdir()}
    assert {f"ccluster-{verb}.1" for verb in VERBS} <= pages.keys()
    assert {"ccluster.1", "ccluster-robot-import.1", "ccluster-export-slurm.1"} <= pages.keys()
    assert "ccluster-help.1" not in pages and "ccluster-manual.1" not in pages
    launch = pages["ccluster-launch.1"].replace("\\-", "-")
    for option in re.findall(r"--[a-z-]+", ccluster("launch", "--help").stdout):
        assert option in launch
    assert "--point" not in launch, "it is hidden"
    for verb in VERBS:
        assert f"\\fB{verb}\\fR" in pages["ccluster.1"]


def test_pages_are_what_groff_takes_without_a_word(manual):
    groff = shutil.which("groff")
    if groff is None:
        pytest.skip("groff is not installed")
    for page in sorted(manual.iterdir()):
        run = subprocess.run([groff, "-man", "-Kutf8", "-Tutf8", "-ww", page], capture_output=True, text=True, timeout=60)
        assert (run.returncode, run.stderr) == (0, ""), page.name
        text = re.sub("\x1b\\[[0-9;]*m|.\b", "", run.stdout)
        assert "NAME" in text and "DESCRIPTION" in text
        assert "\\" not in text, page.name


@pytest.mark.parametrize("shell, check", [("bash", ["bash", "-n"]), ("zsh", ["zsh", "-n"]), ("fish", ["fish", "-n"])])
def test_completions_are_scripts_of_their_shells(tmp_path, shell, check):
    run = ccluster("--generate-completion-script", shell)
    assert run.returncode == 0
    for verb in VERBS:
        assert verb in run.stdout
    (tmp_path / "script").write_text(run.stdout)
    if shutil.which(check[0]):
        subprocess.run([*check, tmp_path / "script"], check=True, timeout=60)


def test_bash_completes_a_verb_and_a_key(tmp_path):
    (tmp_path / "script").write_text(ccluster("--generate-completion-script", "bash").stdout)

    def complete(line):
        words = line.split(" ")
        array = " ".join(f"'{word}'" for word in words)
        run = subprocess.run(
            ["bash", "-c", f"source ./script; COMP_WORDS=({array}); COMP_CWORD={len(words) - 1}; COMP_LINE='{line}'; "
             f"COMP_POINT=${{#COMP_LINE}}; _ccluster ccluster '{words[-1]}' '{words[-2]}'; printf '%s\\n' \"${{COMPREPLY[@]}}\""],
            cwd=tmp_path, capture_output=True, text=True, timeout=60,
            env={**os.environ, "PATH": f"{BINARIES}:{os.environ['PATH']}"})
        return run.stdout.split()

    assert complete("ccluster doc") == ["doctor"]
    assert complete("ccluster export sys") == ["systemd"]
    assert any(word.startswith("controllers.count") for word in complete(f"ccluster doctor {config_of('go2')} --set controllers.co"))
