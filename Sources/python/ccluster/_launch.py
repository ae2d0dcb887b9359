"""A cluster for a script or a notebook: launched, stepped, stopped."""

import ctypes
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from contextlib import contextmanager
from typing import Any, Dict, Iterator, Optional

from ._client import Client
from ._errors import ClusterError, LaunchFailed, NotFound, NotReady, ServerDead, ServerGone, Stopped

_PR_SET_PDEATHSIG = 1


@contextmanager
def launch(
        config: Any, sets: Optional[Dict[str, Any]] = None, name: Optional[str] = None, program: Optional[str] = None,
        timeout: float = 200.0) -> Iterator[Client]:
    """Runs `ccluster launch CONFIG --no-simulator`, and is its client.

    >>> with ccluster.launch("go2.yaml", {"controllers.count": 4}) as client:
    ...     for step in range(1000):
    ...         client.solve()

    config: the path of a cluster.yaml.
    sets: values that replace those of the config, by their paths; YAML, or what prints as YAML.
    name: the cluster's, in place of that of the config.
    program: of `ccluster`, when it is not in PATH.
    timeout: until all controllers have registered, s; `startup_timeout` of the config ends it, too.

    The run is stopped in order at the end of the block, and when this process dies, if it is launched from the main thread.
    Raises LaunchFailed with what it printed.
    """
    found = program or shutil.which("ccluster")
    if found is None:
        raise LaunchFailed("there is no program 'ccluster' in PATH: 'make install' puts it there, or give its path as 'program'")
    name = name or "{}-{}".format(os.path.splitext(os.path.basename(str(config)))[0], os.getpid())
    command = [found, "launch", str(config), "--no-simulator", "--name", name]
    for path, value in (sets or {}).items():
        text = {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)
        command += ["--set", "{}={}".format(path, text)]
    with tempfile.TemporaryFile() as output:
        launcher = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
            preexec_fn=_end_with_this_process())
        try:
            client = _wait_for(launcher, name, timeout, output)
            with client:
                yield client
        finally:
            _stop(launcher)


def _end_with_this_process() -> Any:
    # The kernel sends it when the *thread* ends that started the process.
    if threading.current_thread() is not threading.main_thread():
        return None
    libc = ctypes.CDLL(None)
    return lambda: libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)


def _wait_for(launcher: Any, name: str, timeout: float, output: Any) -> Client:
    """The client, once all controllers have registered."""
    end = time.monotonic() + timeout
    client = None  # type: Optional[Client]
    while True:
        if launcher.poll() is not None:
            raise LaunchFailed("'ccluster launch' ended with status {}:\n{}".format(launcher.returncode, _last(output)))
        if time.monotonic() > end:
            raise LaunchFailed("cluster '{}' did not come up within {} s:\n{}".format(name, timeout, _last(output)))
        try:
            client = client or Client.attach(name, patience=0.0)
            if all(slot.state not in ("vacant", "registering") for slot in client.slots()):
                return client
        except (NotFound, NotReady, ServerDead, Stopped, ServerGone):
            pass  # it is not there yet, or about to end, and then says why
        except ClusterError as error:
            raise LaunchFailed("{}\n{}".format(error, _last(output))) from error
        time.sleep(0.005)


def _last(output: Any) -> str:
    # Not by its offset, which the launcher shares.
    return os.pread(output.fileno(), 1 << 20, 0).decode(errors="replace")[-4000:]


def _stop(launcher: Any) -> None:
    # As Ctrl-C: in order. The launcher ends what does not end by itself.
    if launcher.poll() is None:
        launcher.send_signal(signal.SIGINT)
    launcher.wait()
