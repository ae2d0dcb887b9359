"""Generated bindings: compiled or imported as they come, they read what another language wrote, and refuse what is not theirs."""

import ast
import json
import os
import random
import re
import subprocess
import sys
from pathlib import Path

import numpy
import pytest
from bindings import drivers
from conftest import BINARIES, ROBOTS, ROOT, ccluster, config_of
from segment import attach
from test_readme import README, blocks

ODD = ROOT / "Tests" / "python" / "bindings" / "odd.yaml"
LATEST = "buffers.goal={writer: tool, sync: latest, fields: {target: {shape: [3], dtype: f64}, label: {shape: [7], dtype: char}}}"
MPC = "buffers.plan={writer: controller, sync: latest, align: 4, fields: {step: {shape: [], dtype: i32}, joint: {shape: [nodes, joints], columns: joints}}}"
# What runs: a config and what is set on top of it.
CASES = {
    **{robot: (config_of(robot), ["controllers.count=3", LATEST]) for robot in ROBOTS},
    "odd": (ODD, []),
    "one controller": (config_of("go2"), ["controllers.count=1", MPC]),
    "the whole horizon": (config_of("go2"), ["buffers.rhc_internal.enabled=true", "controllers.per_process=8", LATEST, MPC]),
}


def random_buffers(seed):
    """Buffers of any mix of dtypes, ranks, empty extents, alignments and sync modes that a config can have."""
    generator = random.Random(seed)
    sets = []
    for b in range(8):
        sync = generator.choice(["step", "latest"])
        writer = generator.choice(["simulator", "controller"] if sync == "step" else ["simulator", "controller", "tool"])
        per = "controller" if writer == "controller" else generator.choice(["controller", "cluster"])
        fields, widest = [], 1
        for f in range(generator.randrange(1, 9)):
            dtype = generator.choice(list(drivers.CTYPES))
            shape = [generator.choice([0, 1, 2, 3, 5, 8]) for _ in range(generator.randrange(5))]
            widest = max(widest, numpy.dtype(drivers.NUMPY[dtype]).itemsize)
            fields.append(f"f{f}: {{dtype: {dtype}, shape: {shape}}}")
        align = generator.choice([size for size in (1, 2, 4, 8, 16, 64, 4096) if size >= widest])
        sets.append(f"buffers.b{b}={{writer: {writer}, per: {per}, sync: {sync}, align: {align}, fields: {{{', '.join(fields)}}}}}")
    return ["controllers.count=2", *sets]


CASES.update({f"random {seed}": (config_of("panda"), random_buffers(seed)) for seed in (1, 2, 3)})
STRICT = ["-Wall", "-Wextra", "-Wpedantic", "-Werror", "-O2"]
LANGUAGES = ["c", "c++", "python", "swift"]


def run(*command, status=0, **options):
    done = subprocess.run(
        [str(word) for word in command], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=600, **options)
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout if status == 0 else done.stderr


def options_of(sets):
    return [word for item in sets for word in ("--set", item)]


def binding(language, config, sets=()):
    return run(BINARIES / "ccluster", "map", config, "--format", language, *options_of(sets))


def swift_flags():
    """Where the library's module and objects are: beside the programs under test, as a build leaves them."""
    for built in (BINARIES, ROOT / ".build" / "release", ROOT / ".build" / "debug"):
        # The library, and what it is built on; without objects that an earlier build has left of files that are gone.
        objects = [built / f"{target}.build" / f"{source.name}.o" for target in ("ControlCluster", "BuiltInPrograms", "CLinux")
                   for source in (ROOT / "Sources" / target).rglob("*.*") if source.suffix in (".swift", ".c")]
        objects = [object for object in objects if object.exists()]
        if (built / "Modules" / "ControlCluster.swiftmodule").exists() and objects:
            modules = ["-I", built / "Modules", "-Xcc", f"-fmodule-map-file={built}/CLinux.build/module.modulemap",
                       "-Xcc", f"-I{ROOT}/Sources/CLinux/include"]
            return modules, objects
    raise AssertionError("the library is not built: swift build")


