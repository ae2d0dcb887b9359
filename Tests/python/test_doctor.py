"""What doctor says of this machine and of a config on it, and that launch says it too, before anything starts."""

import json
import os
import resource
import subprocess
import time
from pathlib import Path

import pytest
from conftest import BINARIES, ccluster, config_of, processes_of, wait_until

GO2 = str(config_of("go2"))
# Five steps are too few to settle.
SHORT = ["controllers.count=2", "simulator.parameters.tolerance=null"]
FIFO = "controllers.scheduling={policy: fifo, priority: 10}"


def limited(**limits):
    """Sets limits of the child; its hard ones too, so that nobody raises them again."""
    def apply():
        for name, value in limits.items():
            resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (value, value))
    return apply


def doctor(*arguments, **options):
    run = ccluster("doctor", *arguments, "--json", **options)
    return run.returncode, json.loads(run.stdout)


def by_id(report, topic):
    found, = (finding for finding in report["findings"] if finding["id"] == topic)
    return found


def test_what_it_measures_is_what_the_machine_says():
    status, report = doctor(preexec_fn=limited(NOFILE=3000))
    facts = report["facts"]
    assert facts["limits"]["descriptors"] == {"soft": 3000, "hard": 3000}
    assert facts["cores"]["usable"] == sorted(os.sched_getaffinity(0))
    space = os.statvfs("/dev/shm")
    assert facts["shared_memory"]["total"] == space.f_blocks * space.f_frsize
    assert facts["kernel"] == os.uname().release
    assert facts["user"]["uid"] == os.getuid()
    assert by_id(report, "descriptors")["value"] == "3,000"
    assert report["needs"] is None
    severities = ["ok", "note", "warning", "error"]
    assert report["worst"] == max((finding["severity"] for finding in report["findings"]), key=severities.index)
    assert status == (1 if report["worst"] == "error" else 0)
    for finding in report["findings"]:
        assert finding["value"], finding
        assert (finding["reason"] is None) == (finding["severity"] == "ok"), finding


def test_the_page_is_aligned_plain_in_a_pipe_and_each_cure_a_line_of_its_own():
    run = ccluster("doctor", preexec_fn=limited(NOFILE=200))
    assert (run.returncode, run.stderr) == (0, "")
    assert "\x1b" not in run.stdout
    lines = run.stdout.splitlines()
    index = next(i for i, line in enumerate(lines) if " descriptors " in line)
    column = lines[index].index("200")
    assert lines[index][0] == "!"
    assert lines[index + 1][:column].isspace() and lines[index + 1][column:].startswith("the launcher holds four")
    assert lines[index + 2] == " " * column + "$ sudo prlimit --pid $$ --nofile=1024:1024"
    for line in lines[:-1]:
        if line[0] != " ":
            assert line[column - 2:column] == "  " and line[column] != " ", line
    assert lines[-1].startswith("this machine: ")


def test_its_cure_of_a_limit_cures():
    # prlimit needs no sudo here: a limit that is lowered in a child is raised by root alone.
    if os.getuid() != 0:
        pytest.skip("only root raises limits")
    script = (f'ulimit -n 256; cure=$("{BINARIES}/ccluster" doctor "{GO2}" --set controllers.count=200 | grep nofile); '
              f'[[ $cure == *"sudo prlimit"* ]] || exit 3; eval "${{cure#*sudo }}" || exit 4; '
              f'exec "{BINARIES}/ccluster" doctor "{GO2}" --set controllers.count=200')
    run = subprocess.run(["bash", "-c", script], capture_output=True, text=True, timeout=60)
    if run.returncode == 4:
        pytest.skip("this root may not raise limits: " + run.stderr.strip())
    assert run.returncode == 0, run.stdout + run.stderr


def test_an_object_that_nobody_owns_is_named_with_its_size_and_how_to_remove_it():
    name = f"ccluster.{os.getuid()}.test-{os.getpid()}-stale"
    path = Path("/dev/shm") / name
    path.write_bytes(b"x" * 10000)
    try:
        assert name not in ccluster("doctor").stdout, "its server may be about to lock it"
        os.utime(path, (time.time() - 60,) * 2)
        _, report = doctor()
        finding = by_id(report, "stale-memory")
        assert finding["severity"] == "warning"
        assert {"name": name, "bytes": 12288} in report["facts"]["stale_objects"]
        words = finding["cure"].split()
        assert words[:2] == ["ccluster", "clean"]
        # Others' leftovers are none of this test's business.
        own = name.split(".", 2)[2]
        assert own in words
        assert ccluster("clean", own).returncode == 0
        assert not path.exists()
    finally:
        path.unlink(missing_ok=True)


def test_a_cluster_that_runs_is_not_called_stale(cluster):
    cluster.start(GO2, sets=["controllers.count=2", "simulator.steps=0"])
    cluster.wait_for_text("registered in")
    os.utime(cluster.memory, (1, 1))
    assert cluster.memory.name not in ccluster("doctor").stdout
    cluster.send(15)
    cluster.wait()


def test_what_a_config_needs_is_what_its_run_then_has(cluster):
    sets = ["controllers.count=12", "controllers.per_process=2"]
    arguments = [word for item in sets for word in ("--set", item)]
    _, report = doctor(GO2, *arguments)
    needs = report["needs"]
    cluster.start(GO2, sets=[*sets, "simulator.steps=0"])
    cluster.wait_for_text("registered in")
    wait_until(lambda: cluster.children("ccluster-simulator"), what="the simulator")
    pids = processes_of(cluster.segment) + [cluster.launcher.pid]
    assert needs["processes"] == len(set(pids))
    assert needs["threads"] == sum(len(os.listdir(f"/proc/{pid}/task")) for pid in pids)
    assert needs["shared_memory"] == cluster.memory.stat().st_size
    descriptors = max(len(os.listdir(f"/proc/{pid}/fd")) for pid in pids)
    assert descriptors <= needs["descriptors"] <= descriptors + 32
    cluster.send(15)
    cluster.wait()


