"""`ccluster dashboard` in a real browser: what the page shows of a real cluster, what its buttons do, and who is kept out.

    .venv/bin/python Tests/python/test_dashboard.py frames 800     frames a second of the page, and steps a second beside it
    .venv/bin/python Tests/python/test_dashboard.py pictures DIR   the page by day, by night and on a phone
"""

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy
import pytest
from browser import CHROMIUM, Browser
from conftest import BINARIES, ROOT, WATCHDOG, Cluster, ccluster, config_of, is_stopped, wait_until
from segment import attach
from test_verbs import running, verb  # noqa: F401, a fixture
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

LIBRARY = ROOT / ".build" / "dashboard"
SCRIPT = "uplot/static/uPlot.iife.js"
CURE = f"python3 -m pip install --no-deps --target {LIBRARY} -r .ci/dashboard.txt"
needs_library = pytest.mark.skipif(not (LIBRARY / SCRIPT).exists(), reason=f"uPlot is not here: {CURE}")
needs_browser = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is here: apt-get install chromium")
pytestmark = needs_library


def environment(home, **more):
    """The library as a user has it: in the data directory of his home."""
    place = home / "ccluster" / "dashboard"
    if not place.exists():
        place.parent.mkdir(parents=True)
        place.symlink_to(LIBRARY)
    return {**os.environ, "XDG_DATA_HOME": str(home), **more}


