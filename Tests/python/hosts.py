"""Several hosts on one machine, made of namespaces: each has its own network, name, processes, /dev/shm, home and temporary
directory; files are shared. A bridge joins them, in a network namespace of its own, so that nothing of it is seen
outside and every rig may have the same addresses.

    with Hosts("a", "b", "c") as hosts:
        hosts["a"].run("mpirun", "--host", "a,b,c", "hostname")

A host is a process namespace. Its first process is this file, run as `hosts.py init`: it ends when the pipe from whoever
made it closes, whatever killed that one, and the kernel then ends all that runs on the host, and forgets its network and
its memory. What runs there is started by it, on request over a socket in the rig's directory; `hosts.py enter` is such a
request, and what Open MPI takes in place of ssh.
"""

import array
import contextlib
import json
import os
import selectors
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ADDRESSES = "10.77.0."
WAIT = 60  # s, for whatever should take an instant
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
TOOLS = {name: shutil.which(name, path=PATH) for name in ("unshare", "nsenter", "ip", "tc", "mount")}


class Unavailable(Exception):
    """Why there are no such hosts here."""


# ---- On a host: its first process. ----

def main_init(directory, name):
    """Prepares the host, says so on standard output, and starts what it is asked to, until standard input closes."""
    socket.sethostname(name)
    for arguments in (["-t", "tmpfs", "-o", "mode=1777", "tmpfs", "/dev/shm"], ["--bind", f"{directory}/hosts", "/etc/hosts"]):
        subprocess.run([TOOLS["mount"], *arguments], check=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    listener.bind(f"{directory}/{name}/socket")
    listener.listen(64)
    woken, waker = socket.socketpair()
    waker.setblocking(False)
    signal.set_wakeup_fd(waker.fileno())
    signal.signal(signal.SIGCHLD, lambda *_: None)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    selector = selectors.DefaultSelector()
    for watched in (sys.stdin.fileno(), listener, woken):
        selector.register(watched, selectors.EVENT_READ)
    os.write(1, b"ready\n")
    asking = {}
    while True:
        for key, _ in selector.select():
            if key.fileobj == sys.stdin.fileno():
                return 0
            if key.fileobj is listener:
                connection = listener.accept()[0]
                connection.settimeout(5)  # who connects and then cannot ask would hold up all others
                # Whoever has asked may be gone by now.
                with contextlib.suppress(OSError):
                    start_requested(connection, asking)
            else:
                woken.recv(4096)
        # Orphans of the host come here, and go.
        with contextlib.suppress(ChildProcessError):
            while True:
                pid, status = os.waitpid(-1, os.WNOHANG)
                if pid == 0:
                    break
                if pid in asking:
                    with contextlib.suppress(OSError), asking.pop(pid) as connection:
                        connection.send(struct.pack("i", os.waitstatus_to_exitcode(status)))


def start_requested(connection, asking):
    """Starts the command of a request with the streams that came along, and answers with its pid as the asker sees it. One
    who only looks who is here asks for nothing. `asking`: who is to hear of which end."""
    message, ancillary, _, _ = connection.recvmsg(1 << 20, socket.CMSG_SPACE(12), socket.MSG_CMSG_CLOEXEC)
    if not message:
        return
    request = json.loads(message)
    streams = array.array("i")
    streams.frombytes(ancillary[0][2])
    executed, executing = os.pipe()
    pid = os.fork()
    asking[pid] = connection
    if pid == 0:
        try:
            os.setsid()
            for stream, descriptor in enumerate(streams):
                os.dup2(descriptor, stream)
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGPIPE, signal.SIGXFSZ):
                signal.signal(number, signal.SIG_DFL)
            signal.set_wakeup_fd(-1)
            os.chdir(request["directory"])
            os.execvpe(request["command"][0], request["command"], request["environment"])
        except OSError as error:
            os.write(2, f"{socket.gethostname()}: {request['command'][0]}: {error}\n".encode())
        os._exit(127)
    for descriptor in (*streams, executing):
        os.close(descriptor)
    # Closed by exec: from then on it goes by its own name.
    os.read(executed, 1)
    os.close(executed)
    credentials = struct.pack("iII", pid, 0, 0)
    connection.sendmsg([b"started"], [(socket.SOL_SOCKET, socket.SCM_CREDENTIALS, credentials)])


# ---- From outside, or from another host. ----