class Bindings:
    """The bindings of one config, and a program around each."""

    def __init__(self, directory, config, sets=()):
        self.directory = directory
        self.planned = json.loads(ccluster("map", str(config), "--json", *options_of(sets), check=True).stdout)
        (directory / "map.json").write_text(json.dumps(self.planned))
        self.text = {language: binding(language, config, sets) for language in ("c", "python", "swift")}
        self.name = re.search(r"CCLUSTER_BINDING_(\w+)_[0-9a-f]{16}\n", self.text["c"])[1]
        for file, text in {
            "binding.h": self.text["c"], "binding.py": self.text["python"], "binding.swift": self.text["swift"],
            "driver.c": drivers.c_source("binding.h", self.name, self.planned),
            "main.swift": drivers.swift_source(self.name, self.planned),
        }.items():
            (directory / file).write_text(text)
        self.commands = {"python": [sys.executable, drivers.__file__, directory / "binding.py", directory / "map.json"]}

    def build(self, *languages):
        for language in (language for language in languages if language not in self.commands):
            program = self.directory / f"driver-{language}"
            if language == "c":
                run("gcc", "-std=c11", *STRICT, self.directory / "driver.c", "-o", program)
            elif language == "c++":
                run("g++", "-std=c++17", *STRICT, "-x", "c++", self.directory / "driver.c", "-o", program)
            elif language == "swift":
                modules, objects = swift_flags()
                run("swiftc", "-swift-version", "6", "-warnings-as-errors", *modules, *objects,
                    self.directory / "binding.swift", self.directory / "main.swift", "-o", program)
            self.commands[language] = [program]
        return self

    def driver(self, language, segment, *arguments, status=0):
        environment = {**os.environ, "CCLUSTER_SEGMENT": segment}
        return run(*self.commands[language], *arguments, status=status, env=environment)


@pytest.fixture(scope="session")
def bindings_of(tmp_path_factory):
    """The bindings of a config with the programs around them, built once."""
    made = {}

    def make(config, sets=(), languages=LANGUAGES):
        key = (config, *sets)
        if key not in made:
            made[key] = Bindings(tmp_path_factory.mktemp("bindings"), config, sets)
        return made[key].build(*languages)

    return make


@pytest.fixture
def started(cluster):
    """Starts a cluster in which nobody steps, so that rows hold what the test writes."""

    def start(config, sets=()):
        cluster.start(config, "--no-simulator", sets=sets)
        cluster.wait_for_text("registered in")
        return cluster

    yield start
    if cluster.launcher is not None and cluster.launcher.poll() is None:
        cluster.send(15)
        cluster.wait()


@pytest.mark.parametrize("case", CASES)
def test_each_language_reads_what_each_language_wrote(started, bindings_of, case):
    config, sets = CASES[case]
    bindings = bindings_of(config, sets)
    segment = started(config, sets).segment
    roles = {buffer["writer"] for buffer in bindings.planned["buffers"]}
    for seed, writer in enumerate(LANGUAGES, 1):
        for role in roles:
            bindings.driver(writer, segment, role, "fill", seed)
        wanted = drivers.elements(bindings.planned, seed)
        for reader in LANGUAGES:
            found = drivers.parse(bindings.driver(reader, segment, "observer", "dump"))
            assert found == wanted, (writer, reader)


def test_a_binding_holds_where_the_same_layout_starts_elsewhere(started, bindings_of):
    sets = ["controllers.count=2", LATEST]
    bindings = bindings_of(config_of("go2"), sets)
    moved = [*sets, f"robot.parameters.note={'x' * 10_000}"]
    planned = json.loads(ccluster("map", str(config_of("go2")), "--json", *options_of(moved), check=True).stdout)
    assert planned["layout_hash"] == bindings.planned["layout_hash"]
    assert planned["buffers"][0]["offset"] != bindings.planned["buffers"][0]["offset"]
    segment = started(config_of("go2"), moved).segment
    for writer in LANGUAGES:
        for role in ("simulator", "controller", "tool"):
            bindings.driver(writer, segment, role, "fill", 5)
    for reader in LANGUAGES:
        assert drivers.parse(bindings.driver(reader, segment, "observer", "dump")) == drivers.elements(planned, 5)


