"""What else there is in Python to step N worker processes, as users would pick it.

    peer.py gymnasium|pipes|semaphores WORKERS STATE COMMAND

In each a round hands every worker one of two float32 vectors and takes the other one back, at the sizes of a robot's
state and command; nothing is computed. A package that is not there is told in the answer: `missing: …`.
"""

import multiprocessing
import os
import sys
from pathlib import Path

from rounds import answer


def give_up(error):
    """Tells what is missing; `make bench` has left beside it why it could not be installed."""
    why = Path(sys.prefix, "failure.txt")
    said = why.read_text().split("\n") if why.exists() else []
    print(f"missing: {error}", *[f"({line})" for line in said[-2:-1]])
    sys.exit()


try:
    import numpy as np
except ImportError as error:
    give_up(error)


def gymnasium_rounds(workers, state, command):
    """AsyncVectorEnv: the action goes over a pipe, the observation comes back through shared memory."""
    import gymnasium

    class Robot(gymnasium.Env):
        observation_space = gymnasium.spaces.Box(-np.inf, np.inf, (state,), np.float32)
        action_space = gymnasium.spaces.Box(-1, 1, (command,), np.float32)

        def __init__(self):
            self.observation = np.zeros(state, np.float32)

        def reset(self, *, seed=None, options=None):
            return self.observation, {}

        def step(self, action):
            return self.observation, 0.0, False, False, {}

    robots = gymnasium.vector.AsyncVectorEnv([Robot] * workers, shared_memory=True)
    robots.reset()
    actions = np.zeros((workers, command), np.float32)
    answer(lambda: robots.step(actions))
    robots.close()


def pipe_rounds(workers, state, command):
    """multiprocessing: one pipe a worker; its state is sent as an array, its command comes back as one."""

    def work(end):
        own = np.zeros(command, np.float32)
        while end.recv() is not None:
            end.send(own)

    def start():
        mine, theirs = multiprocessing.Pipe()
        process = multiprocessing.Process(target=work, args=(theirs,), daemon=True)
        process.start()
        return mine, process

    pairs = [start() for _ in range(workers)]
    states = np.zeros((workers, state), np.float32)
    commands = np.zeros((workers, command), np.float32)

    def once():
        for (pipe, _), row in zip(pairs, states):
            pipe.send(row)
        for (pipe, _), row in zip(pairs, commands):
            row[:] = pipe.recv()

    answer(once)
    for pipe, process in pairs:
        pipe.send(None)
        process.join()


def semaphore_rounds(workers, state, command):
    """posix_ipc: two semaphores a worker, the rows in one mapping."""
    import mmap

    import posix_ipc

    size = 4 * (state + command)
    memory = mmap.mmap(-1, size * workers)
    rows = np.frombuffer(memory, np.float32).reshape(workers, state + command)

    def semaphore(name):
        made = posix_ipc.Semaphore(f"/step-bench-{os.getpid()}-{name}", posix_ipc.O_CREX, initial_value=0)
        # Who has it open keeps it, and nothing is left behind.
        made.unlink()
        return made

    def work(request, answered, row):
        own_state, own_command = np.zeros(state, np.float32), np.zeros(command, np.float32)
        while True:
            request.acquire()
            own_state[:] = row[:state]
            row[state:] = own_command
            answered.release()

    def start(index):
        ends = semaphore(f"{index}-request"), semaphore(f"{index}-answer")
        process = multiprocessing.Process(target=work, args=(*ends, rows[index]), daemon=True)
        process.start()
        return ends, process

    started = [start(index) for index in range(workers)]
    states = np.zeros((workers, state), np.float32)
    commands = np.zeros((workers, command), np.float32)

    def once():
        rows[:, :state] = states
        for (request, _), _ in started:
            request.release()
        for (_, answered), _ in started:
            answered.acquire()
        commands[:] = rows[:, state:]

    answer(once)
    for _, process in started:
        process.terminate()
        process.join()


PEERS = {"gymnasium": gymnasium_rounds, "pipes": pipe_rounds, "semaphores": semaphore_rounds}

if __name__ == "__main__":
    # As on any Linux until Python 3.14, and the cheapest: workers share what was imported.
    multiprocessing.set_start_method("fork")
    try:
        PEERS[sys.argv[1]](*map(int, sys.argv[2:5]))
    except ImportError as error:
        give_up(error)