class Dashboard:
    def __init__(self, cluster, *arguments, port=0):
        self.cluster = cluster
        self.process = subprocess.Popen(
            [BINARIES / "ccluster", "dashboard", cluster.name, "--json", "--port", str(port), *arguments],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env=environment(cluster.directory / "data", XDG_STATE_HOME=str(cluster.state)))
        line = self.process.stdout.readline()
        assert line, self.process.stderr.read()
        told = json.loads(line)
        self.url, self.port, self.token = told["url"], told["port"], told["token"]
        assert told["pid"] == self.process.pid and told["name"] == cluster.name

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        self.process.stderr.close()

    def request(self, method="POST", path="/request", body=None, **headers):
        """Status and answer; headers by their names with _ for -."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=WATCHDOG)
        try:
            given = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body=json.dumps(body) if body is not None else None, headers=given)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def live(self, **options):
        return connect(f"ws://127.0.0.1:{self.port}/live", open_timeout=WATCHDOG, max_size=None, proxy=None, **options)

    @property
    def memory(self):
        """Bytes that are its own."""
        return int(re.search(r"^RssAnon:\s+(\d+)", Path(f"/proc/{self.process.pid}/status").read_text(), re.MULTILINE)[1]) * 1024


@pytest.fixture(autouse=True)
def ends_in_order(cluster):
    yield
    if cluster.launcher is not None and cluster.launcher.poll() is None:
        cluster.send(signal.SIGTERM)
        cluster.wait()


@pytest.fixture
def browser(tmp_path):
    with Browser(tmp_path) as made:
        yield made


def opened(browser, dashboard):
    page = browser.page()
    page.look(1440, 900)
    page.open(dashboard.url)
    page.wait_for("window.dashboard?.frame && window.dashboard?.reading")
    return page


STATE = "document.querySelector('#state').dataset.state"


def out(controller, state):
    return f"document.querySelector('.out [data-controller=\"{controller}\"][data-state=\"{state}\"]')"


# --- What it shows -----------------------------------------------------------------------------------------------------------


@needs_browser
def test_the_page_shows_the_cluster_in_all_its_views_and_asks_nobody_else(cluster, browser):
    segment = running(cluster, "controllers.count=6", "buffers.rhc_internal.enabled=true")
    with Dashboard(cluster) as dashboard:
        page = opened(browser, dashboard)
        assert page.run("location.href") == f"http://127.0.0.1:{dashboard.port}/", "the token does not stay in the address"
        assert page.run(STATE) == "running" and page.run("document.querySelector('h1').textContent") == cluster.name
        # Figures and pictures go on.
        steps = page.run("dashboard.frame.steps")
        page.wait_for(f"dashboard.frame.steps > {steps} && dashboard.view.histogram.total > 0")
        assert steps <= segment.steps
        page.wait_for("document.querySelectorAll('tbody tr').length === 6")
        assert page.run("[...document.querySelectorAll('tbody tr')].map((r) => Number(r.querySelector('.pid').textContent))") == [
            segment.pid(index) for index in range(6)]
        page.wait_for("document.querySelector('.tile output').textContent !== ''")
        # A controller: a chart a joint, with its prediction; cost, forces and nodes.
        page.run("location.hash = 'controller/3'")
        page.wait_for("document.querySelectorAll('.small-multiples canvas').length === 12")
        samples = page.wait_for("dashboard.view.charts[0].view?.main.length > 5 && dashboard.view.charts[0].view.main.length")
        page.wait_for(f"dashboard.view.charts[0].view.main.length > {samples}")
        assert page.run("dashboard.view.charts[0].view.ahead[0].xs.length") == 31
        page.wait_for("document.querySelector('.facts').innerText.includes('controller-3')")
        assert page.run("document.querySelectorAll('.missing').length") == 0
        page.wait_for("document.querySelectorAll('canvas.bars').length === 2")
        # The graph has each buffer, the logs what has happened.
        page.run("location.hash = 'graph'")
        page.wait_for("document.querySelectorAll('.graph .cell.active').length === 6")
        assert set(page.run("[...document.querySelectorAll('.graph .buffer .name')].map((e) => e.textContent)")) >= {
            "robot_state", "rhc_commands", "rhc_references", "rhc_internal"}
        page.run("location.hash = 'logs'")
        page.wait_for("document.querySelector('.log').innerText.includes('6 of 6 controllers are registered')")
        # Keys do what they say, colours follow the switch.
        page.press("1")
        page.wait_for("document.querySelector('.heatmap')")
        before = page.run("getComputedStyle(document.body).color")
        page.look(1440, 900, "dark")
        page.wait_for(f"getComputedStyle(document.body).color !== {json.dumps(before)}")
        assert page.problems == []
        assert {re.sub(r"^(\w+://[^/]+).*", r"\1", url) for url in page.requests if not url.startswith(("blob:", "data:", "about:"))} == {
            f"http://127.0.0.1:{dashboard.port}", f"ws://127.0.0.1:{dashboard.port}"}
        # Nobody in the cluster has noticed.
        assert segment.states() == ["active"] * 6


@needs_browser
def test_what_a_config_lacks_is_said(cluster, browser):
    running(cluster, "controllers.count=2", *(f"buffers.{name}=null" for name in ("rhc_status", "rhc_prediction", "profiling")))
    with Dashboard(cluster) as dashboard:
        page = opened(browser, dashboard)
        page.run("location.hash = 'controller/1'")
        page.wait_for("document.body.innerText.includes('The config has no buffer rhc_status')")
        page.wait_for("document.body.innerText.includes('neither rhc_internal nor rhc_prediction')")
        assert page.problems == []


@needs_browser
def test_a_killed_controller_turns_red_and_buttons_bring_it_and_a_failed_one_back(cluster, browser):
    segment = running(
        cluster, "controllers.count=5", "controllers.restart.policy=never",
        "controllers.parameters={fail_at: {controller: 1, step: 5}}")
    with Dashboard(cluster) as dashboard:
        page = opened(browser, dashboard)
        page.wait_for(out(1, "failed"))
        # At rest by the time of the kill: the machine may be busy with the start.
        page.wait_for("dashboard.live.frames > 10")
        os.kill(segment.pid(3), signal.SIGKILL)
        began = time.monotonic()
        page.wait_for(out(3, "dead"))
        print(f"red after {time.monotonic() - began:.3f} s")
        # Its cell, too: at its upper left, where no sign is.
        color = """(() => {
          const { heatmap } = dashboard.view, ratio = devicePixelRatio, step = heatmap.cell + 3;
          const [x, y] = [(3 % heatmap.columns) * step + 6, Math.floor(3 / heatmap.columns) * step + 6];
          const [r, g, b] = heatmap.canvas.getContext('2d').getImageData(x * ratio, y * ratio, 1, 1).data;
          return `rgb(${r}, ${g}, ${b})`;
        })()"""
        page.wait_for(f"{color} === getComputedStyle(document.querySelector('.out .dead')).backgroundColor")
        page.wait_for("document.querySelector('tr[data-controller=\"3\"]').innerText.includes('✕ dead')")
        # Reset has to be confirmed; what is left alone stays as it is.
        page.click(".choose button", "out")
        page.wait_for("document.querySelector('.selected').textContent === 'selected: 1, 3'")
        page.run("document.querySelector('tr[data-controller=\"3\"] input').click()")
        page.click(".buttons button[data-verb=reset]")
        page.wait_for("document.querySelector('dialog')?.open")
        page.press("Escape")
        page.wait_for("!document.querySelector('dialog')")
        assert segment.state(1) == "failed"
        page.click(".buttons button[data-verb=reset]")
        page.click("dialog .primary", "Reset")
        page.wait_for("document.body.innerText.includes('✓ controller 1 reset')")
        wait_until(lambda: segment.state(1) == "active", what="the reset")
        # The dead one from its own page.
        page.run("location.hash = 'controller/3'")
        page.click(".head button[data-verb=restart]")
        page.click("dialog .primary", "Restart")
        wait_until(lambda: segment.state(3) == "active", what="the restart")
        page.wait_for("document.querySelector('.head .pill').textContent === '● active'")
        page.click(".head button[data-verb=deactivate]")
        page.click("dialog .primary", "Deactivate")
        wait_until(lambda: segment.state(3) == "idle", what="the deactivation")
        page.click(".head button[data-verb=activate]")
        wait_until(lambda: segment.state(3) == "active", what="the activation")
        assert page.problems == []


def add_plot(page, buffer, field, columns, rows):
    page.run("location.hash = 'plots'")
    page.wait_for("document.querySelector('#plot-buffer')")
    page.run(f"""(() => {{
      const set = (id, value) => {{ const e = document.getElementById(id); e.value = value; e.dispatchEvent(new Event('change')); }};
      set('plot-buffer', {json.dumps(buffer)}); set('plot-field', {json.dumps(field)}); set('plot-rows', {json.dumps(rows)});
      for (const option of document.querySelectorAll('#plot-columns option')) option.selected = {json.dumps(columns)}.includes(option.textContent);
      document.querySelector('.new-plot').requestSubmit();
    }})()""")


def table(csv):
    """Names of the columns, and the rows as texts."""
    head, *rows = csv.strip().split("\n")
    return head.split(","), [row.split(",") for row in rows]


@needs_browser
def test_a_plot_that_is_paused_holds_and_its_csv_is_what_the_memory_held(cluster, browser):
    segment = running(cluster, "controllers.count=4")
    with Dashboard(cluster) as dashboard:
        page = opened(browser, dashboard)
        add_plot(page, "robot_state", "joint_position", ["FL_hip_joint", "RR_calf_joint"], "0,2-9")
        page.wait_for("document.querySelector('.new-plot .problem').textContent.includes('there is no controller 9')")
        add_plot(page, "profiling", "solve_time", [], "all")
        add_plot(page, "robot_state", "joint_position", ["FL_hip_joint", "RR_calf_joint"], "0,2-3")
        page.wait_for("document.querySelectorAll('.plots canvas').length === 2")
        newest = "dashboard.view.plots.map(({ chart }) => chart.view?.main.length ?? 0)"
        page.wait_for(f"{newest}.every((count) => count > 10)")
        # Paused, it holds, though samples come.
        page.click(".plots .pause", "pause")
        page.wait_for("dashboard.view.plots[0].chart.isPaused")
        held = page.run("dashboard.view.plots[0].chart.csv()")
        drawn = page.run("document.querySelectorAll('.plots canvas')[0].toDataURL()")
        count = page.run("dashboard.view.plots[0].subscription.series.length")
        page.wait_for(f"dashboard.view.plots[0].subscription.series.length > {count + 30}")
        assert page.run("dashboard.view.plots[0].chart.csv()") == held
        assert page.run("document.querySelectorAll('.plots canvas')[0].toDataURL()") == drawn
        page.click(".plots .pause", "go on")
        page.wait_for(f"dashboard.view.plots[0].chart.view.main.length > {count}")
        # A cluster that stands still has one memory, and the last rows are of it, to the last bit.
        simulator = cluster.children("ccluster-simulator")[0]
        os.kill(simulator, signal.SIGSTOP)
        try:
            wait_until(lambda: is_stopped(simulator), what="the simulator to stand")
            walls = page.run("dashboard.view.plots.map(({ subscription: { series } }) => series.wall[series.last])")
            page.wait_for(f"dashboard.view.plots.every(({{ subscription: {{ series }} }}, index) => series.wall[series.last] > {json.dumps(walls)}[index] + 0.2)")
            page.click(".plots .card:nth-child(1) button", "CSV")
            page.click(".plots .card:nth-child(2) button", "CSV")
            page.click(".plots .card:nth-child(1) button", "PNG")
            files = wait_until(lambda: sorted(page.downloads.glob("*.[cp][sn][vg]"))[2:] and {
                path.name: path for path in page.downloads.iterdir()}, what="three downloads")
            joints = files["robot_state.joint_position_of_controllers_0_2-3.csv"].read_text()
            head, rows = table(joints)
            names = config_names(segment)
            chosen = [(row, joint) for row in (0, 2, 3) for joint in ("FL_hip_joint", "RR_calf_joint")]
            assert head == ["step", "simulated_s", "wall_s", "read"] + [f"#{row} {joint}" for row, joint in chosen]
            memory = segment.view("robot_state", "joint_position")
            assert int(rows[-1][0]) == segment.steps
            assert [numpy.float32(text) for text in rows[-1][4:]] == [memory[row, names.index(joint)] for row, joint in chosen]
            head, rows = table(files["profiling.solve_time_of_controllers_0-3.csv"].read_text())
            assert rows[-1][3] == "step" and [float(text) for text in rows[-1][4:]] == segment.view("profiling", "solve_time").tolist()
            # Each step once or more, and in order.
            steps = [int(row[0]) for row in rows]
            assert steps == sorted(steps) and len(set(steps)) > 10
            assert next(path for name, path in files.items() if name.endswith(".png")).read_bytes().startswith(b"\x89PNG")
        finally:
            os.kill(simulator, signal.SIGCONT)
        # Lines are hidden one by one, and a zoom stands until it is undone.
        page.click(".plots .legend button")
        assert page.run("dashboard.view.plots[0].chart.csv().split('\\n')[0].split(',').length") == 4 + 6 - 1
        page.run("document.querySelector('.plots .plot').focus()")
        page.press("+")
        page.wait_for("dashboard.view.plots[0].chart.zoom !== null && dashboard.view.plots[0].chart.isPaused")
        page.press(" ")
        page.wait_for("dashboard.view.plots[0].chart.zoom === null && !dashboard.view.plots[0].chart.isPaused")
        # The same plots are there the next time.
        page.run("location.reload()")
        page.wait_for("window.dashboard?.view?.plots?.map(({ spec }) => spec.buffer).join() === 'robot_state,profiling'")
        assert page.problems == []


def config_names(segment):
    fields = next(buffer for buffer in segment.map("")["buffers"] if buffer["name"] == "robot_state")["fields"]
    return next(field for field in fields if field["name"] == "joint_position")["columns"]


@needs_browser
def test_the_page_says_that_the_run_has_ended_and_goes_on_with_the_next_one(cluster, browser):
    running(cluster, "controllers.count=3")
    with Dashboard(cluster) as dashboard:
        page = opened(browser, dashboard)
        cluster.send(signal.SIGTERM)
        cluster.wait()
        page.wait_for("document.querySelector('#banner.ended')?.innerText.includes('The run has ended: ')")
        page.wait_for(f"{STATE} === 'ended'")
        page.wait_for("document.querySelector('#banner').innerText.includes('SIGTERM')")
        maps = Path(f"/proc/{dashboard.process.pid}/maps")
        wait_until(lambda: cluster.segment[1:] not in maps.read_text(), what="the memory to be let go")
        # Another one of that name, with another layout.
        running(cluster, "controllers.count=5")
        page.wait_for("document.querySelector('#banner').hidden && dashboard.frame?.states.length === 5 && dashboard.frame.steps > 0")
        page.wait_for("document.querySelectorAll('tbody tr').length === 5")
        # The dashboard goes, and one comes in its place: another token, and the page asks for it.
        port = dashboard.port
        dashboard.process.send_signal(signal.SIGINT)
        assert dashboard.process.wait(WATCHDOG) == -signal.SIGINT
        page.wait_for("document.querySelector('#banner.lost')?.innerText.includes('No connection')")
        with Dashboard(cluster, port=port) as second:
            page.wait_for("document.querySelector('form.token')")
            page.run(f"document.querySelector('#token').value = {json.dumps(second.url)}")
            page.click("form.token button")
            page.wait_for("window.dashboard?.frame?.states.length === 5")


@needs_browser
def test_a_connection_that_breaks_off_is_taken_up_where_it_was(cluster, browser):
    running(cluster, "controllers.count=2")
    with Dashboard(cluster) as dashboard:
        page = opened(browser, dashboard)
        page.wait_for("dashboard.frame?.steps > 0")
        page.run("window.kept = dashboard.view; window.broken = dashboard.live.socket; broken.close()")
        page.wait_for("dashboard.live.socket !== broken && dashboard.live.socket.readyState === WebSocket.OPEN")
        steps = page.run("dashboard.frame.steps")
        page.wait_for(f"dashboard.frame.steps > {steps}")
        assert page.run("dashboard.view === kept && !document.querySelector('.toast')"), "it is the same run"
        # Another dashboard in its place: its address, put into the page that is open.
        port = dashboard.port
        dashboard.process.send_signal(signal.SIGINT)
        dashboard.process.wait(WATCHDOG)
        with Dashboard(cluster, port=port) as second:
            page.wait_for("document.querySelector('form.token')")
            page.run(f"location.hash = {json.dumps('token=' + second.token)}")
            page.wait_for("!document.querySelector('form.token') && window.dashboard?.frame?.steps > 0")
            assert second.token not in page.run("location.href")


# --- Who is let in -----------------------------------------------------------------------------------------------------------


def test_whoever_has_no_token_or_comes_from_elsewhere_is_refused(cluster):
    segment = running(cluster, "controllers.count=2")
    ask = {"verb": "deactivate", "controllers": "all"}
    with Dashboard(cluster) as dashboard:
        token = {"X_CCluster_Token": dashboard.token}
        own = f"http://127.0.0.1:{dashboard.port}"
        refused = [
            {}, {"X_CCluster_Token": ""}, {"X_CCluster_Token": dashboard.token[:-1]}, {"X_CCluster_Token": "0" * len(dashboard.token)},
            {**token, "Origin": "http://evil.example"}, {**token, "Origin": "null"}, {**token, "Origin": f"https://127.0.0.1:{dashboard.port}"},
            {**token, "Origin": "http://127.0.0.1:1"}, {**token, "Host": "evil.example"}, {**token, "Host": f"evil.example:{dashboard.port}"},
            {**token, "Host": "127.0.0.1.evil.example"}, {**token, "Host": "localhost:evil"}]
        for headers in refused:
            status, answer = dashboard.request(body=ask, **headers)
            assert status == 403 and json.loads(answer)["ok"] is False, headers
        # Not even the page, under another name.
        assert dashboard.request("GET", "/", Host="evil.example")[0] == 403
        assert segment.states() == ["active"] * 2
        # It holds nothing of the cluster, and lets the browser ask nobody else.
        status, page = dashboard.request("GET", "/")
        assert status == 200 and cluster.name not in page and dashboard.token not in page
        for path in ("/nothing", "/../Package.swift", "/%2e%2e/Package.swift"):
            assert dashboard.request("GET", path)[0] == 404
        assert dashboard.request("PUT", "/request", body=ask, **token)[0] == 405
        for wrong in ({"verb": "stop", "controllers": "all"}, {"verb": "reset"}, {"verb": "reset", "controllers": [7]},
                      {"verb": "reset", "controllers": ["0"]}, {"verb": "reset", "controllers": []}, "x" * 70_000):
            status, answer = dashboard.request(body=wrong, **token)
            assert status in (400, 413) and json.loads(answer)["message"], wrong
        assert "no controller 7: the cluster has 2" in dashboard.request(body={"verb": "reset", "controllers": [7]}, **token)[1]
        # Figures for Prometheus are no secret, but only for those who are here.
        status, metrics = dashboard.request("GET", "/metrics")
        assert status == 200 and f'ccluster_state{{cluster="{cluster.name}",state="running"}} 1' in metrics
        assert dashboard.request("GET", "/metrics", Host="evil.example")[0] == 403
        # Who has it is let in, through a tunnel, too.
        assert dashboard.request(body=ask, Origin=own, **token)[0] == 200
        wait_until(lambda: segment.states() == ["idle"] * 2, what="the deactivation")
        again = {"verb": "activate", "controllers": [0, 1]}
        assert dashboard.request(body=again, Host="localhost:9000", Origin="http://localhost:9000", **token)[0] == 200
        wait_until(lambda: segment.states() == ["active"] * 2, what="the activation")
        # What is live, likewise.
        with pytest.raises(InvalidStatus) as problem:
            dashboard.live(origin="http://evil.example")
        assert problem.value.response.status_code == 403
        for first in ({"do": "open", "token": "0" * 48}, {"do": "open"}):
            with dashboard.live(origin=own) as socket:
                socket.send(json.dumps({"do": "next"}))
                socket.send(json.dumps(first))
                with pytest.raises(ConnectionClosed) as closed:
                    socket.recv(WATCHDOG)
                assert closed.value.rcvd.code == 4403


def test_a_page_that_takes_nothing_makes_nothing_grow(cluster):
    """A slow browser is no reason to gather what it does not take, whatever it has asked for."""
    segment = running(cluster, "controllers.count=8", "simulator.realtime=false")
    with Dashboard(cluster) as dashboard:
        with dashboard.live() as socket:
            def show(*plots):
                socket.send(json.dumps({"do": "show", "rows": True, "logs": True, "plots": plots}))

            socket.send(json.dumps({"do": "open", "token": dashboard.token}))
            assert json.loads(socket.recv(WATCHDOG))["kind"] == "cluster"
            rows, elements = list(range(8)), list(range(12))
            show(*({"id": index, "buffer": buffer, "field": "joint_position", "rows": rows, "elements": elements}
                   for index in range(8) for buffer in ("robot_state", "rhc_commands")))
            # As much credit as it likes, and nothing read but what the library takes by itself.
            for _ in range(200):
                socket.send(json.dumps({"do": "next"}))
            before = segment.steps
            wait_until(lambda: segment.steps > before + 500, what="steps")
            socket.send(json.dumps({"do": "next"}))
            first = dashboard.memory
            end = time.monotonic() + 3
            wait_until(lambda: time.monotonic() > end and segment.steps > before + 1000, what="more steps")
            assert dashboard.memory - first < 48 << 20, "bytes"
            # It is still there, and answers.
            show()
            socket.send(json.dumps({"do": "next"}))
            frames = 0
            while frames < 3:
                if isinstance(socket.recv(WATCHDOG), bytes):
                    frames += 1
                    socket.send(json.dumps({"do": "next"}))
        # What makes no sense is told, and ends nothing.
        with dashboard.live() as socket:
            for text in ("no JSON", "[]", "{}", json.dumps({"do": "open", "token": dashboard.token}), json.dumps({"do": "show", "plots": [
                    {"id": 1, "buffer": "nothing", "field": "x", "rows": [0], "elements": [0]},
                    {"id": 2, "buffer": "robot_state", "field": "joint_position", "rows": [99], "elements": [0]},
                    {"id": 3, "buffer": "robot_state", "field": "joint_position", "rows": [0], "elements": [-1]}, 7]})):
                socket.send(text)
            problems = [message["message"] for message in (json.loads(socket.recv(WATCHDOG)) for _ in range(5)) if message["kind"] == "problem"]
            assert len(problems) == 4 and "no buffer 'nothing'" in problems[0] and "no controller 99" in problems[1], problems


# --- How it starts and ends --------------------------------------------------------------------------------------------------


def test_it_says_why_it_cannot_start_and_two_of_them_work_side_by_side(cluster, tmp_path, verb):
    running(cluster, "controllers.count=2")
    run = verb("dashboard", cluster.name + "x", status=1)
    assert f"no cluster '{cluster.name}x' runs here; did you mean '{cluster.name}'?" in run.stderr and run.stdout == ""
    verb("dashboard", cluster.name, "--port", "70000", status=64)
    with Dashboard(cluster) as first:
        busy = ccluster("dashboard", cluster.name, "--port", str(first.port), env=environment(tmp_path / "data"))
        assert busy.returncode == 1 and f"port {first.port} is in use by another program; --port OTHER" in busy.stderr and busy.stdout == ""
        with Dashboard(cluster) as second:
            assert first.port != second.port and first.token != second.token
            for one, other in ((first, second), (second, first)):
                ask = {"verb": "activate", "controllers": "all"}
                assert one.request(body=ask, X_CCluster_Token=one.token)[0] == 200
                assert one.request(body=ask, X_CCluster_Token=other.token)[0] == 403
            second.process.send_signal(signal.SIGINT)
            assert second.process.wait(WATCHDOG) == -signal.SIGINT


def test_without_its_library_it_says_how_to_get_it(cluster, tmp_path):
    """From a directory that holds the programs alone, as somebody has copied them."""
    running(cluster, "controllers.count=1")
    (tmp_path / "bin").mkdir()
    for name in ("ccluster", "ccluster-dashboard"):
        # No link: programs are found beside the file that runs.
        (tmp_path / "bin" / name).write_bytes((BINARIES / name).read_bytes())
        (tmp_path / "bin" / name).chmod(0o755)
    data = tmp_path / "empty"
    run = subprocess.run(
        [tmp_path / "bin" / "ccluster", "dashboard", cluster.name], env={**os.environ, "XDG_DATA_HOME": str(data)},
        capture_output=True, text=True, timeout=WATCHDOG, stdin=subprocess.DEVNULL)
    package = re.search(r"^uplot-python==\S+", (ROOT / ".ci" / "dashboard.txt").read_text(), re.MULTILINE)[0]
    assert run.returncode == 1 and run.stdout == ""
    assert f"python3 -m pip install --no-deps --target {data}/ccluster/dashboard {package}" in run.stderr


# --- By hand -----------------------------------------------------------------------------------------------------------------


def frames(count, seconds=10):
    """Frames a second of a page that shows that many controllers, and what the cluster has of it."""
    with tempfile.TemporaryDirectory() as directory:
        cluster = Cluster(Path(directory))
        try:
            cluster.start(config_of("go2"), "--steps", "0", sets=[
                f"controllers.count={count}", "horizon.nodes=11", "simulator={realtime: true, parameters: {tolerance: null}}"])
            wait_until(lambda: "registered in" in cluster.text or cluster.launcher.poll() is not None, 600, "all to register")
            segment = attach(cluster)
            wait_until(lambda: segment.steps >= 10, 600, "steps")

            def rate():
                began, before = time.monotonic(), segment.steps
                time.sleep(seconds)
                return (segment.steps - before) / (time.monotonic() - began)

            print(f"{count} controllers, a process each: {rate():.1f} steps/s without a dashboard")
            with Dashboard(cluster) as dashboard, Browser(directory) as browser:
                print(f"  {rate():.1f} steps/s with one that nobody looks at")
                page = opened(browser, dashboard)
                for view in ("overview", "controller/3", "plots", "graph"):
                    if view == "plots":
                        add_plot(page, "robot_state", "joint_position", [], "0-4")
                    page.run(f"location.hash = '{view}'")
                    time.sleep(2)
                    before = page.run("[dashboard.live.frames, dashboard.drawn, dashboard.live.bytes]")
                    page.run("if (window.ticks === undefined) (function tick() { window.ticks += 1; requestAnimationFrame(tick); })(); window.ticks = 0")
                    spent = sum(map(int, Path(f"/proc/{dashboard.process.pid}/stat").read_text().rsplit(")", 1)[1].split()[11:13]))
                    steps = rate()
                    spent = sum(map(int, Path(f"/proc/{dashboard.process.pid}/stat").read_text().rsplit(")", 1)[1].split()[11:13])) - spent
                    after = page.run("[dashboard.live.frames, dashboard.drawn, dashboard.live.bytes]")
                    made, drawn, size = ((b - a) / seconds for a, b in zip(before, after))
                    print(f"  {view:13} {made:5.1f} frames/s made, {drawn:5.1f} drawn, {page.run('window.ticks') / seconds:5.1f} animation frames/s, "
                          f"{size / 1024:6.0f} KiB/s, {spent / os.sysconf('SC_CLK_TCK') / seconds:5.1%} of a core, {steps:.1f} steps/s")
                assert page.problems == []
        finally:
            cluster.clean_up()


def pictures(directory):
    """The page as people see it: robots that trot, one that is dead, one that has failed, some that rest."""
    with tempfile.TemporaryDirectory() as temporary:
        cluster = Cluster(Path(temporary))
        cluster.name = "go2"
        cluster.segment = f"/ccluster.{os.getuid()}.go2"
        cluster.memory = Path("/dev/shm") / cluster.segment[1:]
        trotting = {"CCLUSTER_LIBRARY": str(BINARIES / "libccluster-c.so"), "PYTHONPATH": str(ROOT / "Sources" / "python")}
        program = json.dumps({"command": [sys.executable, str(ROOT / "Tests" / "python" / "trotting.py")], "environment": trotting})
        try:
            cluster.start(config_of("go2"), sets=[
                "controllers.count=32", "controllers.per_process=4", f"simulator.program={program}", "buffers.rhc_internal.enabled=true",
                # Of the cluster, and not of what else the machine does.
                *(f"{who}.scheduling={{policy: fifo, priority: 5}}" for who in ("controllers", "simulator")),
                "controllers.restart.policy=never", "controllers.parameters={fail_at: {controller: 13, step: 100}}"])
            cluster.wait_for_text("registered in")
            segment = attach(cluster)
            wait_until(lambda: segment.state(13) == "failed", what="the failure")
            environment_of_runs = {**os.environ, "XDG_STATE_HOME": str(cluster.state)}
            ccluster("deactivate", cluster.name, "30-31", env=environment_of_runs)
            with Dashboard(cluster) as dashboard, Browser(temporary) as browser:
                page = opened(browser, dashboard)
                for view, width, height, scheme in (
                        ("overview", 1440, 980, "light"), ("overview", 1440, 980, "dark"), ("overview", 390, 844, "light"),
                        ("controller/3", 1440, 1180, "light"), ("controller/3", 1440, 1180, "dark"), ("controller/3", 390, 844, "dark"),
                        ("plots", 1440, 900, "light"), ("plots", 1440, 900, "dark"), ("plots", 390, 844, "light"),
                        ("graph", 1440, 900, "light"), ("graph", 390, 844, "dark"), ("logs", 1440, 900, "dark"), ("logs", 390, 844, "light")):
                    page.look(width, height, scheme)
                    if view == "plots" and not page.run("document.querySelector('.plots .card')"):
                        add_plot(page, "rhc_commands", "joint_position", ["FL_thigh_joint", "FL_calf_joint", "FR_thigh_joint", "FR_calf_joint"], "3-4")
                    page.run(f"location.hash = '{view}'")
                    page.run("dashboard.view.heatmap?.setMode('time')")
                    time.sleep(4 if view[0] in "gl" else 12)
                    page.photograph(Path(directory) / f"{view.split('/')[0]}-{scheme}-{width}.png")
                assert page.problems == []
        finally:
            if cluster.launcher.poll() is None:
                cluster.send(signal.SIGTERM)
                cluster.wait()
            cluster.clean_up()


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["frames", count]: frames(int(count))
        case ["pictures", directory]: pictures(directory)
        case _: sys.exit(__doc__)
