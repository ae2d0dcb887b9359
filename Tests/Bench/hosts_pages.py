"""The pages of `make bench-hosts`, from its JSON."""

import statistics

from cost_model import FRAMING, Model

BRISK = 100  # us between two steps of plain MPI that does not keep the pace of ours

WAYS = {
    "blocking": "`MPI_Scatterv`, `MPI_Gatherv`, blocking",
    "collectives": "`MPI_Iscatterv`, `MPI_Igatherv`, polled: the raw step",
    "packed": "the same, with the copies between segment and message",
    "messages": "`MPI_Isend`, `MPI_Irecv`, with the copies",
    "persistent": "persistent, on rows where they lie: what the agents do",
}


def us(value):
    return f"{value:.1f}" if value < 100 else f"{value:,.0f}"


def table(head, rows):
    return "\n".join([f"| {' | '.join(head)} |", "|---|" + "---:|" * (len(head) - 1)]
                     + [f"| {' | '.join(map(str, row))} |" for row in rows]) + "\n"


def middle(turns, *path):
    """The median over turns of a figure."""
    values = []
    for turn in turns:
        for key in path:
            turn = turn[key]
        values.append(turn)
    return statistics.median(values)


def of_way(turn, way):
    return next(entry for entry in turn["plain"]["ways"] if entry["way"] == way)


def ratios(entry, ours="empty", raw=None):
    """Of each turn: what the agents took beside the slowest host's own step, by raw MPI's; quartiles.
    `raw`: of what plain MPI, if not of the raw step."""
    found = [turn[ours]["moved"]["median_us"] / (turn[raw] if raw else of_way(turn, "collectives"))["median_us"]
             for turn in entry["turns"]]
    return statistics.quantiles(found, n=4) if len(found) > 1 else [found[0]] * 3


def raw(entry, key="median_us", way="collectives"):
    return statistics.median(of_way(turn, way)[key] for turn in entry["turns"])


def summary(figures):
    lines = [f"{'':24}{'raw MPI':>10}{'ours':>10}{'ratio':>8}{'quartiles':>14}{'between':>10}{'real: MPI':>11}{'ours':>9}{'ratio':>7}{'step':>10}  us"]
    for entry in figures["steps"]:
        low, ratio, high = ratios(entry)
        turns = entry["turns"]
        worked = [us(middle(turns, "worked", "median_us")), us(middle(turns, "real", "moved", "median_us")),
                  f"{ratios(entry, 'real', 'worked')[1]:.2f}"] if "worked" in turns[0] else ["–"] * 3
        lines.append(
            f"{entry['hosts']} hosts, {entry['controllers']:4} robots   {us(raw(entry)):>10}"
            f"{us(middle(turns, 'empty', 'moved', 'median_us')):>10}{ratio:8.2f}{f'{low:.2f}–{high:.2f}':>14}"
            f"{us(middle(turns, 'empty', 'pause', 'median_us')):>10}{worked[0]:>11}{worked[1]:>9}{worked[2]:>7}"
            f"{us(middle(turns, 'real', 'step', 'median_us')):>10}{'' if ratio <= 1.3 else '  !'}")
    return "\n".join(lines)


def about(figures):
    machine = figures["machine"]
    rows = [(name, machine[name]) for name in ("processor", "cores", "kernel", "mpi", "compiler", "commit", "date")]
    rows.append(("load before", f"{machine['load']:.2f}"))
    if figures["quick"]:
        rows.append(("", "a quick run, of few turns"))
    return "| | |\n|---|---|\n" + "".join(f"| {name} | {value} |\n" for name, value in rows)


