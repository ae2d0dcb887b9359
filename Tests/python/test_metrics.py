"""`ccluster metrics`: what Prometheus scrapes of a running cluster."""

import json
import os
import re
import shutil
import signal
import subprocess

import pytest
from conftest import ROOT, WATCHDOG, wait_until
from test_verbs import running, verb  # noqa: F401, a fixture


@pytest.fixture(autouse=True)
def stopped_in_the_end(cluster, verb):
    yield
    if cluster.memory.exists():
        verb("stop", cluster.name)

SAMPLE = re.compile(r'([a-z_]+)\{((?:[a-z_]+="(?:[^"\\\n]|\\["\\n])*",?)*)\} (\S+)')


def scrape(verb, cluster):
    """The samples by name and labels, without that of the cluster; promtool has read them before."""
    text = verb("metrics", cluster.name).stdout
    promtool = shutil.which("promtool") or ROOT / ".build/promtool/usr/bin/promtool"
    checked = subprocess.run([promtool, "check", "metrics"], input=text, capture_output=True, text=True, timeout=WATCHDOG)
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", ""), "it warns of what is not usual, too"
    samples = {}
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        name, labels, value = SAMPLE.fullmatch(line).groups()
        labels = dict(re.findall(r'([a-z_]+)="((?:[^"\\]|\\.)*)"', labels))
        assert labels.pop("cluster") == cluster.name
        key = (name, *sorted(labels.items()))
        assert key not in samples, "each once"
        samples[key] = float(value)
    return samples


def buckets(samples, name):
    found = {float(dict(key[1:])["le"]): value for key, value in samples.items() if key[0] == f"{name}_bucket"}
    assert list(found) == sorted(found) and list(found)[-1] == float("inf")
    counts = list(found.values())
    assert counts == sorted(counts), "they are cumulative"
    assert counts[-1] == samples[f"{name}_count",]
    return found


def is_counter(key):
    return key[0].endswith(("_total", "_bucket", "_sum", "_count"))


def test_promtool_takes_them_and_they_are_what_the_memory_says(cluster, verb):
    segment = running(cluster, 'robot.version="a\\"b\\\\c\\nd"')
    before = segment.steps
    samples = scrape(verb, cluster)
    after = segment.steps
    steps = samples["ccluster_step_duration_seconds_count",]
    assert before <= steps <= after + 1
    assert samples["ccluster_simulated_seconds_total",] / 0.02 == round(steps) or abs(
        samples["ccluster_simulated_seconds_total",] / 0.02 - steps) < 1.5
    times = buckets(samples, "ccluster_step_duration_seconds")
    mean = samples["ccluster_step_duration_seconds_sum",] / steps
    assert min(bound for bound, count in times.items() if count) / 2 <= mean <= min(
        bound for bound, count in times.items() if count == steps)
    solves = buckets(samples, "ccluster_solve_duration_seconds")[float("inf")]
    assert abs(solves - 3 * steps) <= 3
    each = [samples["ccluster_controller_solve_duration_seconds_count", ("controller", str(index))] for index in range(3)]
    assert abs(sum(each) - solves) <= 3
    assert samples["ccluster_state", ("state", "running")] == 1
    assert sum(value for key, value in samples.items() if key[0] == "ccluster_state") == 1
    for role in ("launcher", "server", "simulator"):
        assert samples["ccluster_process_up", ("role", role)] == 1
    info = next(key for key in samples if key[0] == "ccluster_info")
    assert dict(info[1:]) == {"robot": "go2", "robot_version": 'a\\"b\\\\c\\nd', "segment": cluster.segment}
    assert samples["ccluster_step_period_seconds",] == 0.02
    told = json.loads(verb("metrics", cluster.name, "--json").stdout)
    assert told["name"] == cluster.name
    names = {sample["name"] for family in told["families"] for sample in family["samples"]}
    assert names == {key[0] for key in samples}
    assert all(family["help"].endswith(".") and family["type"] in ("counter", "gauge", "histogram", "summary")
               for family in told["families"])


def test_failures_deaths_and_late_steps_are_counted_and_no_counter_ever_goes_down(cluster, verb):
    segment = running(
        cluster, "controllers.restart={policy: always, backoff: 10ms}", "controllers.solve_timeout=200ms",
        "controllers.parameters={fail_at: {controller: 0, step: 5}}")
    seen = scrape(verb, cluster)

    def look():
        nonlocal seen
        now = scrape(verb, cluster)
        fallen = {key: (value, now[key]) for key, value in seen.items() if is_counter(key) and now[key] < value}
        assert not fallen and now.keys() >= seen.keys()
        seen = now
        return now

    def of(name, index, *labels):
        return seen[f"ccluster_controller_{name}", *sorted([("controller", str(index)), *labels])]

    def states(index):
        return [key[2][1] for key, value in seen.items()
                if key[0] == "ccluster_controller_state" and key[1] == ("controller", str(index)) and value]

    wait_until(lambda: look() and states(0) == ["failed"], what="the failure")
    assert of("failures_total", 0) == 1 and of("failures_total", 1) == 0
    suspended = segment.pid(1)
    os.kill(suspended, signal.SIGSTOP)
    # Late it is a moment before its step ends and is counted.
    wait_until(lambda: look() and states(1) == ["late"] and of("late_steps_total", 1) == 1, what="the late one")
    os.kill(suspended, signal.SIGCONT)
    wait_until(lambda: look() and states(1) == ["active"], what="its return")
    os.kill(segment.pid(2), signal.SIGKILL)
    wait_until(lambda: look() and of("restarts_total", 2) == 1 and states(2) == ["active"], what="the restart")
    assert of("deaths_total", 2) == 1 and of("process_up", 2) == 1
    outcomes = {dict(key[1:])["outcome"]: value for key, value in seen.items() if key[0] == "ccluster_step_outcomes_total"}
    assert outcomes["failed"] == 1 and outcomes["late"] == 1 and outcomes["died"] <= 1 and outcomes["solved"] > 10
    solves = of("solve_duration_seconds_count", 2)
    wait_until(lambda: look() and of("solve_duration_seconds_count", 2) > solves, what="solves of the one that came back")
    # A simulator's successor counts on.
    verb("restart", cluster.name, "simulator")
    steps = seen["ccluster_step_duration_seconds_count",]
    wait_until(lambda: look()["ccluster_step_duration_seconds_count",] > steps + 10, what="more steps")