OTHERS = {
    "another number of controllers": ["controllers.count=4"],
    "another name of a field": ["controllers.count=3", "buffers.rhc_status.fields.cost=null", "buffers.rhc_status.fields.price=[]"],
    "another dtype of the same size": ["controllers.count=3", "buffers.rhc_status.fields.cost={shape: [], dtype: i32}"],
    "another order of a quaternion": ["controllers.count=3", "buffers.robot_state.fields.root_orientation.convention=xyzw"],
    "another unit": ["controllers.count=3", "buffers.robot_state.fields.joint_position.unit=m"],
    "another writer": ["controllers.count=3", "buffers.rhc_status.writer=simulator"],
}


@pytest.mark.parametrize("other", OTHERS)
def test_a_binding_of_another_config_refuses_and_says_why(started, bindings_of, other):
    bindings = bindings_of(config_of("go2"), OTHERS[other])
    cluster = started(config_of("go2"), ["controllers.count=3"])
    rows = attach(cluster)._buffer(0)["offset"]
    before = cluster.memory.read_bytes()[rows:]
    for language in LANGUAGES:
        for role in ("simulator", "controller", "observer"):
            said = bindings.driver(language, cluster.segment, role, "fill", 1, status=2)
            assert cluster.segment in said
            if other == "another number of controllers" and language != "swift":
                assert "it has 3 controllers, this binding is for 4: generate it again" in said
            else:
                for layout in (attach(cluster).hash, int(bindings.planned["layout_hash"], 16)):
                    assert f"{layout:x}" in said
    assert cluster.memory.read_bytes()[rows:] == before


def test_what_is_no_memory_of_a_cluster_is_refused_with_the_same_words_in_c_and_python(started, tmp_path, bindings_of):
    bindings = bindings_of(ODD, languages=["c", "c++"])
    cluster = started(ODD)
    good = cluster.memory.read_bytes()
    segment = attach(cluster)
    record = segment.buffers_at + 2 * 128

    def changed(offset, value, size=8):
        return good[:offset] + value.to_bytes(size, "little") + good[offset + size:]

    images = {
        "it matches": good,
        "it has 4095 bytes, less than a header": good[:4095],
        "its server has not published it yet": changed(0x218, 0, 4),
        " its server has not published it yet": bytes(8192),
        "it begins with 0x0000000000000001: it is no cluster's memory": changed(0, 1),
        "it has ABI version 3, this binding is for 2": changed(8, 3, 4),
        "it has 2 controllers, this binding is for 1: generate it again from the config that was launched": changed(32, 2, 4),
        f"it has layout 0x{segment.hash ^ 1:016x}, this binding is for 0x{segment.hash:016x}: "
        "generate it again from the config that was launched": changed(24, segment.hash ^ 1),
        f"it says that it has {len(good)} bytes, but {len(good) - 4096} are mapped": good[:-4096],
        "it is damaged: its buffer table is not where it says": changed(64, 2**64 - 128),
        "  it is damaged: its buffer table is not where it says": changed(36, 3, 4),
        "it is damaged: its buffer 2 contradicts its layout": changed(record + 24, 2**64 - 4096),
        " it is damaged: its buffer 2 contradicts its layout": changed(record + 24, 4097),
        "  it is damaged: its buffer 2 contradicts its layout": changed(record + 32, 8),
        "   it is damaged: its buffer 2 contradicts its layout": changed(record + 48, 8),
    }
    for reason, image in images.items():
        (tmp_path / "image").write_bytes(image)
        for language in ("c", "c++", "python"):
            said = bindings.driver(language, cluster.segment, "observer", "check", tmp_path / "image")
            assert said.strip() == reason.strip(), language


