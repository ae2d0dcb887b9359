"""A run as a picture."""

from pathlib import Path

import matplotlib
import numpy
from history import History

matplotlib.use("Agg")  # without a display
from matplotlib import pyplot  # noqa: E402


def draw(history: History, path: Path) -> None:
    """Height, sway, attitude error and solve time of all robots over time, into a PNG."""
    figure, panels = pyplot.subplots(4, 1, sharex=True, figsize=(8, 7), dpi=90, layout="constrained")
    height, sway, attitude, solve = panels
    for robot in range(history["height"].shape[1]):
        height.plot(history.time, history["height"][:, robot], label=f"robot {robot}")
    height.plot(history.time, history["commanded"][:, 0], "k--", linewidth=1, label="commanded")
    height.set_ylabel("trunk height (m)")
    sway.plot(history.time, 1e3 * history["sway"])
    sway.set_ylabel("sway (mm)")
    attitude.plot(history.time, numpy.degrees(history["attitude"]))
    attitude.set_ylabel("attitude error (°)")
    solve.plot(history.time, 1e3 * history["solve_time"], ".", markersize=3)
    solve.set(ylabel="solve time (ms)", xlabel="time (s)", ylim=(0, None))
    for panel in panels:
        panel.axvspan(history.push["time"], history.push_end, color="0.85")
        panel.grid(alpha=0.3)
    sway.annotate(
        f"push of {history.push['force']:g} N", (history.push["time"], 0.9), xycoords=("data", "axes fraction"), fontsize=9,
        horizontalalignment="right", verticalalignment="top")
    if history["height"].shape[1] <= 10:
        height.legend(ncols=3, fontsize=8)
    figure.align_ylabels()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path)
    pyplot.close(figure)
