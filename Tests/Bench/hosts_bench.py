"""A step over several hosts beside the same bytes in plain MPI: `make bench-hosts`.

    hosts_bench.py [--quick] [--json FILE] [--page FILE] [--scale FILE] [--commit TEXT] [--compiler TEXT]
    hosts_bench.py --from JSON --page FILE --scale FILE        the pages anew, from figures that are there

Hosts are namespaces on this machine, which share its cores out among them, and its loopback is their network. The real cluster
and plain MPI take turns on the same hosts; a ratio is the median over the turns of one's median by the other's of the same turn.
"""

import argparse
import datetime
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "Tests" / "python"))
sys.path.insert(0, str(Path(__file__).parent))
import hosts_pages  # noqa: E402
from hosts import Hosts  # noqa: E402

GO2 = ROOT / "configs" / "robots" / "go2" / "cluster.yaml"
NAMES = ("a", "b", "c")
SIZES = (16, 160, 800)
# As `ccluster launch` gives it to mpirun: plain MPI shall not lose for want of it.
EAGER = ["--mca", "btl_tcp_eager_limit", "1048576"]
# Before the rows of a step and of its answer, bytes a slot: see StepRecords.swift.
ORDER, ANSWER = 1, 40
PAUSE = 1000  # us between two steps, for messages of many sizes: as of a simulator
WARM = 100  # steps at the beginning that nobody counts