def test_a_cluster_of_the_longest_name_is_found(cluster, bindings_of):
    sets = ["controllers.count=2"]
    bindings = bindings_of(config_of("go2"), sets, languages=["c"])
    name = f"{cluster.name}-".ljust(128, "x")
    cluster.segment = f"/ccluster.{os.getuid()}.{name}"
    cluster.memory = Path("/dev/shm") / cluster.segment[1:]
    cluster.start(config_of("go2"), "--no-simulator", "--name", name, sets=sets)
    cluster.wait_for_text("registered in")
    for language in ("c", "python"):
        assert bindings.driver(language, cluster.segment, "observer", "dump")
    cluster.send(15)
    assert cluster.wait() == 128 + 15


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_cluster_that_is_not_there_is_named(bindings_of, language):
    bindings = bindings_of(config_of("go2"), languages=[language])
    nobody = f"/ccluster.{os.getuid()}.test-{os.getpid()}-nobody"
    assert nobody in bindings.driver(language, nobody, "observer", "dump", status=2)


def test_memory_whose_server_has_ended_is_refused(started, bindings_of):
    bindings = bindings_of(config_of("go2"), ["controllers.count=2"], languages=["c"])
    cluster = started(config_of("go2"), ["controllers.count=2"])
    image = bytearray(cluster.memory.read_bytes())
    # No process has the largest pid there can be.
    image[0x200:0x208] = (((1 << 22) - 1) << 42).to_bytes(8, "little")
    stale = f"/ccluster.{os.getuid()}.test-{os.getpid()}-stale"
    path = Path("/dev/shm") / stale[1:]
    try:
        path.write_bytes(image)
        for language in ("c", "python"):
            assert "its server has ended" in bindings.driver(language, stale, "observer", "dump", status=2)
    finally:
        path.unlink()


@pytest.mark.parametrize("writer", ["c", "python", "swift"])
def test_a_latest_row_is_never_seen_half_written(started, bindings_of, writer):
    bindings = bindings_of(ODD)
    segment = started(ODD).segment
    environment = {**os.environ, "CCLUSTER_SEGMENT": segment}
    process = subprocess.Popen([str(word) for word in bindings.commands[writer]] + ["simulator", "spin", "segment"], env=environment)
    try:
        # The faster a reader, the more rows it takes until the writer comes round to one while it is being read.
        for reader, count in {"c": 3000, "c++": 3000, "python": 300, "swift": 300}.items():
            assert bindings.driver(reader, segment, "observer", "watch", "segment", count) == "0\n", reader
    finally:
        process.kill()
        process.wait()


def test_a_buffer_of_another_role_cannot_be_written(started, tmp_path, bindings_of):
    sets = ["controllers.count=1"]
    bindings = bindings_of(config_of("go2"), sets, languages=["c"])
    cluster = started(config_of("go2"), sets)
    (tmp_path / "wrong.c").write_text(f"""#include "{bindings.directory}/binding.h"
int main(void) {{
  {bindings.name}_cluster cluster;
  char reason[{bindings.name}_reason_size];
  if (!{bindings.name}_attach(&cluster, "{cluster.name}", {bindings.name}_role_controller, reason)) return 2;
  {bindings.name}_rhc_commands_at(&cluster, 0)->joint_position[0] = 0.5f;
  {bindings.name}_robot_state_at(&cluster, 0)->joint_position[0] = 0.5f;
  return 0;
}}
""")
    run("gcc", "-std=c11", *STRICT, tmp_path / "wrong.c", "-o", tmp_path / "wrong")
    run(tmp_path / "wrong", status=-11)
    assert attach(cluster).view("rhc_commands", "joint_position")[0, 0] == 0.5
    assert attach(cluster).view("robot_state", "joint_position")[0, 0] != 0.5
    script = f"""
import sys; sys.path.insert(0, "{bindings.directory}")
from binding import attach, joint
cluster = attach("{cluster.name}", role="controller")
cluster.rhc_commands["joint_position"][0, joint.FL_hip_joint] = 0.25
for wrong in (cluster, attach("{cluster.name}")):
    try:
        wrong.robot_state["joint_position"][0] = 0.25
        sys.exit("it was written")
    except ValueError as error:
        assert "read-only" in str(error)
"""
    run(sys.executable, "-c", script)
    assert attach(cluster).view("rhc_commands", "joint_position")[0, 0] == 0.25


