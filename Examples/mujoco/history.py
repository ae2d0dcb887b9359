"""What is measured of a run, and how the robots took it."""

from typing import Dict, List, Mapping, Sequence

import ccluster
import numpy
from numpy.typing import NDArray

# Who stays within these has recovered.
HEIGHT_TOLERANCE, SWAY_TOLERANCE, ATTITUDE_TOLERANCE = 0.01, 0.01, numpy.radians(1)  # m, m, rad


class History:
    """A row for each cluster step of all robots: history["height"] is [steps, controllers].

    height: of the trunk, m. commanded: what it should be, m. sway: how far the trunk is from where it should be, seen from
    above, m. attitude: angle to the commanded one, rad. fallen: 1 of robots that lie, or are about to. solve_time: s.
    """

    def __init__(self, dt: float, push: Mapping[str, float], references: Sequence[Mapping[str, float]]):
        """dt: between two rows, s. push, references: as in the config."""
        self.dt, self.push = dt, push
        self.reports: List[ccluster.Report] = []
        self._columns: Dict[str, List[NDArray]] = {}
        #: s, when the push ends.
        self.push_end = push["time"] + push["duration"]
        later = [reference["time"] for reference in references if reference["time"] >= self.push_end]
        #: s, when the robots have to have recovered: then they are told to stand otherwise.
        self.deadline = min(later, default=numpy.inf)

    def add(self, report: ccluster.Report, **columns: NDArray) -> None:
        """columns: [controllers] of each."""
        self.reports.append(report)
        for name, values in columns.items():
            self._columns.setdefault(name, []).append(numpy.array(values, float))

    def __getitem__(self, column: str) -> NDArray:
        return numpy.array(self._columns[column])

    def __len__(self) -> int:
        return len(self.reports)

    @property
    def time(self) -> NDArray:
        """[steps] s"""
        return self.dt * numpy.arange(len(self))

    def recovery(self) -> NDArray:
        """How long after the push each robot was within the tolerances, to stay there: [controllers] s; inf when it never was,
        nan when the run ended before."""
        away = abs(self["height"] - self["commanded"]) > HEIGHT_TOLERANCE
        away |= self["sway"] > SWAY_TOLERANCE
        away |= self["attitude"] > ATTITUDE_TOLERANCE
        away = away[(self.time > self.push_end) & (self.time < self.deadline)]
        # Backwards: for how many rows up to the deadline it stayed.
        stayed = numpy.logical_and.accumulate(~away[::-1]).sum(0)
        return numpy.where(stayed > 0, (len(away) - stayed) * self.dt, numpy.inf if len(away) else numpy.nan)

    def fallen(self) -> NDArray:
        """Which robots fell: [controllers] of bool."""
        return self["fallen"].max(0) > 0

    def is_well(self) -> bool:
        """Whether no robot fell, and none has not recovered from the push."""
        return not self.fallen().any() and not numpy.isinf(self.recovery()).any()

    def summary(self) -> str:
        """A line for each robot, and what the solves took."""
        pushed = (self.time >= self.push["time"]) & (self.time < self.deadline)
        sway = 1e3 * self["sway"][pushed].max(0, initial=0)
        tilt = numpy.degrees(self["attitude"][pushed].max(0, initial=0))
        height, attitude = 1e3 * (self["height"] - self["commanded"])[-1], numpy.degrees(self["attitude"][-1])
        lines = ["  robot  pushed to     sway     tilt  recovered in  height, end  attitude, end"]
        for robot, (recovery, has_fallen) in enumerate(zip(self.recovery(), self.fallen())):
            outcome = {numpy.inf: "never"}.get(recovery, "–" if numpy.isnan(recovery) else f"{recovery:.2f} s")
            lines.append(
                f"  {robot:5}  {360 * robot / len(sway):8.0f}°  {sway[robot]:3.0f} mm  {tilt[robot]:6.1f}°"
                f"  {'fell' if has_fallen else outcome:>12}  {height[robot]:+8.1f} mm  {attitude[robot]:12.1f}°")
        times = 1e3 * self["solve_time"][self["solve_time"] > 0]
        if len(times):
            median, p99, most = numpy.percentile(times, [50, 99, 100])
            lines.append(f"  solve time: {median:.1f} ms median, {p99:.1f} ms p99, {most:.1f} ms max")
        outcomes = {name: sum(getattr(report, name) for report in self.reports) for name in ("solved", "failed", "late", "died")}
        lines.append("  solves: " + ", ".join(f"{count} {name}" for name, count in outcomes.items()))
        return "\n".join(lines)
