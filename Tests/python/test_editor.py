"""What users see of the schema while they write a config: completions at the cursor (`|`), and problems at their lines."""

import re

import pytest
from conftest import ROOT
from editor import Editor
from test_schema import SCHEMA, Loader

EDITOR = Editor(SCHEMA, Loader)
GO2 = (ROOT / "configs/robots/go2/cluster.yaml").read_text()
RHC = (ROOT / "configs/presets/rhc.yaml").read_text()


def cut(text, line, replacement):
    """A shipped config, one line of which is being written."""
    assert text.count(line) == 1, f"{line!r} stands once in the config"
    return text.replace(line, replacement)


KEYS = [
    ("an empty line at the top", cut(GO2, "horizon:", "|\nhorizon:"), {"robot", "buffers", "dimensions", "archive"}),
    ("a key half typed at the top", GO2 + "\nbuf|\n", {"buffers"}),
    ("the first key of a section", GO2 + "\nrobot:\n  |\n", {"name", "joints", "contacts", "mass", "urdf", "limits", "homing"}),
    ("a key half typed in a section that has others", cut(GO2, "  program: reference", "  program: reference\n  st|"),
     {"startup_timeout"}),
    ("a key two sections deep", cut(GO2, "  program: reference", "  program: reference\n  restart:\n    |"),
     {"policy", "limit", "window", "backoff"}),
    ("a key in braces", cut(GO2, "  program: reference", "  program: reference\n  placement: {policy: pin, |}"), {"cores"}),
    ("a key of a program of one's own", cut(GO2, "  program: reference", "  program: {command: [./mpc], |}"),
     {"environment", "directory"}),
    ("a program of one's own in lines", cut(GO2, "  program: reference", "  program:\n    com|"), {"command"}),
    ("a key of a new buffer", GO2 + "\nbuffers:\n  mine:\n    |\n", {"writer", "per", "sync", "align", "fields", "enabled"}),
    ("a key of a field", GO2 + "\nbuffers:\n  mine:\n    writer: tool\n    fields:\n      gains:\n        |\n",
     {"shape", "dtype", "unit", "columns", "initial", "convention", "frame"}),
    ("a key of a field in braces, its line not closed", GO2 + "\nbuffers: {mine: {fields: {gains: {shape: [3], un|}}}}\n", {"unit"}),
    ("a key of a shipped buffer", cut(RHC, "  robot_state:\n", "  robot_state:\n    ali|\n"), {"align"}),
    ("a joint's limits", GO2 + "\nrobot:\n  limits:\n    FL_hip_joint: {|}\n", {"position", "velocity", "effort"}),
    ("a section's key before broken lines", "name: a\ncontrollers:\n  pl|\nrobot: {joints: [\n  x: : y\n", {"placement"}),
]

VALUES = [
    ("who writes a buffer", GO2 + "\nbuffers:\n  mine:\n    writer: |\n", {"simulator", "controller", "server", "tool"}),
    ("a word half typed", GO2 + "\nbuffers:\n  mine:\n    writer: con|\n", {"controller"}),
    ("a word half typed in braces", GO2 + "\nbuffers: {mine: {writer: tool, sync: la|}}\n", {"latest"}),
    ("a dtype", GO2 + "\nbuffers:\n  mine:\n    fields:\n      x: {dtype: f|}\n", {"f32", "f64"}),
    ("a quaternion's convention", GO2 + "\nbuffers: {mine: {fields: {x: {shape: [4], convention: |}}}}\n", {"wxyz", "xyzw"}),
    ("a built-in program", cut(GO2, "  program: reference", "  program: |"), {"reference"}),
    ("a policy", cut(GO2, "  program: reference", "  restart: {policy: on|}"), {"on-failure"}),
    ("a boolean", cut(GO2, "  program: reference", "  activate: |"), {"true", "false"}),
    ("cores, which may be a list as well", cut(GO2, "  program: reference", "  placement:\n    cores: |"), {"all", "isolated"}),
    ("an alignment", GO2 + "\nbuffers: {mine: {align: |}}\n", {4, 64, 4096}),
    ("a default", cut(GO2, "  program: reference", "  startup_timeout: |"), {"180s"}),
]