def figures_page(figures):
    down, up = figures["rows"]["down"], figures["rows"]["up"]
    page = ["<!-- `make bench-hosts` writes this page; an edit is lost. -->\n# A step over several hosts\n", about(figures)]
    turns = " or ".join(str(number) for number in sorted({len(entry["turns"]) for entry in figures["steps"]}))
    page.append(f"""
Hosts are network namespaces of this machine, joined by a bridge: their network is the kernel's loopback with all of TCP, and they
share out its {figures['machine']['cores']} cores: each has as many, or, where there are fewer cores than hosts, the head has one and the others share the rest. Rows are a Go2's: {sum(down)} bytes there and {sum(up)} back for
each controller that is not the head's own, and with them {figures['rows']['order']} and {figures['rows']['answer']} bytes a slot of what agents say to each other; raw MPI moves
those, too. Ours and plain MPI take turns in the same run, {turns} of them; medians are over the steps of a turn, then over the turns. Between two
steps plain MPI's head computes as long as ours takes to the next one, in which the simulator steps {figures['steps'][0]['controllers']} to {figures['steps'][-1]['controllers']} robots: cores that have gone to sleep and caches
that have gone cold make the same bytes slower.

## Overhead

*Raw MPI*: `MPI_Iscatterv` and `MPI_Igatherv` of the same bytes, which lie packed already, polled, to ranks that do nothing.
*Ours*: controllers that compute nothing; from the moment that the head's agent hands a step out until it has the last host's
answer, without the time that the fastest host's own step took: in it are order, rows, triggers and outcomes, and where hosts share a
core what one waits for another's controllers. Times in µs; the target is ≤ 1.3. *Settling*: from then until the client has rows, words
and figures. The last two columns are raw MPI with {BRISK} µs between two steps, whatever ours have, and what the ratio would be with that.

""")
    rows, real = [], []
    for entry in figures["steps"]:
        low, ratio, high = ratios(entry)
        turns = entry["turns"]
        name = f"{entry['hosts']} hosts, N = {entry['controllers']}"
        rows.append([
            name, f"{(entry['bytes_down'] + entry['bytes_up']) / 1024:,.1f}", us(raw(entry)), us(raw(entry, "p99_us")),
            us(middle(turns, "empty", "moved", "median_us")), us(middle(turns, "empty", "moved", "p99_us")),
            f"{ratio:.2f}{'' if ratio <= 1.3 else ' !'}", f"{low:.2f}–{high:.2f}", us(middle(turns, "empty", "settling", "median_us")),
            us(middle(turns, "empty", "pause", "median_us")),
            us(middle(turns, "brisk", "median_us")), f"{ratios(entry, raw='brisk')[1]:.2f}"])
        known = "worked" in turns[0]
        real.append([
            name, *([us(middle(turns, "worked", "median_us")), us(middle(turns, "worked", "p99_us")),
                     us(middle(turns, "real", "moved", "median_us")), us(middle(turns, "real", "moved", "p99_us")),
                     f"{ratios(entry, 'real', 'worked')[1]:.2f}"] if known else ["–"] * 5),
            us(middle(turns, "real", "local", "median_us")), us(middle(turns, "real", "step", "median_us")),
            us(middle(turns, "real", "step", "p99_us")), f"{middle(turns, 'real', 'step', 'median_us') / raw(entry):.1f}"])
    page.append(table(["", "KiB a step", "raw MPI: median", "p99", "ours: median", "p99", "ratio", "quartiles", "settling", "between steps",
                       f"raw, {BRISK} µs between", "ratio"], rows))
    page.append("""
The same with the built-in controllers, each of which solves an optimal-control problem. *Raw MPI*: its ranks compute for as long as
that host's own step took before they answer, which is taken off as it is of ours: who waits has gone to sleep by then. Of hosts that
share a core nobody could say that. *Whole step*: `solve()` as the simulator sees it; the last column is that by the raw step above.

""")
    page.append(table(["", "raw MPI: median", "p99", "ours: median", "p99", "ratio", "slowest host's own step", "whole step: median",
                       "p99", "by raw MPI"], real))
    alone = table(["one host", "step: median", "of the best turn"],
                  [[f"N = {point['controllers']}", us(point["median_us"]), us(point["least_us"])] for point in figures["alone"]])
    page.append(f"\nThe same on one host, in one worker:\n\n{alone}")
    page.append("\n## Ways to move the rows, in plain MPI\n\nMedian, µs. While nothing comes all polled ways do what the agents do: for 50 µs they ask and give the core away in turns, then they\nsleep in poll(2) on the connections that MPI has made.\n\n")
    page.append(table(["", *(f"{entry['hosts']} hosts, N = {entry['controllers']}" for entry in figures["steps"])],
                      [[words, *(us(raw(entry, "median_us", way)) for entry in figures["steps"])] for way, words in WAYS.items()]))
    page.append("""
A host's rows of a buffer lie one after another, so a message has one block a buffer, which MPI takes from the segment as it is. Open
MPI sends messages of more than `btl_tcp_eager_limit` in two halves with a question between; launches set it to 1 MiB.
""")
    return "".join(page)


