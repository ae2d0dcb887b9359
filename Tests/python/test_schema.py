"""The JSON Schema of cluster.yaml: what it accepts and refuses, and that it is the decoder's own."""

import copy
import json
import re
import textwrap

import pytest
import yaml
from conftest import ROBOTS, ROOT, ccluster, config_of
from jsonschema import Draft202012Validator

SCHEMA = json.loads((ROOT / "configs" / "schema.json").read_text())
VALIDATOR = Draft202012Validator(SCHEMA)
SHIPPED = sorted((ROOT / "configs").rglob("*.yaml"))
TESTS = ROOT / "Tests" / "ClusterConfigTests"


class Loader(yaml.SafeLoader):
    """YAML's core schema, as editors have it: `no`, `yes` and `on` are text. The tags of configs are left out."""

    yaml_implicit_resolvers = {}

    def construct_ignoring_tag(self, _, node):
        if isinstance(node, yaml.MappingNode):
            return self.construct_mapping(node, deep=True)
        if isinstance(node, yaml.SequenceNode):
            return self.construct_sequence(node, deep=True)
        return self.construct_object(yaml.ScalarNode(
            self.resolve(yaml.ScalarNode, node.value, (node.style is None, True)), node.value))


Loader.add_multi_constructor("!", Loader.construct_ignoring_tag)
Loader.add_constructor("tag:yaml.org,2002:int", lambda loader, node: int(node.value, 16 if "x" in node.value else 10))
for tag, pattern, first in [
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?[0-9]+|0x[0-9a-fA-F]+", list("-+0123456789")),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)",
     list("-+.0123456789")),
]:
    Loader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(f"^(?:{pattern})$"), first)


def load(text):
    return yaml.load(text, Loader)


def problems(value):
    return [f"{error.json_path}: {error.message}" for error in VALIDATOR.iter_errors(value)]


def everything():
    """The config with every key, from the decoder's own tests."""
    text = re.search(r'let everything = """\n(.*?)"""', (TESTS / "Good.swift").read_text(), re.DOTALL)[1]
    # Negative hexadecimals are numbers to us, and text to the core schema.
    return load(textwrap.dedent(text).replace("\\\\", "\\").replace("-0x10", "-16"))


def test_the_schema_is_one():
    Draft202012Validator.check_schema(SCHEMA)


def test_the_committed_schema_is_what_ccluster_prints():
    run = ccluster("schema")
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout == (ROOT / "configs" / "schema.json").read_text(), "run 'ccluster schema > configs/schema.json'"


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: str(path.relative_to(ROOT)))
def test_shipped_configs_name_the_schema_and_follow_it(path):
    text = path.read_text()
    named = re.fullmatch(r"# yaml-language-server: \$schema=(.*)", text.splitlines()[0])
    assert named, "the first line tells editors the schema"
    assert (path.parent / named[1]).resolve() == ROOT / "configs" / "schema.json"
    assert problems(load(text)) == []


@pytest.mark.parametrize("robot", ROBOTS)
@pytest.mark.parametrize("options", [[], ["--origin"]], ids=["plain", "with origins"])
def test_resolved_configs_follow_it(robot, options):
    run = ccluster("config", str(config_of(robot)), *options)
    assert run.returncode == 0
    assert problems(load(run.stdout)) == []


def test_the_config_with_every_key_follows_it():
    assert problems(everything()) == []


