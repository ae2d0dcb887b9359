"""A short soak of each kind; `make soak` is the long one."""

import soak


def test_empty_steps_with_eight_workers():
    figures = soak.main(["--steps", "20000", "--seed", "1"]).figures
    assert figures["steps"] == 20_000 and figures["solved"] == 160_000


def test_faults_of_every_kind():
    """Short runs, so that each of a dozen configs, ends and faults has its turn in a few of them."""
    soaked = soak.main(["--seconds", "10", "--run", "3", "--seed", "2"])
    assert soaked.figures["solved"] > 0 and soaked.restarts > 0
    assert soaked.faults["kill controller"] > 0 and soaked.faults["suspend controller"] > 0
