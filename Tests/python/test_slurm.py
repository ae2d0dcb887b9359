"""An exported job under a real Slurm, which this test starts on this machine's loopback and ends again: `make test-slurm`."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import BINARIES, ROOT, WATCHDOG, ccluster, config_of, descendants, wait_until
from hosts import Hosts, Unavailable
from slurm import ENDED, SlurmHere, SlurmOnHosts, missing

GO2 = str(config_of("go2"))


def started(slurm):
    try:
        slurm.start()
    except AssertionError as error:
        pytest.skip(f"Slurm does not start here: {error}")
    return slurm


@pytest.fixture(scope="module")
def slurm(tmp_path_factory):
    if missing():
        pytest.skip(missing())
    before = set(descendants())
    made = SlurmHere(tmp_path_factory.mktemp("slurm"))
    try:
        yield started(made)
    finally:
        made.stop()
        wait_until(lambda: set(descendants()) <= before, 10, "Slurm's processes to be gone")


@pytest.fixture(scope="module")
def nodes():
    """Slurm with three nodes, each a host of its own, and one more that users log in to."""
    if missing():
        pytest.skip(missing())
    if shutil.which("mpirun") is None:
        pytest.skip("Open MPI is not installed: .ci/require mpi installs it")
    try:
        with Hosts("login", "n1", "n2", "n3") as hosts:
            yield started(SlurmOnHosts(hosts))
    except Unavailable as error:
        pytest.skip(str(error))


def export(slurm, cluster, *arguments):
    run = ccluster("export", "slurm", GO2, "--name", cluster.name, "--set", "controllers.count=2",
                   "--set", "simulator.steps=0", "--cores", "1", "-o", "job.sh", "--force", *arguments, cwd=slurm.directory)
    assert run.returncode == 0, run.stderr
    return slurm.directory / "job.sh"


def test_a_job_is_signalled_before_its_limit_and_ends_in_order_with_its_summary(slurm, cluster):
    script = export(slurm, cluster, "--time", "2min")
    # Slurm's least limit is a minute, and it looks twice a minute: the signal comes within half a minute of the start.
    number = slurm.submit("--time=1", str(script))
    log = slurm.directory / f"{cluster.name}-{number}.log"
    wait_until(lambda: log.exists() and "registered in" in log.read_text(), 30, f"the job: {slurm.log()}")
    job = slurm.job(number)
    assert (job["NumTasks"], job["CPUs/Task"], job["TimeLimit"]) == ("1", "1", "00:01:00")
    memory = next(line for line in script.read_text().splitlines() if "--mem=" in line).split("=")[1]
    assert memory in (job.get("MinMemoryNode"), job.get("mem"))
    # The batch process is the launcher itself.
    assert cluster.children("ccluster-server")
    slurm.await_end(number, 55)
    text = log.read_text()
    assert "stopping: SIGUSR1 received" in text and " steps at " in text, text
    assert "CANCELLED" not in text and "DUE TO TIME LIMIT" not in text
    assert slurm.job(number)["ExitCode"] == "138:0"
    summary = json.loads((Path(job["WorkDir"]) / f"{cluster.name}-{number}/summary.json").read_text())
    assert summary["reason"] == "SIGUSR1 received" and summary["steps"] > 0 and summary["seconds"] < 60
    cluster.assert_nothing_left()


def test_a_job_that_is_cancelled_leaves_its_summary_and_nothing_else(slurm, cluster):
    number = slurm.submit(str(export(slurm, cluster)))
    log = slurm.directory / f"{cluster.name}-{number}.log"
    wait_until(lambda: log.exists() and "registered in" in log.read_text(), 30, f"the job: {slurm.log()}")
    # SIGTERM, to every process of the job at once.
    slurm.run("scancel", number)
    slurm.await_end(number, 40)
    # Slurm says so before the last of its processes has ended.
    wait_until((slurm.directory / f"{cluster.name}-{number}/summary.json").exists, 20, log.read_text())
    cluster.assert_nothing_left()


def test_srun_and_mpirun_reach_every_node_of_an_allocation(nodes):
    run = nodes.run("salloc", "--quiet", "-N3", "--ntasks-per-node=1", "sh", "-c", "srun hostname; mpirun --bind-to none hostname")
    assert sorted(run.stdout.split()) == sorted(2 * ["n1", "n2", "n3"]), run.stderr


@pytest.fixture
def on_all_nodes(nodes, tmp_path):
    """Submits a job of a cluster on all nodes, and waits until it runs; its number and its output."""
    if subprocess.run([ROOT / ".ci" / "no-mpi", "has", BINARIES / "ccluster-agent"], timeout=WATCHDOG).returncode != 0:
        pytest.skip("ccluster-agent is built without MPI: 'make agent' builds it")

    def submit(steps, *arguments):
        script, output = tmp_path / "job.sh", tmp_path / "job.txt"
        script.write_text(f"""#!/bin/sh
exec {BINARIES}/ccluster launch {GO2} --hosts slurm --set name=job --set controllers.count=12 --set controllers.per_process=2 \\
  --set simulator.steps={steps} --set simulator.realtime=true --set simulator.parameters='{{tolerance: null}}'
""")
        number = nodes.submit("-N3", "--ntasks-per-node=1", "-c2", "--output", output, *arguments, script)
        wait_until(lambda: output.exists() and "registered in" in output.read_text() or nodes.job(number)["JobState"] in ENDED, 60,
                   f"the job: {nodes.log()}")
        assert "registered in" in output.read_text(), output.read_text() + nodes.log()
        return number, output

    yield submit
    wait_until(lambda: not any(host.processes("ccluster") or host.processes("orted") or host.memory() for host in nodes.hosts), 15,
               f"nothing to be left: {[(host.name, host.processes(), host.memory()) for host in nodes.hosts]}")


def test_a_job_runs_one_config_on_all_its_nodes(nodes, on_all_nodes):
    number, output = on_all_nodes(150, "--export=NONE")
    # Slurm has given each node as many CPUs, and so each has as many controllers.
    for host in nodes.hosts:
        assert len(host.processes("ccluster-controller")) == 2, host.processes()
        assert host.memory() == ["ccluster.0.job" if host.name == "n1" else f"ccluster.0.job.{host.name}"]
    nodes.await_end(number, 60)
    text = output.read_text()
    assert nodes.job(number)["ExitCode"] == "0:0", text
    assert "12 controllers on 3 hosts registered" in text and "150 steps at" in text, text
    # It was srun that has started MPI's daemons.
    assert f"launch task StepId={number}.0" in nodes.log()


def test_a_job_on_all_nodes_that_is_cancelled_leaves_nothing_on_any(nodes, on_all_nodes):
    number, _ = on_all_nodes(0)
    nodes.run("scancel", number)
    nodes.await_end(number, 40)


def test_a_launch_from_where_the_user_has_logged_in_takes_the_nodes_of_its_allocation(nodes, on_all_nodes):
    run = nodes.run("salloc", "--quiet", "-N3", "--ntasks-per-node=1", "-c2", BINARIES / "ccluster", "launch", GO2, "--hosts", "slurm",
                    "--set", "name=job", "--set", "controllers.count=6", "--set", "simulator.steps=20",
                    "--set", "simulator.parameters={tolerance: null}")
    assert run.returncode == 0, run.stdout + run.stderr
    # The simulator is here, and the controllers are there.
    assert "6 controllers on 4 hosts registered" in run.stderr and "20 steps at" in run.stderr, run.stderr