def shares(count, hosts):
    """As the plan shares out among equals: the first get what is left over."""
    return [count // hosts + (index < count % hosts) for index in range(hosts)]


def have_cores(hosts):
    """Whether each host can have a core of its own."""
    return len(os.sched_getaffinity(0)) >= hosts


def cores_of(hosts):
    """Cores of each host: as many as the others', or, where there are too few, one for the head, and the rest shared."""
    cores = sorted(os.sched_getaffinity(0))
    if have_cores(hosts):
        return [cores[number::hosts] for number in range(hosts)]
    others = cores[1:] or cores
    return [cores[:1]] + [[others[number % len(others)]] for number in range(hosts - 1)]


def rows(binaries):
    """Bytes of a Go2's row in every buffer that goes to a host, and in every one that comes back."""
    run = subprocess.run([binaries / "ccluster", "map", GO2, "--json"], check=True, capture_output=True, text=True)
    buffers = [buffer for buffer in json.loads(run.stdout)["buffers"] if buffer["sync"] == "step"]
    return ([buffer["row_stride"] for buffer in buffers if buffer["writer"] == "simulator"],
            [buffer["row_stride"] for buffer in buffers if buffer["writer"] == "controller"])


def percentiles(values):
    ordered = sorted(values)
    return {"median_us": statistics.median(ordered), "quartile_us": ordered[len(ordered) // 4], "p99_us": ordered[len(ordered) * 99 // 100], "min_us": ordered[0]}


class Bench:
    def __init__(self, binaries, program, quick):
        self.binaries = binaries
        self.program = program
        self.turns = {16: 3, 160: 2, 800: 2} if quick else {16: 9, 160: 5, 800: 5}
        self.rounds, self.steps = (5, 40) if quick else (10, 50)
        self.real_steps = int(os.environ.get("REAL_STEPS", 300)) if quick else 600
        self.down, self.up = rows(binaries)

    def plain(self, hosts, counts, ways, *options, pause=0, down=None, up=None):
        """Plain MPI's figures. `pause`: us between two steps."""
        run = hosts["a"].run(
            "mpirun", *EAGER, "--bind-to", "none", "--host", ",".join(hosts.names), self.program,
            "--shares", ",".join(map(str, counts)), "--down", ",".join(map(str, down or [*self.down, ORDER])),
            "--up", ",".join(map(str, up or [*self.up, ANSWER])), "--ways", ways, "--rounds", str(self.rounds),
            "--steps", str(self.steps), "--polls", "wake", "--gap", f"{pause:.0f}", *options, timeout=300)
        if run.returncode != 0:
            raise SystemExit(f"plain MPI: {run.stderr}")
        return json.loads(run.stdout)

    def real(self, hosts, count, is_empty=False):
        """Steps of a launch, of the built-in controllers or of those that compute nothing: of each, in us, how long it was until
        the last host had answered, how long that was beyond the fastest host's own step, how long the slowest's was, how long the
        head's agent took over slots and rows, to settle answers and in all, and how long it was until the next step; and the
        simulator's whole step."""
        figures = hosts["a"].directory / "figures.json"
        figures.unlink(missing_ok=True)
        empty = ["--set", f"controllers.program={{command: [{self.binaries}/step-bench, empty-controller]}}",
                 "--set", "simulator.parameters={tolerance: null}"]
        told = self.launch(hosts["a"], count, "--hosts", ",".join(hosts.names), *(empty if is_empty else []),
                           environment={"CCLUSTER_STEP_FIGURES": str(figures)})
        by_host = {}
        for entry in json.loads(figures.read_text()):
            by_host.setdefault(entry["host"], []).append({key: value / 1000 for key, value in entry.items() if key != "host"})
        found = {"moved": [], "local": [], "handling": [], "settling": [], "pause": []}
        ended = None
        for entries in list(zip(*by_host.values()))[WARM:]:
            began = min(entry["asked_at_ns"] for entry in entries)
            whole = max(entry["whole_ns"] for entry in entries)
            # What a host waits for another's step, where they share a core, is ours.
            found["moved"].append(whole - min(entry["on_host_ns"] for entry in entries))
            found["local"].append(max(entry["on_host_ns"] for entry in entries))
            found["settling"].append(sum(entry["settling_ns"] for entry in entries))
            found["handling"].append(sum(entry["ordering_ns"] + entry["settling_ns"] for entry in entries))
            if ended is not None:
                found["pause"].append(began - ended)
            ended = began + whole
        return {**{name: percentiles(values) for name, values in found.items()},
                "step": {"median_us": told["median"] * 1e6, "p99_us": told["p99"] * 1e6}}

    def beside(self, hosts, count):
        """Real steps and plain MPI in turns. Between two steps plain MPI's head computes as long as ours of the same kind take to
        the next one: cores that sleep and caches that are cold are as slow to both."""
        counts = shares(count, len(hosts))
        turns = []

        def ours():
            return {"empty": self.real(hosts, count, is_empty=True), "real": self.real(hosts, count)}

        def plain(paced):
            def pause(kind):
                return paced[kind]["pause"]["median_us"]

            work = f"{paced['real']['local']['median_us']:.0f}"
            found = {
                "plain": self.plain(hosts, counts, "blocking,collectives,packed,messages,persistent", pause=pause("empty")),
                "brisk": self.plain(hosts, counts, "collectives", pause=hosts_pages.BRISK)["ways"][0]}
            # Of ranks that compute on one core nobody could say how long each of them did.
            if have_cores(len(hosts)):
                found["worked"] = self.plain(hosts, counts, "collectives", "--work", work, pause=pause("real"))["ways"][0]
            return found

        for turn in range(self.turns[count]):
            if turn % 2:
                turns.append({**plain(turns[-1]), **ours()})
            else:
                found = ours()
                turns.append({**found, **plain(found)})
        first = turns[0]["plain"]
        return {"hosts": len(hosts), "controllers": count, "shares": counts, "bytes_down": first["bytes_down"],
                "bytes_up": first["bytes_up"], "turns": turns}

    def alone(self, host, count):
        """The same on one host."""
        medians = [self.launch(host, count)["median"] * 1e6 for _ in range(self.turns[count])]
        return {"controllers": count, "median_us": statistics.median(medians), "least_us": min(medians)}

    def launch(self, host, count, *arguments, **options):
        """A run to its end; its step's times, in s, as the server counted them."""
        run = host.run(
            self.binaries / "ccluster", "launch", GO2, *arguments, "--steps", str(self.real_steps),
            "--set", f"controllers.count={count}", "--set", f"controllers.per_process={count}", "--set", "name=bench",
            timeout=300, **options)
        if run.returncode != 0:
            raise SystemExit(f"ccluster launch: {run.stderr}")
        # Other hosts keep theirs there, too.
        summary = next((Path(host.environment["XDG_STATE_HOME"]) / "ccluster" / "bench").glob("2*/summary.json"))
        times = json.loads(summary.read_text())["step_time"]
        shutil.rmtree(host.environment["XDG_STATE_HOME"])
        return times

    def sizes(self, hosts, rate=None):
        """Plain MPI with messages of many sizes, as many bytes there as back: what the cost model is fitted to. A link that is held
        to a speed would be quicker after a pause: what it may send at once is saved up in it."""
        found = []
        for size in (64, 1024, 4096, 16384, 65536, 262144, 524288):
            report = self.plain(hosts, [0] + [1] * (len(hosts) - 1), "collectives", pause=0 if rate else PAUSE, down=[size], up=[size])
            found.append({"hosts": len(hosts), "bytes_a_host": size, "rate": rate, **report["ways"][0]})
        return found


def machine(options):
    processor = next((line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
                      if line.startswith("model name")), platform.machine())
    version = subprocess.run(["mpirun", "--version"], capture_output=True, text=True).stdout.splitlines()[0]
    return {"processor": processor, "cores": len(os.sched_getaffinity(0)), "kernel": f"Linux {os.uname().release}",
            "mpi": version.replace("mpirun (", "").replace(")", ""), "compiler": options.compiler, "commit": options.commit,
            "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
            "load": os.getloadavg()[0]}


def measure(options):
    with tempfile.TemporaryDirectory() as directory:
        program = Path(directory) / "plain-mpi"
        subprocess.run(["mpicc", "-O2", "-o", program, Path(__file__).parent / "PlainMPI" / "main.c"], check=True)
        bench = Bench(options.binaries, program, options.quick)
        result = {"machine": machine(options), "rows": {"down": bench.down, "up": bench.up, "order": ORDER, "answer": ANSWER},
                  "quick": options.quick, "steps": [], "alone": [], "sizes": [], "shaped": []}
        for count in (2, 3):
            with Hosts(*NAMES[:count]) as hosts:
                for host, cores in zip(hosts, cores_of(count)):
                    host.bind(cores)
                for size in SIZES:
                    print(f"{count} hosts, {size} controllers", file=sys.stderr)
                    result["steps"].append(bench.beside(hosts, size))
                if count == 2:
                    print("one host", file=sys.stderr)
                    result["alone"] = [bench.alone(hosts["a"], size) for size in SIZES]
                print(f"{count} hosts, sizes of messages", file=sys.stderr)
                result["sizes"] += bench.sizes(hosts)
                # A network of its own speed, as far as the kernel can have it: what the model says of it is checked.
                for rate in (1e9,):
                    for host in hosts:
                        host.shape(rate)
                    print(f"{count} hosts, {rate:.0e} bit/s", file=sys.stderr)
                    result["shaped"] += bench.sizes(hosts, rate)
        return result


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--binaries", type=Path, default=ROOT / ".build" / "release")
    parser.add_argument("--from", dest="source", type=Path)
    for name in ("json", "page", "scale"):
        parser.add_argument(f"--{name}", type=Path)
    for name in ("commit", "compiler"):
        parser.add_argument(f"--{name}", default="unknown")
    options = parser.parse_args()
    options.binaries = options.binaries.resolve()
    figures = json.loads(options.source.read_text()) if options.source else measure(options)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n")
    print(hosts_pages.summary(figures))
    if options.page:
        options.page.write_text(hosts_pages.figures_page(figures))
    if options.scale:
        options.scale.write_text(hosts_pages.scale_page(figures))


if __name__ == "__main__":
    main()
