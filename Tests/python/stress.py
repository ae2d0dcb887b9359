"""Launches to which one thing is done at a random moment: a few times in `test_faults.py`, as long as asked in `soak.py`."""

import os
import signal
import time
from pathlib import Path

from conftest import Cluster, config_of, is_refusal, wait_until

GO2 = config_of("go2")


def victims(cluster):
    """Every process of a cluster by what it is."""
    server = cluster.server
    return {
        "launcher": [cluster.launcher.pid],
        "server": server,
        "keeper": cluster.children("keeper"),
        "controller": cluster.children("ccluster-controller"),
        "simulator": cluster.children("ccluster-simulator"),
        "launcher and server": [cluster.launcher.pid, *server],
    }


def kill_once(directory, random):
    """Kills one process, or launcher and server, at a random moment of a run; the rest ends or recovers, nothing is left."""
    cluster = Cluster(Path(directory))
    try:
        cluster.start(GO2, sets=[
            f"controllers.count={random.randint(1, 4)}", f"controllers.per_process={random.randint(1, 2)}",
            "simulator.steps=1500", "simulator.parameters={tolerance: null}"])
        time.sleep(random.choice([random.uniform(0, 0.06), random.uniform(0.05, 0.3)]))  # the moment is the case
        who = random.choice(list(victims(cluster)))
        for pid in victims(cluster)[who]:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            if who == "controller":
                break
        status = cluster.wait()
        # A kill that came before or after its victim lived is none.
        expected = {
            "launcher": (-9, 0), "launcher and server": (-9, 0), "server": (1, 0), "keeper": (0,), "controller": (0,),
            "simulator": (137, 0),
        }[who]
        assert status in expected, f"{who}: status {status}\n{cluster.text}"
        cluster.assert_nothing_left()
        return who
    finally:
        cluster.clean_up()


def pause_once(directory, random):
    """Suspends processes for a while at random moments, also during the start: the run comes to its end all the same."""
    cluster = Cluster(Path(directory))
    try:
        cluster.start(GO2, sets=[
            "controllers.count=3", "simulator.steps=1500", "simulator.parameters={tolerance: null}",
            "controllers.solve_timeout=50ms"])
        for _ in range(4):
            time.sleep(random.uniform(0, 0.05))  # the moment is the case
            names = [name for name in victims(cluster) if name != "launcher and server"]
            pids = victims(cluster)[random.choice(names)]
            for number in (signal.SIGSTOP, signal.SIGCONT):
                for pid in pids:
                    try:
                        os.kill(pid, number)
                    except ProcessLookupError:
                        pass
                if number == signal.SIGSTOP:
                    time.sleep(random.uniform(0, 0.2))  # as long as it is suspended
        status = cluster.wait()
        assert status == 0, f"status {status}\n{cluster.text}"
        cluster.assert_nothing_left()
    finally:
        cluster.clean_up()


def launch_pair(directory, random):
    """Two launches of one name at the same time: one runs, undisturbed, and the other is refused."""
    directory = Path(directory)
    pair = [Cluster(directory), Cluster(directory)]
    pair[1].name, pair[1].segment, pair[1].memory = pair[0].name, pair[0].segment, pair[0].memory
    try:
        for number, cluster in enumerate(pair):
            cluster.output = directory / f"{cluster.name}-{number}.txt"
            cluster.start(GO2, sets=["controllers.count=1", "simulator.steps=0", "simulator.parameters={tolerance: null}"])
            time.sleep(random.choice([0, 0, random.uniform(0, 0.02)]))  # the moment is the case
        loser = wait_until(lambda: next((c for c in pair if c.launcher.poll() is not None), None), what="one to be refused")
        winner = pair[1 - pair.index(loser)]
        assert loser.wait() == 1, loser.text
        assert is_refusal(loser.text), loser.text
        winner.wait_for_text("registered in")
        winner.send(signal.SIGTERM)
        assert winner.wait() == 128 + 15, winner.text
        pair[0].assert_nothing_left()
    finally:
        for cluster in pair:
            cluster.clean_up()
