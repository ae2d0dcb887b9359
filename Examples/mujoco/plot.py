"""A run as a picture."""

from pathlib import Path

import matplotlib
import numpy
from history import History

matplotlib.use("Agg")  # without a display
from matplotlib import pyplot  # noqa: E402


def draw(history: History, path: Path) -> None:
    """Height, attitude error and solve time of all robots over time, into a PNG."""
    figure, (height, attitude, solve) = pyplot.subplots(3, 1, sharex=True, figsize=(8, 6.5), dpi=90, layout="constrained")
    time = history.time
    height.plot(time, history["commanded"][:, 0], "k--", linewidth=1, label="commanded")
    for robot, values in enumerate(history["height"].T):
        height.plot(time, values, label=f"robot {robot}")
    height.set_ylabel("trunk height (m)")
    attitude.plot(time, numpy.degrees(history["attitude"]))
    attitude.set_ylabel("attitude error (°)")
    solve.plot(time, 1e3 * history["solve_time"], ".", markersize=3)
    solve.set(ylabel="solve time (ms)", xlabel="time (s)", ylim=(0, None))
    for axes in (height, attitude, solve):
        axes.axvspan(history.push["time"], history.push_end, color="0.85")
        axes.grid(alpha=0.3)
    height.annotate(f"push, {history.push['force']:g} N", (history.push_end, 0.03), xycoords=("data", "axes fraction"), fontsize=9)
    if history["height"].shape[1] <= 10:
        height.legend(ncols=5, fontsize=8)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path)
    pyplot.close(figure)