# What a user has: name, bit/s, s one way.
NETWORKS = (("1 Gb/s, 50 µs", 1e9, 50e-6), ("10 Gb/s, 30 µs", 10e9, 30e-6), ("100 Gb/s, 20 µs", 100e9, 20e-6))
HOSTS = (10, 100, 1000)
CORES = 32
PERIOD = 0.02  # s, of cluster steps: `cluster_dt`
SOLVES = (1e-3, 5e-3)


def ms(seconds):
    value = seconds * 1000
    return f"{value:.2f}" if value < 10 else f"{value:.1f}" if value < 100 else f"{value:,.0f}"


def error(predicted, measured):
    return f"{(predicted / measured - 1) * 100:+.0f} %"


def scale_page(figures):
    model = Model.fit(figures)
    down = sum(figures["rows"]["down"]) + figures["rows"]["order"]
    up = sum(figures["rows"]["up"]) + figures["rows"]["answer"]
    page = [f"""<!-- `make bench-hosts` writes this page from its figures; an edit is lost. -->
# How far it scales

What a step over hosts costs, as a model; the model's constants, fitted to what was measured on this machine; how well it tells points
that it was not fitted to; and what it says of 10, 100 and 1000 hosts. The figures are those of [HOSTS.md](HOSTS.md), {figures['machine']['date']}.

## The model

    step    = network + agents + solve
    network = start + 2 · latency + each · (hosts − 2) + max(copies, wire)
    copies  = byte · (bytes down + bytes up)
    wire    = max(down + up of one host, down of one host + up) · 8 / rate
    agents  = fixed + slot · controllers on other hosts
    solve   = wake + time of one solve · ⌈controllers of the largest share / its cores⌉

All rows pass the head's one link: the head is a star's middle. The link carries both ways at once, so that answers of the first
hosts come in while orders go out to the others; a byte takes its part of a frame (1538 bytes for 1448). The head copies both, one
after the other. Hosts solve at the same time; nothing else overlaps.

"""]
    page.append(table(["constant", "", "fitted to"], [
        ["start", f"{model.start * 1e6:.1f} µs", "round trip of an empty step, two hosts: both ends' software"],
        ["each", f"{model.each * 1e6:.1f} µs", "one host more: the head's send and receive"],
        ["byte", f"{model.byte * 1e9:.3f} ns", f"copying: {8 / model.byte / 1e9:.0f} Gb/s" if model.byte else "copying"],
        ["fixed", f"{model.fixed * 1e6:.1f} µs", "agents, whatever they carry"],
        ["slot", f"{model.slot * 1e9:.0f} ns", "agents, for a controller on another host: look, hand out, settle"],
        ["wake", f"{model.wake * 1e6:.0f} µs", "a step of one worker on one host, without the solves"],
        ["solve", f"{model.solve_time * 1e6:.2f} µs", "one solve of the built-in controller on one core of this machine"],
    ]).replace("|---|---:|---:|", "|---|---:|---|"))
    alone = ", ".join(f"{point['least_us'] / point['controllers']:.1f} µs each of {point['controllers']}" for point in figures["alone"])
    page.append(f"""
start, each and byte are fitted to plain MPI with messages of 64 bytes to 512 KiB, two and three hosts, 1 ms apart; fixed and slot to
what the head's agent takes over slots and rows; wake and solve to steps on one host. First quartiles, and of steps on one host the best turn's median: steps when nothing else ran.

One worker's solves take longer the more controllers it has, when what they remember does not fit the core's cache: {alone}.

## Checked

Measured first quartiles beside the model. Messages over links that the kernel holds to a speed were not part of any fit; nor
were our steps as a whole, until all has settled.

""")
    rows = [[f"plain MPI, {point['hosts']} hosts at {point['rate'] / 1e9:.0f} Gb/s, {point['bytes_a_host'] / 1024:g} KiB each way a host",
             us(point["quartile_us"]),
             us(1e6 * (told := model.network(point["hosts"], *[point["bytes_a_host"] * (point["hosts"] - 1)] * 2, point["rate"]))),
             error(told * 1e6, point["quartile_us"])]
            for point in figures["shaped"] if point["bytes_a_host"] >= 65536]
    for entry in figures["steps"]:
        measured = middle(entry["turns"], "empty", "moved", "quartile_us") + middle(entry["turns"], "empty", "settling", "quartile_us")
        told = model.network(entry["hosts"], entry["bytes_down"], entry["bytes_up"]) + model.agents(sum(entry["shares"][1:]))
        rows.append([f"our step less the fastest host's own, {entry['hosts']} hosts, N = {entry['controllers']}", us(measured),
                     us(told * 1e6), error(told * 1e6, measured)])
    page.append(table(["µs", "measured", "model", "error"], rows))
    page.append(f"""
## 10, 100 and 1000 hosts

Assumed: {CORES} cores a host and 64 controllers on each, two a core; the standard buffers of a Go2, {down} bytes down and {up} up a controller;
one network port a machine, with the latency beside its speed (one way, switch and cards, beyond the software above); this machine's
constants for software, none of it quicker. Solves of {' and '.join(f'{solve * 1000:.0f}' for solve in SOLVES)} ms, as real MPCs have them, instead of the built-in controller's. A step must
be over in {PERIOD * 1000:.0f} ms for robots that run in real time: `!` marks those that are not. In training nothing must, and the last column says what
is lost: the part of the step in which cores solve.

""")
    rows = []
    for hosts in HOSTS:
        count = hosts * 64
        moved = (hosts - 1) * 64
        for name, rate, latency in NETWORKS:
            network = model.network(hosts, moved * down, moved * up, rate, latency)
            agents = model.agents(moved)
            steps = [network + agents + model.solve(64, CORES, solve) for solve in SOLVES]
            rows.append([f"{hosts} hosts, {count:,} controllers, {name}", f"{moved * (down + up) / 1e6:,.1f}", ms(network), ms(agents),
                         *(f"{ms(step)}{' !' if step > PERIOD else ''}" for step in steps),
                         *(f"{100 * (step - network - agents) / step:.0f} %" for step in steps)])
    page.append(table(["", "MB a step", "network ms", "agents ms", *(f"step, {solve * 1000:.0f} ms a solve" for solve in SOLVES),
                       *(f"busy, {solve * 1000:.0f} ms" for solve in SOLVES)], rows))
    page.append("""
## Where it ends

""")
    rows = []
    for name, rate, latency in NETWORKS:
        for solve in SOLVES:
            def step(hosts, rate=rate, latency=latency, solve=solve):
                moved = (hosts - 1) * 64
                return model.network(hosts, moved * down, moved * up, rate, latency) + model.agents(moved) + model.solve(64, CORES, solve)

            most = 1
            while step(most + 1) <= PERIOD:
                most += 1
            # Of many hosts: one host's way out, or back, is none of it.
            parts = {"copies": 64 * (down + up) * model.byte, "the link": 64 * max(down, up) * 8 * FRAMING / rate}
            parts.pop(min(parts, key=parts.get))
            parts |= {"messages": model.each, "agents": model.slot * 64}
            total = sum(parts.values())
            share = ", ".join(f"{words} {100 * part / total:.0f} %" for words, part in sorted(parts.items(), key=lambda part: -part[1]))
            rows.append([f"{name}, {solve * 1000:.0f} ms a solve", f"{most:,}", f"{most * 64:,}", share])
    page.append(table([f"step within {PERIOD * 1000:.0f} ms", "hosts", "controllers", "of what one host more costs"], rows).replace(
        "|---|---:|---:|---:|", "|---|---:|---:|---|"))
    page.append(f"""
One host more adds its rows to the head's link, a message each way to the head's agent, and its slots to what that one looks at. All
three grow with the cluster and none is shared, so a step's overhead is linear in controllers, and the link is most of it on slow
networks. What moves the end, in the order of what it brings:

- **Fewer bytes.** `rhc_prediction` and `rhc_status` are {100 * sum(figures['rows']['up'][1:3]) / (down + up):.0f} % of all that moves; as `latest` buffers they travel by rate and not in the step, or not at all
  with `rhc_prediction: null`.
- **A faster port at the head.** Only the head's counts, and only up to {max(down, up) * 8 * FRAMING / ((down + up) * model.byte) / 1e9:.0f} Gb/s on this machine: then its copies take longer than the wire.
- **More solve a byte.** A step that takes 5 ms to solve hides five times the network of one that takes 1 ms.
- **Several clusters**, each with a simulator of its own, where the simulator can be divided: nothing is shared between them.

A tree of agents would divide messages among more senders, which is {100 * model.each / (model.each + model.slot * 64 + 64 * max((down + up) * model.byte, max(down, up) * 8 * FRAMING / 10e9)):.0f} % of what a host costs at 10 Gb/s; the bytes would still leave by one port.
The simulator is not in the model: it writes {down - 1} bytes and reads {sum(figures['rows']['up'])} for each controller, on the head, and must keep up by itself.
""")
    return "".join(page)