# Before anything starts --------------------------------------------------------------------------------------------


def test_launch_ends_before_it_starts_anything_and_says_what_doctor_says(cluster):
    sets = ["controllers.count=100"]
    assert cluster.run(GO2, sets=sets, preexec_fn=limited(NOFILE=256)) == 1
    status, report = doctor(GO2, "--set", sets[0], preexec_fn=limited(NOFILE=256))
    finding = by_id(report, "descriptors")
    assert (status, finding["severity"], finding["concerns"]) == (1, "error", "config")
    assert cluster.text.splitlines() == [
        f"ccluster: error: descriptors, {finding['value']}: {finding['reason']}", f"cure: {finding['cure']}"]
    # As many as are needed are enough.
    needed = report["needs"]["descriptors"]
    assert doctor(GO2, "--set", sets[0], preexec_fn=limited(NOFILE=needed))[0] == 0
    assert doctor(GO2, "--set", sets[0], preexec_fn=limited(NOFILE=needed - 1))[0] == 1


def test_as_many_descriptors_as_are_asked_for_are_enough(cluster):
    _, report = doctor(GO2, "--set", "controllers.count=40")
    limit = limited(NOFILE=report["needs"]["descriptors"])
    assert cluster.run(GO2, "--steps", "5", sets=["controllers.count=40", SHORT[1]], preexec_fn=limit) == 0, cluster.text


def test_a_dry_run_shows_it_and_goes_on(cluster):
    assert cluster.run(GO2, "--dry-run", sets=["controllers.count=100"], preexec_fn=limited(NOFILE=256)) == 0
    assert "ccluster: warning: descriptors, 256: the launcher needs 4" in cluster.text
    assert "controller-99" in cluster.text


def test_more_memory_than_there_is_ends_a_launch_at_its_place(cluster, tmp_path):
    free = os.statvfs("/dev/shm")
    row = 1 << 29  # bytes
    count = free.f_blocks * free.f_frsize // row + 1
    (tmp_path / "big.yaml").write_text(
        f"ccluster: 1\nname: x\nextends: [{GO2}]\ncontrollers: {{count: {count}}}\n"
        f"buffers: {{big: {{writer: controller, fields: {{x: [{row // 4}]}}}}}}\n")
    assert cluster.run(tmp_path / "big.yaml") == 1
    assert "big.yaml:4:22: error: the cluster takes " in cluster.text
    assert "registered" not in cluster.text
    status, report = doctor(str(tmp_path / "big.yaml"))
    finding = by_id(report, "shared-memory")
    assert (status, finding["severity"]) == (1, "error")
    assert finding["place"].endswith("big.yaml:4:22")
    assert finding["cure"].startswith(("sudo mount -o remount,size=", "docker run", "podman run"))


def test_a_program_that_is_not_there_ends_a_launch_at_its_place(cluster):
    program = "simulator.program={command: [/no/such/program]}"
    assert cluster.run(GO2, sets=[program]) == 1
    assert "error: there is no executable '/no/such/program' on this machine" in cluster.text
    assert "registered" not in cluster.text
    _, report = doctor(GO2, "--set", program)
    finding = by_id(report, "programs")
    assert finding["severity"] == "error" and "/no/such/program" in finding["reason"]


def test_priorities_that_this_user_may_not_have_are_told_with_the_command_that_permits_them():
    # Without the capability that lifts the limit, whoever runs this.
    bare = ["setpriv", "--bounding-set", "-sys_nice,-ipc_lock", "--inh-caps", "-all"] if os.getuid() == 0 else []
    run = subprocess.run(
        [*bare, BINARIES / "ccluster", "doctor", GO2, "--set", FIFO, "--json"], capture_output=True, text=True, timeout=60,
        preexec_fn=limited(RTPRIO=0))
    assert run.returncode == 1, run.stderr
    findings = [finding for finding in json.loads(run.stdout)["findings"] if finding["id"] == "real-time"]
    assert "no real-time priority is permitted" in findings[0]["reason"]
    assert findings[0]["cure"] == "sudo prlimit --pid $$ --rtprio=10:10"


def test_only_what_a_config_asks_for_is_told_by_launch(cluster):
    environment = {"OMP_NUM_THREADS": "8"}
    assert cluster.run(GO2, "--steps", "5", sets=SHORT, environment=environment) == 0
    assert "ccluster:" not in cluster.text
    run = ccluster("doctor", env={**os.environ, **environment})
    assert "· thread-variables  OMP_NUM_THREADS=8\n" in run.stdout
    assert "$ unset OMP_NUM_THREADS\n" in run.stdout


def test_libraries_that_bind_all_controllers_to_the_same_cores_are_told(cluster):
    assert cluster.run(GO2, "--steps", "5", sets=SHORT, environment={"OMP_PROC_BIND": "true"}) == 0
    assert "ccluster: warning: thread-variables, OMP_PROC_BIND=true: " in cluster.text
    assert "cure: unset OMP_PROC_BIND\n" in cluster.text


@pytest.mark.parametrize("arguments, status", [(["--set", "a=b"], 64), (["nowhere.yaml"], 2), (["--no"], 64)])
def test_a_mistake_is_told_as_everywhere(arguments, status):
    run = ccluster("doctor", *arguments)
    assert (run.returncode, run.stdout) == (status, "") and run.stderr
