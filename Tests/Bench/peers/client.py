"""A cluster's client in Python: calls the bench's small C library with ctypes.

    client.py LIBRARY SEGMENT
"""

import ctypes
import sys

from rounds import answer


def main():
    library = ctypes.CDLL(sys.argv[1])
    library.bench_attach.restype = ctypes.c_void_p
    library.bench_attach.argtypes = [ctypes.c_char_p]
    library.bench_solve.argtypes = library.bench_detach.argtypes = [ctypes.c_void_p]
    client = library.bench_attach(sys.argv[2].encode())
    if client is None:
        sys.exit(1)

    def step():
        if library.bench_solve(client) < 0:
            raise RuntimeError("a step did not solve")

    answer(step)
    library.bench_detach(client)


main()
