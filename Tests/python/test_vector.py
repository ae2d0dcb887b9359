"""The vector environment of Gymnasium, from the wheel with its extra: what interop/environments.py checks."""

import pytest
import pythons
from conftest import BINARIES, config_of
from participants import SOURCES, words
from test_readme import README, blocks

# A controller that cannot solve for some actions.
FICKLE = """
import ccluster


class Fickle(ccluster.RHController):
    def __init__(self, context):
        super().__init__(context)
        self.reference = context.input("rhc_references", "joint_position")
        self.command = context.output("rhc_commands", "joint_position")

    def solve(self):
        reference = self.reference.read()
        if reference[0] > 0.2:
            raise ValueError("too far")
        self.command.write(self.context.homing + 0.1 * reference)


Fickle.main()
"""
OTHER_BUFFERS = """
extends: [CONFIG]
buffers:
  goal: {writer: tool, sync: latest, fields: {velocity: [3]}}
  weather: {writer: simulator, per: cluster, fields: {wind: [3]}}
  note: {writer: simulator, fields: {text: {shape: [8], dtype: char}}}
"""


@pytest.fixture
def check(tmp_path, cluster):
    """Runs a check, away from the sources, on the newest Python."""
    program = tmp_path / "environments.py"
    program.write_bytes((SOURCES / "environments.py").read_bytes())

    def check(name, *arguments, config=config_of("go2")):
        command = [pythons.python(pythons.TESTED[-1], "[gymnasium]"), "-W", "error", program, name]
        return pythons.run(*command, config, BINARIES / "ccluster", cluster.name, *arguments, cwd="/")

    return check


@pytest.mark.parametrize("mode", ["NEXT_STEP", "SAME_STEP", "DISABLED"])
def test_robots_behave_as_those_of_sync_vector_env(check, mode):
    check("same", mode)


def test_robots_whose_controllers_fail_behave_as_those_of_sync_vector_env(check, tmp_path):
    (tmp_path / "fickle.py").write_text(FICKLE)
    command = words([pythons.python(pythons.TESTED[-1], "[gymnasium]"), tmp_path / "fickle.py"])
    told = check("same", "NEXT_STEP", f"controllers.program={{command: {command}}}")
    assert " 0 failed" not in told


def test_spaces_are_those_of_the_fields(check, tmp_path):
    (tmp_path / "cluster.yaml").write_text(OTHER_BUFFERS.replace("CONFIG", str(config_of("go2"))))
    check("spaces", config=tmp_path / "cluster.yaml")


def test_a_robot_whose_controller_is_killed_comes_back(check):
    check("killed")


def test_wrappers_of_gymnasium_take_it(check):
    check("wrapped")


def test_the_environment_shown_works(cluster, tmp_path):
    program, = (block for block in blocks(README, "python") if "ClusterVectorEnv" in block)
    launch = f'ccluster.launch("{config_of("go2")}", {{"controllers.count": 4}}, "{cluster.name}", "{BINARIES / "ccluster"}")'
    program = program.replace('ccluster.launch("cluster.yaml", {"controllers.count": 4})', launch)
    assert launch in program
    print_shapes = "print([array.shape for array in observations.values()], rewards.shape, env.elapsed)"
    (tmp_path / "reach.py").write_text(f"import ccluster\n{program}\n{print_shapes}\n")
    told = pythons.run(pythons.python(pythons.TESTED[-1], "[gymnasium]"), "-W", "error", tmp_path / "reach.py", cwd="/")
    # An episode is 50 steps and one that begins the next: 200 are three of them and 47 steps.
    assert told == "[(4, 12), (4, 12)] (4,) [47 47 47 47]\n"


def test_without_gymnasium_the_rest_is_there():
    """On the oldest Python, too, for which there is none that is new enough."""
    program = "import ccluster\ntry:\n    import ccluster.vector\nexcept ImportError as error:\n    print(error)"
    for version in pythons.TESTED:
        told = pythons.run(pythons.python(version), "-c", program, cwd="/")
        assert "pip install 'ccluster[gymnasium]'" in told, told
        # Its syntax is of that Python as well.
        compile = "import compileall, ccluster; assert compileall.compile_dir(ccluster.__path__[0])"
        pythons.run(pythons.python(version), "-c", compile)
