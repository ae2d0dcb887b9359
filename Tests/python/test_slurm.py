"""An exported job under a real Slurm, which this test starts on this machine's loopback and ends again: `make test-slurm`."""

import json
import os
import shutil
import socket
import subprocess
from pathlib import Path

import pytest
from conftest import BINARIES, WATCHDOG, ccluster, config_of, descendants, wait_until

GO2 = str(config_of("go2"))
PROGRAMS = {name: shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/sbin")
            for name in ("slurmctld", "slurmd", "munged", "sbatch", "squeue", "scontrol")}

# Others are shown on the way there: COMPLETING, or SIGNALING while the signal is under way.
ENDED = ("COMPLETED", "FAILED", "CANCELLED", "TIMEOUT", "NODE_FAIL", "OUT_OF_MEMORY")


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Slurm:
    """Controller and node daemon of a cluster of one node, with an authentication of its own."""

    def __init__(self, directory):
        self.directory = directory
        self.processes = []
        self.host = socket.gethostname().split(".")[0]
        memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") >> 21
        for name in ("state", "spool"):
            (directory / name).mkdir()
        (directory / "munge.key").write_bytes(os.urandom(128))
        (directory / "munge.key").chmod(0o400)
        # Loaded always, and used by none of the plugins below.
        (directory / "cgroup.conf").write_text("CgroupPlugin=cgroup/v1\n")
        (directory / "slurm.conf").write_text(f"""
ClusterName=test
SlurmctldHost={self.host}(127.0.0.1)
SlurmctldPort={free_port()}
SlurmdPort={free_port()}
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket={directory}/munge.socket
CredType=cred/munge
MpiDefault=none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
StateSaveLocation={directory}/state
SlurmdSpoolDir={directory}/spool
SlurmctldPidFile={directory}/slurmctld.pid
SlurmdPidFile={directory}/slurmd.pid
SlurmctldLogFile={directory}/slurmctld.log
SlurmdLogFile={directory}/slurmd.log
ReturnToService=2
NodeName={self.host} NodeAddr=127.0.0.1 CPUs={len(os.sched_getaffinity(0))} RealMemory={memory}
PartitionName=test Nodes=ALL Default=YES MaxTime=INFINITE State=UP
""")
        self.environment = {**os.environ, "SLURM_CONF": str(directory / "slurm.conf")}

    def start(self):
        munge = self.directory / "munge.socket"
        self.spawn("munged", "--foreground", "--force", f"--socket={munge}", f"--key-file={self.directory}/munge.key",
                   f"--pid-file={self.directory}/munged.pid", f"--seed-file={self.directory}/munge.seed",
                   f"--log-file={self.directory}/munged.log")
        wait_until(munge.exists, 10, "munged")
        self.spawn("slurmctld", "-D")
        self.spawn("slurmd", "-D", "-N", self.host)
        wait_until(lambda: "idle" in self.run("sinfo", "-h", "-o", "%t").stdout, 30, f"the node: {self.log()}")

    def spawn(self, name, *arguments):
        with open(self.directory / f"{name}.out", "w") as output:
            self.processes.append(subprocess.Popen(
                [PROGRAMS[name], *arguments], env=self.environment, stdin=subprocess.DEVNULL, stdout=output,
                stderr=subprocess.STDOUT, cwd=self.directory, start_new_session=True))

    def run(self, *command, **options):
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=WATCHDOG,
                              stdin=subprocess.DEVNULL, **options)

    def submit(self, *arguments):
        run = self.run("sbatch", "--parsable", *arguments, cwd=self.directory)
        assert run.returncode == 0, run.stderr
        return run.stdout.strip().split(";")[0]

    def job(self, number):
        run = self.run("scontrol", "show", "job", number)
        return dict(word.split("=", 1) for word in run.stdout.split() if "=" in word)

    def log(self):
        return "\n".join(path.read_text(errors="replace")[-3000:] for path in
                         [*self.directory.glob("*.log"), *self.directory.glob("*.out")])

    def stop(self):
        for process in reversed(self.processes):
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@pytest.fixture(scope="module")
def slurm(tmp_path_factory):
    missing = [name for name, path in PROGRAMS.items() if path is None]
    if missing:
        pytest.skip(f"{', '.join(missing)} not installed: make test-slurm installs them")
    if os.getuid() != 0:
        pytest.skip("only root may start jobs of others, and Slurm's daemons want to")
    before = set(descendants())
    made = Slurm(tmp_path_factory.mktemp("slurm"))
    try:
        try:
            made.start()
        except AssertionError as error:
            pytest.skip(f"Slurm does not start here: {error}")
        yield made
    finally:
        made.stop()
        wait_until(lambda: set(descendants()) <= before, 10, "Slurm's processes to be gone")


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
    wait_until(lambda: slurm.job(number)["JobState"] in ENDED, 55, f"its end: {slurm.log()}")
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
    wait_until(lambda: slurm.job(number)["JobState"] in ENDED, 40, f"its end: {slurm.log()}")
    assert (slurm.directory / f"{cluster.name}-{number}/summary.json").exists(), log.read_text()
    cluster.assert_nothing_left()
