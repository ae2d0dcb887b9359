"""What a step over hosts costs: the model, its fit to measured points, and what it says of machines that nobody has here.

A step has three parts that follow each other:

    step(hosts, controllers) = network + agents + solve

    network = start + each * (hosts - 2) + down * byte(down) + up * byte(up)
        down and up are the bytes of all hosts together: they all pass the head's one link. byte() is what a byte takes: copying
        it through the kernel, or the wire, whichever is slower.
    agents  = fixed + slot * controllers moved
        what our agents do beside that: find what is due, hand it out, settle it.
    solve   = wake + solve_time * controllers of the largest share / cores

Times in seconds, rates in bit/s.
"""

import statistics
from dataclasses import dataclass

# Ethernet, IP and TCP around 1448 bytes of payload: preamble 8, header 14, checksum 4, gap 12, IP 20, TCP with times 32.
FRAMING = 1538 / 1448


def least_squares(rows, targets, measures=None):
    """Coefficients that fit best, errors counted relative to the target, or to `measures`, none of them negative."""
    measures = measures or targets
    columns = len(rows[0])
    active = list(range(columns))
    while True:
        scaled = [[row[column] / measure for column in active] for row, measure in zip(rows, measures)]
        wanted = [target / measure for target, measure in zip(targets, measures)]
        size = len(active)
        matrix = [[sum(row[i] * row[j] for row in scaled) for j in range(size)] + [sum(row[i] * want for row, want in zip(scaled, wanted))]
                  for i in range(size)]
        for i in range(size):
            pivot = max(range(i, size), key=lambda row: abs(matrix[row][i]))
            matrix[i], matrix[pivot] = matrix[pivot], matrix[i]
            for row in range(size):
                if row != i:
                    factor = matrix[row][i] / matrix[i][i]
                    matrix[row] = [a - factor * b for a, b in zip(matrix[row], matrix[i])]
        solution = {column: matrix[i][size] / matrix[i][i] for i, column in enumerate(active)}
        worst = min(active, key=solution.get)
        if solution[worst] >= 0:
            return [solution.get(column, 0.0) for column in range(columns)]
        active.remove(worst)


@dataclass
class Model:
    start: float
    each: float
    byte: float
    fixed: float
    slot: float
    wake: float
    solve_time: float

    @classmethod
    def fit(cls, figures):
        """From plain MPI with messages of many sizes, from what agents added to it, and from steps on one host alone. First
        quartiles: the step when nothing else ran."""
        sizes = figures["sizes"]
        start, each, byte = least_squares(
            [(1, point["hosts"] - 2, 2 * point["bytes_a_host"] * (point["hosts"] - 1)) for point in sizes],
            [point["quartile_us"] * 1e-6 for point in sizes])
        rows, added, whole = [], [], []
        for entry in figures["steps"]:
            # A turn may be slow as a whole, for one of the two: what lies in the middle counts, and by what it is a part of.
            turns = [(turn["empty"]["moved"]["quartile_us"],
                      next(way for way in turn["plain"]["ways"] if way["way"] == "collectives")["quartile_us"])
                     for turn in entry["turns"]]
            rows.append((1, sum(entry["shares"][1:])))
            added.append(statistics.median(ours - plain for ours, plain in turns) * 1e-6)
            whole.append(statistics.median(ours for ours, _ in turns) * 1e-6)
        fixed, slot = least_squares(rows, added, whole)
        alone = figures["alone"]
        wake, solve_time = least_squares([(1, point["controllers"]) for point in alone],
                                         [point["least_us"] * 1e-6 for point in alone])
        return cls(start, each, byte, fixed, slot, wake, solve_time)

    def network(self, hosts, down, up, rate=None, latency=0.0):
        """`latency`: of the network, one way, beyond what a message between namespaces takes."""
        wire = 8 * FRAMING / rate if rate else 0.0
        return self.start + 2 * latency + self.each * (hosts - 2) + (down + up) * max(self.byte, wire)

    def agents(self, moved):
        return self.fixed + self.slot * moved

    def solve(self, largest, cores, solve_time=None):
        return self.wake + (solve_time or self.solve_time) * -(-largest // cores)