def request(directory, name, command, environment, working_directory, streams):
    """Asks a host for a process: the connection, on which its end will be told, and its pid here (0: not seen from here)."""
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    connection.connect(f"{directory}/{name}/socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
    message = json.dumps({"command": command, "environment": environment, "directory": working_directory}).encode()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
    connection.sendmsg([message], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", streams))])
    answer, ancillary, _, _ = connection.recvmsg(64, socket.CMSG_SPACE(12))
    if answer != b"started":
        raise OSError(f"host {name} has ended")
    return connection, struct.unpack("iII", ancillary[0][2])[0]


def login(directory, name):
    """What a process on a host begins with, as after ssh: nothing of whoever asked for it."""
    home = f"{directory}/{name}/home"
    return {
        "PATH": f"{directory}/bin:{PATH}", "HOME": home, "TMPDIR": f"{directory}/{name}/tmp", "LANG": "C.UTF-8", "USER": "root",
        "SHELL": "/bin/sh", "XDG_STATE_HOME": f"{home}/.local/state",
        "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1", "OMPI_MCA_plm_rsh_agent": f"{directory}/agent",
    }


def main_enter(directory, name, *words):
    """`ssh`: a shell on another host runs the words; its exit status."""
    if not os.path.exists(f"{directory}/{name}/socket"):
        print(f"ssh: Could not resolve hostname {name}: Name or service not known", file=sys.stderr)
        return 255
    connection, _ = request(directory, name, ["/bin/sh", "-c", " ".join(words)], login(directory, name),
                            f"{directory}/{name}/home", [0, 1, 2])
    status = connection.recv(4)
    return struct.unpack("i", status)[0] & 0xFF if status else 255


class Process:
    """A process on a host, started from outside. `pid` is what it is known by outside."""

    def __init__(self, connection, pid):
        self.connection = connection
        self.pid = pid
        self.returncode = None

    def poll(self):
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.wait(0)
        return self.returncode

    def wait(self, timeout=WAIT):
        """The exit status, negative for a signal; `None` if its host went first."""
        if self.connection is not None:
            self.connection.settimeout(timeout or 1e-9)
            try:
                status = self.connection.recv(4)
            except (TimeoutError, socket.timeout, BlockingIOError):
                raise subprocess.TimeoutExpired(str(self.pid), timeout) from None
            self.connection.close()
            self.connection = None
            self.returncode = struct.unpack("i", status)[0] if status else None
        return self.returncode

    def send(self, number):
        if self.connection is not None:
            os.kill(self.pid, number)

    def interrupt(self):
        """Ctrl-C: to all of its process group."""
        if self.connection is not None:
            os.killpg(self.pid, signal.SIGINT)


class Host:
    """One host: its name, its address, and what runs on it."""

    def __init__(self, rig, name, number):
        self.name = name
        self.address = f"{ADDRESSES}{number}"
        self.port = f"port{number}"  # of the switch
        self.rig = rig
        self.directory = rig.directory / name
        for directory in (self.directory / "home", self.directory / "tmp"):
            directory.mkdir(parents=True)
        self.environment = login(rig.directory, name)
        self._init = None
        self.pid = None

    def _begin(self):
        self._init = subprocess.Popen(
            [TOOLS["unshare"], "--net", "--uts", "--ipc", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc",
             sys.executable, "-S", "-E", __file__, "init", str(self.rig.directory), self.name],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd="/", start_new_session=True)

    def _await(self):
        if self._init.stdout.readline() != b"ready\n":
            self._init.stdin.close()
            raise Unavailable(f"no namespaces here: {self._init.stderr.read().decode(errors='replace').strip()}")
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as probe:
            probe.connect(str(self.directory / "socket"))
            # Of who listens there, as it is known here.
            peer = probe.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
            self.pid = struct.unpack("iII", peer)[0]

    def power_off(self):
        """All at once, as if its plug were pulled: no process of it is left when this returns."""
        if self._init is not None:
            self._init.stdin.close()
            try:
                self._init.wait(WAIT)
            finally:
                self._init.kill()
                for stream in (self._init.stdout, self._init.stderr):
                    stream.close()

    def start(self, *command, environment=None, directory=None, stdin=subprocess.DEVNULL, stdout=None, stderr=None):
        """Starts a command, with the host's login environment and what is added to it; streams as `subprocess.Popen` takes
        files, None for this process's own."""
        with contextlib.ExitStack() as stack:
            null = stack.enter_context(open(os.devnull, "r+b"))

            def descriptor(stream, own):
                if stream is None:
                    return own
                return null.fileno() if stream == subprocess.DEVNULL else stream if isinstance(stream, int) else stream.fileno()

            streams = [descriptor(stream, own) for own, stream in enumerate((stdin, stdout, stderr))]
            made = {**self.environment, **(environment or {})}
            return Process(*request(self.rig.directory, self.name, [str(word) for word in command], made,
                                    str(directory or self.directory / "home"), streams))

    def run(self, *command, timeout=WAIT, **options):
        """Runs a command to its end: a `subprocess.CompletedProcess` with text. Its process group is killed at the timeout."""
        with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
            process = self.start(*command, stdout=output, stderr=errors, **options)
            try:
                status = process.wait(timeout)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                raise

            def text(file):
                file.seek(0)
                return file.read().decode(errors="replace")

            return subprocess.CompletedProcess(command, status, text(output), text(errors))

    def processes(self, text=""):
        """Living processes whose command line contains a text: pid, as it is known outside, to command line. Neither the
        host's first process nor zombies; `hosts.py enter` waits there as ssh would."""
        found = {}
        mine = os.readlink(f"/proc/{self.pid}/ns/pid")
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit() or int(entry.name) == self.pid:
                continue
            with contextlib.suppress(OSError):
                if os.readlink(entry / "ns" / "pid") != mine:
                    continue
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
                state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
                if text in command and state != "Z":
                    found[int(entry.name)] = command
        return found

    def memory(self):
        """Names of the objects in its /dev/shm."""
        return sorted(os.listdir(f"/proc/{self.pid}/root/dev/shm"))

    def kill(self, text, number=signal.SIGKILL):
        """Sends a signal to every process whose command line contains a text; their command lines. None found is an error."""
        found = self.processes(text)
        assert found, f"nothing on host {self.name} is called {text!r}: {self.processes()}"
        for pid in found:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
        return found

    def bind(self, cores):
        """Gives whatever is started on the host from now on these cores, and no others."""
        os.sched_setaffinity(self.pid, cores)

    def cut(self):
        """Takes the host off the network, as `ip link down` does. It keeps its addresses."""
        self._link("down")

    def mend(self):
        self._link("up")

    def shape(self, rate):
        """Gives the host's link a speed, in bit/s, each way."""
        burst = max(32000, int(rate / 8 * 50e-6))
        for pid, device in ((self.pid, "eth0"), (self.rig.switch.pid, self.port)):
            self.rig.in_network(pid, [TOOLS["tc"], "qdisc", "replace", "dev", device, "root", "tbf", "rate", f"{rate:.0f}bit",
                                      "burst", str(burst), "limit", "4000000"])

    def _link(self, state):
        self.rig.ip(self.pid, f"link set eth0 {state}")


class Hosts:
    """The rig: hosts by their names, in order. What cannot be made says why by `Unavailable`, and nothing of it is left."""

    def __init__(self, *names):
        self.names = names
        self._hosts = {}

    def __enter__(self):
        missing = [name for name, path in TOOLS.items() if path is None]
        if missing:
            raise Unavailable(f"{', '.join(missing)} not installed: .ci/require mpi installs them")
        if os.getuid() != 0:
            raise Unavailable("only root may make networks of namespaces")
        with contextlib.ExitStack() as stack:
            # Short, because names of sockets are: Open MPI makes some below it.
            self.directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="cluster-hosts-", dir="/tmp")))
            self._write_files()
            self.switch = Host(self, "switch", 254)
            for number, name in enumerate(self.names, 1):
                self._hosts[name] = Host(self, name, number)
            everything = [self.switch, *self]
            for host in everything:
                stack.callback(host.power_off)
                host._begin()
            for host in everything:
                host._await()
            self._connect()
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_):
        self._stack.close()

    def __getitem__(self, key):
        return self._hosts[key]

    def __iter__(self):
        return iter(self._hosts.values())

    def __len__(self):
        return len(self._hosts)

    def _write_files(self):
        lines = ["127.0.0.1 localhost"] + [f"{ADDRESSES}{number} {name}" for number, name in enumerate(self.names, 1)]
        (self.directory / "hosts").write_text("\n".join(lines) + "\n")
        (self.directory / "bin").mkdir()
        agent = self.directory / "agent"
        agent.write_text(f"#!/bin/sh\nexec {sys.executable} -S -E {__file__} enter {self.directory} \"$@\"\n")
        agent.chmod(0o755)

    def _connect(self):
        self.ip(self.switch.pid, "link add br0 type bridge", "link set br0 up")
        for host in self:
            self.ip(self.switch.pid, f"link add name {host.port} type veth peer name eth0 netns {host.pid}",
                    f"link set {host.port} master br0 up")
            self.ip(host.pid, f"addr add {host.address}/24 dev eth0", "link set eth0 up", "link set lo up")

    def ip(self, pid, *commands):
        """Lines of ip(8) in the network of a process."""
        self.in_network(pid, [TOOLS["ip"], "-batch", "-"], "\n".join(commands))

    def in_network(self, pid, command, text=""):
        run = subprocess.run([TOOLS["nsenter"], "-t", str(pid), "--net", *command], input=text, capture_output=True, text=True,
                             timeout=WAIT)
        if run.returncode != 0:
            raise Unavailable(f"{' '.join(command[1:])} {text}: {run.stderr.strip()}")


if __name__ == "__main__":
    sys.exit({"init": main_init, "enter": main_enter}[sys.argv[1]](*sys.argv[2:]))