def places(value, path=()):
    """Paths of all values in mappings."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield path + (key,)
            if key != "parameters":
                yield from places(inner, path + (key,))


def replaced(config, path, value):
    config = copy.deepcopy(config)
    inner = config
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return config


@pytest.mark.parametrize("path", list(places(everything())), ids=".".join)
def test_null_removes_anything_that_is_inherited(path):
    assert problems({"extends": "base.yaml", **replaced(everything(), path, None)}) == []


@pytest.mark.parametrize("overlay", [
    "robot: {mass: 20}", "controllers: {threads: 2}", "buffers: {rhc_internal: {enabled: true}}",
    "buffers: !replace {a: {writer: tool, sync: latest, fields: {x: [3]}}}", "robot: {mass: !final 15.0}",
    "timing:", "extends: [a.yaml]\nname: b", "extends: []\nname: b\ncontrollers: {count: 3}",
    "buffers: {a: {fields: {x: {unit: m}, y: null}}}", "simulator: {program: null, command: sim}",
])
def test_a_part_of_a_config_needs_to_hold_nothing_but_itself(overlay):
    assert problems(load(overlay)) == []


VALUES = [True, 0, -1, 1, 3, 2.5, "text", "joints", "10s", "4-7", "", [], [1, 2], ["a"], [None, 1.5], {}, {"x": 1},
          {"command": "a"}]


def written(config):
    """As YAML: JSON is, but for ranges of cores, which stand without quotes."""
    return json.dumps(config).replace('"4-7"', "4-7")


def one_of_each():
    """A place for each key, of all the joints, buffers and fields that have it."""
    named = {"limits", "homing", "environment", "dimensions", "buffers", "fields"}
    found = {}
    for path in places(everything()):
        found.setdefault(tuple("*" if before in named else key for before, key in zip(("",) + path, path)), path)
    return list(found.values())


@pytest.mark.parametrize("path", one_of_each(), ids=".".join)
def test_what_the_schema_refuses_is_refused_by_ccluster(path, tmp_path):
    for number, value in enumerate(VALUES):
        config = replaced(everything(), path, value)
        if problems(config):
            file = tmp_path / f"{number}.yaml"
            file.write_text(written(config))
            run = ccluster("validate", str(file))
            assert run.returncode == 2, f"{value!r} is valid, and the schema says {problems(config)}"


def scalars():
    """A place for each key that holds a text, a number or a boolean, or a list of them, and one of these."""
    for path in one_of_each():
        value = everything()
        for key in path:
            value = value[key]
        if isinstance(value, list) and value and not isinstance(value[0], (list, dict)):
            yield path + (0,), value[0]
        elif not isinstance(value, (list, dict)):
            yield path, value


def in_place(path):
    """As `--set` names it."""
    return "".join(f"[{part}]" if isinstance(part, int) else f'."{part}"' for part in path)[1:]


@pytest.mark.parametrize("path, value", list(scalars()), ids=lambda value: in_place(value) if isinstance(value, tuple) else "")
def test_a_value_from_the_environment_is_one_to_the_schema_where_it_is_one_to_ccluster(path, value, tmp_path):
    (tmp_path / "config.yaml").write_text(written(everything()))
    expression = "${env:CCLUSTER_TEST:-%s}" % (str(value).lower() if isinstance(value, bool) else value)
    run = ccluster("validate", str(tmp_path / "config.yaml"), "--set", f"{in_place(path)}={expression}")
    assert run.returncode == 0, run.stderr
    assert problems(replaced(everything(), path, expression)) == []


@pytest.mark.parametrize("path", ["controllers.count", "controllers.activate", "robot.mass", "horizon.dt", "horizon.nodes"])
@pytest.mark.parametrize("text", ["$N", "${N}", "${env:N}0", "{env:N}", "${env:1}", "${env:N", "16"])
def test_other_texts_are_no_numbers_and_no_booleans(path, text):
    assert problems(replaced(everything(), path.split("."), text))


# Broken files that are no YAML: the editor's own reader tells these.
NO_YAML = {
    "alias-of-another-file", "at-sign", "bad-indentation", "billion-laughs", "binary", "c1-control", "colon-in-text", "complex-key",
    "control-character", "latin1", "missing-colon", "nul-byte", "outdented-key", "percent", "self-alias", "tab-indent",
    "two-documents", "unclosed-brace", "unclosed-bracket", "unclosed-bracket-at-end", "unclosed-quote",
    "undefined-alias", "unknown-escape",
    "variables-flow",
    "tabs-between",  # YAML allows these tabs, and PyYAML does not
}

# Broken files that a schema of one file's values cannot refuse.
BEYOND = {name: reason for reason, names in {
    "a list of names is compared with itself": ["alias-rules", "duplicate-joint", "long-line"],
    "a name refers to another place": [
        "dimension-cycle", "process-cycle", "process-cycle-itself", "quoted-expression", "undefined-dimension",
        "unknown-joint", "unknown-process"],
    "an expression has to be computed": [
        "division-by-zero", "extent-overflow", "inexact-division", "negative-extent", "too-large",
        "too-large-overflow", "too-large-stride"],
    "numbers are compared with one another": [
        "homing-outside-limits", "horizon", "horizon-default", "hosts-shares-sum", "timestep-default", "timestep-not-multiple",
        "timestep-shorter"],
    "the meaning of one key depends on another": [
        "hosts-none", "hosts-shares-some", "hosts-sources", "hosts-weight", "hosts-weight-only", "no-owner",
        "program-parameters", "scheduling-priority", "stub-buffer"],
    "how large a weight may be is the reader's own limit": ["hosts-weight-large"],
    "of two equal keys a schema sees the last": ["duplicate-key"],
    "files that are named have to be looked at": [
        "extends-cycle", "extends-directory", "extends-itself", "extends-missing", "hosts-file", "hosts-file-empty",
        "hosts-file-missing", "hosts-file-names", "search-path-cycle",
        "search-path-missing", "variables-extends", "variables-extends-path"],
    "the file is right, and one that it extends is not": [
        "extends-alias", "extends-merge-key", "extends-rules", "extends-variables", "final-extended", "final-same"],
    "what is left after a removal is known once all files are": ["extends-removed"],
    "a schema does not see tags": [
        "alias-final", "final-file", "final-overlay", "final-overlay-set", "final-removed", "final-set",
        "final-through-alias", "final-variable", "unknown-tag", "variables-final"],
    "the file is right, and one that is laid over it is not": [
        "overlay", "overlay-alias", "overlay-extends", "overlay-rules", "overlay-variables"],
    "the environment is read when the config is": [
        "hosts-slurm", "variables", "variables-alias", "variables-rules", "variables-set"],
    "without a name it may be a part, which others extend": ["missing-keys"],
    "the file is right, and the command line is not": [
        "hosts-set", "override-path", "override-syntax", "override-values", "set-alias", "set-alias-rules", "set-removes", "set-rules",
        "set-variables"],
}.items() for name in names}


def broken():
    for path in sorted((TESTS / "Broken").glob("*.yaml")):
        yield path.stem, [path]
    for path in sorted((TESTS / "Broken").glob("*/cluster.yaml")):
        yield path.parent.name, sorted(path.parent.glob("*.yaml"))


def check_size(value, left):
    """Refuses what aliases blow up, as every reader must."""
    left[0] -= 1
    if left[0] < 0:
        raise ValueError("too large")
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        check_size(inner, left)


def verdict(files):
    found = set()
    for file in files:
        try:
            value = load(file.read_bytes())
            check_size(value, [100_000])
            found.add("refused" if problems(value) else "accepted")
        except (yaml.YAMLError, RecursionError, ValueError):
            found.add("no YAML")
    return next(word for word in ("refused", "no YAML", "accepted") if word in found)


@pytest.mark.parametrize("name, files", list(broken()), ids=[name for name, _ in broken()])
def test_a_broken_config_is_refused_unless_it_is_known_why_it_cannot_be(name, files):
    expected = "no YAML" if name in NO_YAML else "accepted" if name in BEYOND else "refused"
    assert verdict(files) == expected


def test_the_lists_name_broken_configs_only():
    assert (NO_YAML | BEYOND.keys()) <= {name for name, _ in broken()}
    assert not NO_YAML & BEYOND.keys()