@pytest.mark.parametrize("text, expected", [case[1:] for case in KEYS], ids=[case[0] for case in KEYS])
def test_keys_are_completed_with_what_they_mean(text, expected):
    offered = EDITOR.completions(text)
    assert expected <= offered.keys()
    for key, description in offered.items():
        assert re.fullmatch(r"\S.*\.", description), f"{key}: {description!r}"


def test_a_key_that_is_there_is_not_offered_again():
    offered = EDITOR.completions(cut(GO2, "  program: reference", "  program: reference\n  |"))
    assert "program" not in offered and "count" not in offered and "threads" in offered


def test_names_of_the_users_own_are_not_made_up():
    assert EDITOR.completions(GO2 + "\nbuffers:\n  |\n") == {}
    assert EDITOR.completions(GO2 + "\nsimulator: {parameters: {|}}\n") == {}


@pytest.mark.parametrize("text, expected", [case[1:] for case in VALUES], ids=[case[0] for case in VALUES])
def test_values_are_completed(text, expected):
    offered = EDITOR.completions(text).keys()
    assert expected <= offered
    assert all(str(word).startswith(re.search(r"([a-z-]*)\|", text)[1]) for word in offered)


def test_the_mouse_shows_what_a_key_means():
    assert "controllers" in EDITOR.description("controllers", "count").lower()
    assert EDITOR.description("buffers", "any", "fields", "any", "unit").startswith("Unit of the elements")
    assert EDITOR.description("robot", "limits", "any", "velocity")


MISTAKES = [
    ("a value not written yet is no mistake", cut(GO2, "  program: reference", "  threads:"), None, ""),
    ("a section not written yet is no mistake", GO2 + "\nbuffers:\n", None, ""),
    ("a word half typed", cut(GO2, "  program: reference", "  on_failure: hom"), "on_failure", "hom"),
    ("a misspelled key", cut(GO2, "  program: reference", "  thread: 2"), "controllers:", "'thread' was unexpected"),
    ("text where a number belongs", cut(GO2, "  program: reference", "  threads: two"), "threads", "two"),
    ("a number that is too small", cut(GO2, "  program: reference", "  threads: 0"), "threads", "0 is less than the minimum of 1"),
    ("a time without a unit", cut(GO2, "  program: reference", "  solve_timeout: 60"), "solve_timeout", "60"),
    ("yes for a boolean", cut(GO2, "  program: reference", "  activate: yes"), "activate", "yes"),
    ("an unfinished expression", GO2 + "\nbuffers:\n  mine:\n    writer: tool\n    fields:\n      gains: [2 * ]\n", "gains", "2 *"),
    ("a mapping where a list belongs", GO2 + "\nrobot:\n  joints: {a: 1}\n", "joints:", "is not of type 'array'"),
    ("an unclosed bracket", GO2 + "\nrobot:\n  joints: [a, b\n", None, "expected ',' or ']'"),
]


@pytest.mark.parametrize("text, line, message", [case[1:] for case in MISTAKES], ids=[case[0] for case in MISTAKES])
def test_mistakes_are_told_at_their_line_and_no_others(text, line, message):
    found = EDITOR.errors(text)
    if not message:
        assert found == []
        return
    assert len(found) == 1, found
    assert message in found[0][1]
    if line:
        assert line in text.splitlines()[found[0][0] - 1]


def test_of_a_name_alone_what_a_whole_config_needs_is_told():
    assert [message for _, message in EDITOR.errors("ccluster: 1\nname: a\n")] == [
        "'controllers' is a required property", "'robot' is a required property"]
