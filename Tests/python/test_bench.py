"""`step-bench`, what `make bench` runs: everything can be measured, and the report and the page are what they say."""

import json
import re
import subprocess
import sys

import pytest
from conftest import BINARIES, ROOT

PAGE = ROOT / "Tests" / "Bench" / "FIGURES.md"
SECTIONS = ["step", "hosting", "rows", "copies", "registration", "memory", "clients", "peers", "planning"]


def step_bench(*arguments):
    return subprocess.run(
        [BINARIES / "step-bench", *arguments], cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True,
        timeout=300)


@pytest.fixture(scope="module")
def smoke(tmp_path_factory):
    """A run of a few seconds: the report and the page."""
    report, page = (tmp_path_factory.mktemp("bench") / name for name in ["bench.json", "FIGURES.md"])
    run = step_bench("--smoke", "--json", report, "--page", page, "--python", sys.executable, "--commit", "a commit")
    assert run.returncode == 0 and run.stderr == "", run.stdout + run.stderr
    return json.loads(report.read_text()), page.read_text()


def figures(report):
    return {(section["section"], figure["figure"]): figure
            for section in report["sections"] for figure in section["figures"]}


def check_times(times):
    assert set(times) == {"median_us", "p99_us", "max_us", "count"}
    assert 0 < times["median_us"] <= times["p99_us"] <= times["max_us"] and times["count"] > 0


def test_a_short_run_measures_everything_that_this_machine_can(smoke):
    report, _ = smoke
    assert [section["section"] for section in report["sections"]] == SECTIONS
    missing = {key: figure["not_measured"] for key, figure in figures(report).items() if "not_measured" in figure}
    # The tests' environment has NumPy and not the peers.
    assert missing == {("peers", "gymnasium_2"): "No module named 'gymnasium'",
                       ("peers", "semaphores_2"): "No module named 'posix_ipc'"}


def test_each_figure_stands_beside_its_reference(smoke):
    for (section, key), figure in figures(smoke[0]).items():
        kinds = {"ratio", "value", "not_measured"} & set(figure)
        if kinds == {"ratio"}:
            check_times(figure["ours"])
            check_times(figure["reference"])
            assert figure["ratio"] == sorted(figure["ratio_of_turns"])[len(figure["ratio_of_turns"]) // 2] > 0
            measured = figure["ratio"]
        elif kinds == {"value"}:
            assert figure["unit"] == "KiB"
            measured = figure["value"]
        elif not kinds:
            assert section == "planning", key
            check_times(figure["ours"])
            measured = figure["ours"]["median_us"]
        else:
            assert kinds == {"not_measured"}
            continue
        if "at_most" in figure:
            assert figure["holds"] == (measured <= figure["at_most"])
        else:
            assert "holds" not in figure


def test_the_page_shows_each_figure_and_names_every_key(smoke):
    report, page = smoke
    assert f"| commit | {report['machine']['commit']} |" in page and report["machine"]["commit"] == "a commit"
    assert f"| processor | {report['machine']['processor']} |" in page
    for figure in figures(report).values():
        row = re.search(rf"^\| {re.escape(figure['name'])} \|.*$", page, re.MULTILINE)[0]
        if "not_measured" in figure:
            assert f"not measured: {figure['not_measured']}" in row
    named = set(re.findall(r"`(\w+)`", page[page.index("## For programs"):]))
    used = set(report) | {key for section in report["sections"] for key in section}
    for figure in figures(report).values():
        used |= set(figure) | set(figure.get("ours", {}))
    assert used <= named


def test_every_row_of_the_page_has_as_many_cells_as_its_head(smoke):
    for table in re.findall(r"(?:^\|.*\n)+", smoke[1], re.MULTILINE):
        assert len({line.count("|") for line in table.splitlines()}) == 1, table


def test_the_committed_page_is_of_this_bench(smoke):
    def without_figures(page):
        return re.sub(r"^\|.*\n|turns of about \d+ ms", "", page, flags=re.MULTILINE)

    assert without_figures(PAGE.read_text()) == without_figures(smoke[1]), "`make bench` writes FIGURES.md anew"


def test_a_figure_without_python_says_so(tmp_path):
    report = tmp_path / "bench.json"
    run = step_bench("--smoke", "--only", "peers", "--json", report)
    assert run.returncode == 0, run.stderr
    found = figures(json.loads(report.read_text()))
    assert found and all(figure["not_measured"] == "no Python was given" for figure in found.values())
    assert "not measured: no Python was given" in run.stdout


@pytest.mark.parametrize("arguments", [["--only", "steps"], ["--workers", "0"], ["--json"], ["--fast"]])
def test_what_it_does_not_know_is_wrong_usage(arguments):
    run = step_bench(*arguments)
    assert run.returncode == 64 and "usage: step-bench" in run.stderr