def test_the_same_config_gives_the_same_text_and_the_name_is_not_part_of_the_layout():
    for language in ("c", "python", "swift"):
        assert binding(language, ODD) == binding(language, ODD)
        other = binding(language, ODD, ["name=other"])
        named = {"c": "}} {}_cluster;\n", "python": "clusters like '{}'", "swift": "public enum {} {{\n"}[language]
        assert named.format("other") in other and named.format("x7_odd_name") not in other
        assert re.search("layout 0x[0-9a-f]+", other)[0] == re.search("layout 0x[0-9a-f]+", binding(language, ODD))[0]


@pytest.mark.parametrize("case", CASES)
def test_python_3_7_understands_the_module(case):
    config, sets = CASES[case]
    text = binding("python", config, sets)
    ast.parse(text, feature_version=(3, 7))
    assert text.isascii()


def test_two_names_that_are_spelled_alike_are_an_error_that_names_both():
    sets = ["buffers.more={writer: simulator, fields: {class: [], class_: []}}"]
    for language in ("c", "python", "swift"):
        done = ccluster("map", str(config_of("go2")), "--format", language, *options_of(sets))
        assert (done.returncode, done.stdout) == (1, "")
        assert "field 'more.class' and field 'more.class_' would both be 'class_'" in done.stderr
        assert str(config_of("go2")) in done.stderr


def test_two_bindings_of_one_name_and_two_layouts_do_not_go_into_one_program(tmp_path):
    (tmp_path / "a.h").write_text(binding("c", config_of("go2")))
    (tmp_path / "b.h").write_text(binding("c", config_of("go2"), ["controllers.count=3"]))
    (tmp_path / "both.c").write_text('#include "a.h"\n#include "b.h"\nint main(void) { return 0; }\n')
    assert "redefinition" in run("gcc", "-std=c11", tmp_path / "both.c", "-o", tmp_path / "both", status=1)
    (tmp_path / "b.h").write_text(binding("c", config_of("go2"), ["controllers.count=3", "name=other"]))
    run("gcc", "-std=c11", *STRICT, tmp_path / "both.c", "-o", tmp_path / "both")


@pytest.mark.parametrize("language", ["c", "python", "swift"])
def test_what_the_readme_shows_works(started, tmp_path, language):
    shown = [block for block in blocks(README, language) if "go2.joint" in block or "go2_joint" in block]
    assert len(shown) == 1
    sets = ["controllers.count=16"]
    cluster = started(config_of("go2"), sets)
    program = shown[0].replace('"go2"', f'"{cluster.name}"')
    source = {"c": "go2.h", "python": "go2.py", "swift": "go2.swift"}[language]
    (tmp_path / source).write_text(binding(language, config_of("go2"), sets))
    main = tmp_path / {"c": "watch.c", "python": "watch.py", "swift": "main.swift"}[language]
    main.write_text(program)
    attach(cluster, writable=True).view("robot_state", "joint_position")[3, 0] = 0.625
    if language == "c":
        run("gcc", "-std=c11", *STRICT, main, "-o", tmp_path / "watch")
        said = run(tmp_path / "watch")
    elif language == "python":
        said = run(sys.executable, main)
    else:
        modules, objects = swift_flags()
        run("swiftc", "-swift-version", "6", *modules, *objects, tmp_path / source, main, "-o", tmp_path / "watch")
        said = run(tmp_path / "watch")
    assert float(said.split()[0]) == 0.625
