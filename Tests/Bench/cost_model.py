"""What a step over hosts costs: the model, its fit to measured points, and what it says of machines that nobody has here.

A step has three parts that follow each other:

    step(hosts, controllers) = network + agents + solve

    network = start + each * (hosts - 2) + the longer of
              byte * (down + up)                     copying at the head, one after the other
              wire * (down + up of one host), or     the head's one link, which carries both ways at once: answers of the first
              wire * (down of one host + up)         hosts come in while orders go out to the others
        down and up are the bytes of all hosts together.
    agents  = fixed + slot * controllers moved
        what our agents do beside that: find what is due, hand it out, settle it.
    solve   = wake + solve_time * controllers of the largest share / cores

Times in seconds, rates in bit/s.
"""

import statistics
from dataclasses import dataclass

# Ethernet, IP and TCP around 1448 bytes of payload: preamble 8, header 14, checksum 4, gap 12, IP 20, TCP with times 32.
FRAMING = 1538 / 1448


def least_squares(rows, targets):
    """Coefficients that fit best, errors counted relative to the target, none of them negative."""
    columns = len(rows[0])
    active = list(range(columns))
    while True:
        scaled = [[row[column] / target for column in active] for row, target in zip(rows, targets)]
        wanted = [1.0] * len(targets)
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


def wire(others, down, up, rate):
    """How long the head's link is busy with the bytes of that many other hosts, s."""
    return max(down + up / others, down / others + up) * 8 * FRAMING / rate if rate else 0.0


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
        """From plain MPI with messages of many sizes, from what the head's agent did beside it, and from steps on one host alone.
        First quartiles: the step when nothing else ran."""
        sizes = figures["sizes"]
        start, each, byte = least_squares(
            [(1, point["hosts"] - 2, 2 * point["bytes_a_host"] * (point["hosts"] - 1)) for point in sizes],
            [point["quartile_us"] * 1e-6 for point in sizes])
        fixed, slot = least_squares(
            [(1, sum(entry["shares"][1:])) for entry in figures["steps"]],
            [statistics.median(turn["empty"]["handling"]["quartile_us"] for turn in entry["turns"]) * 1e-6 for entry in figures["steps"]])
        alone = figures["alone"]
        wake, solve_time = least_squares([(1, point["controllers"]) for point in alone],
                                         [point["least_us"] * 1e-6 for point in alone])
        return cls(start, each, byte, fixed, slot, wake, solve_time)

    def network(self, hosts, down, up, rate=None, latency=0.0):
        """`latency`: of the network, one way, beyond what a message between namespaces takes."""
        return self.start + 2 * latency + self.each * (hosts - 2) + max((down + up) * self.byte, wire(hosts - 1, down, up, rate))

    def agents(self, moved):
        return self.fixed + self.slot * moved

    def solve(self, largest, cores, solve_time=None):
        return self.wake + (solve_time or self.solve_time) * -(-largest // cores)
