"""Slurm as Debian has it, which a test starts and ends: on this machine as it is, or with a node on each of several hosts."""

import os
import shutil
import socket
import subprocess

from conftest import WATCHDOG, wait_until
from hosts import PATH

PROGRAMS = {name: shutil.which(name, path=f"{os.environ['PATH']}:{PATH}")
            for name in ("slurmctld", "slurmd", "munged", "sbatch", "salloc", "srun", "squeue", "scontrol")}
# Others are shown on the way there: COMPLETING, or SIGNALING while the signal is under way.
ENDED = ("COMPLETED", "FAILED", "CANCELLED", "TIMEOUT", "NODE_FAIL", "OUT_OF_MEMORY")


def missing():
    """Why there is no Slurm here; None when there is."""
    names = [name for name, path in PROGRAMS.items() if path is None]
    if names:
        return f"{', '.join(names)} not installed: make test-slurm installs them"
    if os.getuid() != 0:
        return "only root may start jobs of others, and Slurm's daemons want to"
    return None


class Slurm:
    """A cluster of Slurm with an authentication of its own; where its daemons run is up to `_start` and `run`."""

    def __init__(self, directory, controller, nodes, ports=()):
        self.directory = directory
        self.nodes = nodes
        for name in ("state", "spool"):
            (directory / name).mkdir(parents=True)
        (directory / "munge.key").write_bytes(os.urandom(128))
        (directory / "munge.key").chmod(0o400)
        # Loaded always, and used by none of the plugins below.
        (directory / "cgroup.conf").write_text("CgroupPlugin=cgroup/v1\n")
        lines = [f"NodeName={name} {words}" for name, words in nodes.items()]
        lines += [f"{name}Port={port}" for name, port in zip(("Slurmctld", "Slurmd"), ports)]
        (directory / "slurm.conf").write_text("\n".join(lines) + f"""
ClusterName=test
SlurmctldHost={controller}
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
SlurmdParameters=config_overrides
StateSaveLocation={directory}/state
SlurmdSpoolDir={directory}/spool/%n
SlurmctldPidFile={directory}/slurmctld.pid
SlurmdPidFile={directory}/slurmd.%n.pid
SlurmctldLogFile={directory}/slurmctld.log
SlurmdLogFile={directory}/slurmd.%n.log
ReturnToService=2
PartitionName=test Nodes=ALL Default=YES MaxTime=INFINITE State=UP
""")
        self.environment = {"SLURM_CONF": str(directory / "slurm.conf")}

    def _munged(self):
        return ["munged", "--foreground", "--force", f"--socket={self.directory}/munge.socket",
                f"--key-file={self.directory}/munge.key", f"--pid-file={self.directory}/munged.pid",
                f"--seed-file={self.directory}/munge.seed", f"--log-file={self.directory}/munged.log"]

    def _await_munge(self):
        wait_until((self.directory / "munge.socket").exists, 10, "munged")

    def _await_nodes(self):
        wait_until(lambda: self.run("sinfo", "-h", "-N", "-o", "%t").stdout.split() == ["idle"] * len(self.nodes), 30,
                   f"the nodes: {self.log()}")

    def submit(self, *arguments):
        run = self.run("sbatch", "--parsable", *arguments)
        assert run.returncode == 0, run.stderr
        return run.stdout.strip().split(";")[0]

    def job(self, number):
        run = self.run("scontrol", "show", "job", number)
        return dict(word.split("=", 1) for word in run.stdout.split() if "=" in word)

    def await_end(self, number, timeout):
        wait_until(lambda: self.job(number)["JobState"] in ENDED, timeout, f"the job's end: {self.log()}")

    def log(self):
        return "\n".join(path.read_text(errors="replace")[-3000:] for path in
                         [*self.directory.glob("*.log"), *self.directory.glob("*.out")])


class SlurmHere(Slurm):
    """One node, this machine's own, on its loopback."""

    def __init__(self, directory):
        self.host = socket.gethostname().split(".")[0]
        self.processes = []
        memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") >> 21
        node = f"NodeAddr=127.0.0.1 CPUs={len(os.sched_getaffinity(0))} RealMemory={memory}"
        super().__init__(directory, f"{self.host}(127.0.0.1)", {self.host: node}, [free_port(), free_port()])
        self.environment = {**os.environ, **self.environment}

    def start(self):
        self._start(*self._munged())
        self._await_munge()
        self._start("slurmctld", "-D")
        self._start("slurmd", "-D", "-N", self.host)
        self._await_nodes()

    def _start(self, name, *arguments):
        with open(self.directory / f"{name}.out", "w") as output:
            self.processes.append(subprocess.Popen(
                [PROGRAMS[name], *arguments], env=self.environment, stdin=subprocess.DEVNULL, stdout=output,
                stderr=subprocess.STDOUT, cwd=self.directory, start_new_session=True))

    def run(self, *command):
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=WATCHDOG,
                              stdin=subprocess.DEVNULL, cwd=self.directory)

    def stop(self):
        for process in reversed(self.processes):
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


class SlurmOnHosts(Slurm):
    """A node on every host of a rig but the first, which users log in to and which the controller runs on. It ends with the
    rig."""

    def __init__(self, rig, cpus=4):
        self.login, *self.hosts = rig
        super().__init__(rig.directory / "slurm", f"{self.login.name}({self.login.address})",
                         {host.name: f"NodeAddr={host.address} CPUs={cpus} RealMemory=2000" for host in self.hosts})

    def start(self):
        self._start(self.login, *self._munged())
        self._await_munge()
        self._start(self.login, "slurmctld", "-D")
        for host in self.hosts:
            self._start(host, "slurmd", "-D", "-N", host.name)
        self._await_nodes()

    def _start(self, host, name, *arguments):
        with open(self.directory / f"{name}.{host.name}.out", "w") as output:
            host.start(name, *arguments, environment=self.environment, directory=self.directory, stdout=output, stderr=output)

    def run(self, *command, **options):
        return self.login.run(*command, environment=self.environment, directory=self.directory, **options)


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]
