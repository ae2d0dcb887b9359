"""The cost model of steps over hosts: that its fit finds what is there, and that the committed pages are what their figures say."""

import json
import sys

import pytest
from conftest import ROOT

sys.path.insert(0, str(ROOT / "Tests" / "Bench"))
import hosts_pages  # noqa: E402
from cost_model import FRAMING, Model, least_squares  # noqa: E402

TRUE = Model(start=20e-6, each=8e-6, byte=0.2e-9, fixed=10e-6, slot=50e-9, wake=40e-6, solve_time=5e-6)


def figures(model):
    """What a machine would measure that the model holds for exactly."""
    def quartile(seconds):
        return {key: seconds * 1e6 for key in ("median_us", "quartile_us", "p99_us", "min_us", "least_us")}

    def moved(hosts, count):
        shares = [count // hosts + (index < count % hosts) for index in range(hosts)]
        down, up = 513 * sum(shares[1:]), 872 * sum(shares[1:])
        plain = model.network(hosts, down, up)
        ours = plain + model.agents(sum(shares[1:]))
        turn = {"worked": quartile(plain), "brisk": quartile(plain), "empty": {"moved": quartile(plain), "settling": quartile(ours - plain), "handling": quartile(ours - plain), "pause": quartile(1e-3)}, "plain": {"ways": [{"way": way, "poll": "wake", **quartile(plain)} for way in hosts_pages.WAYS]},
                "real": {"moved": quartile(ours), "local": quartile(1e-3), "step": quartile(ours + 1e-3)}}
        return {"hosts": hosts, "controllers": count, "shares": shares, "bytes_down": down, "bytes_up": up, "turns": [turn] * 3}

    def size(hosts, size, rate=None):
        return {"hosts": hosts, "bytes_a_host": size, "rate": rate,
                **quartile(model.network(hosts, size * (hosts - 1), size * (hosts - 1), rate))}

    sizes = (64, 4096, 65536, 524288)
    return {
        "machine": dict.fromkeys(("processor", "cores", "kernel", "mpi", "compiler", "commit", "date"), "none") | {"load": 0},
        "rows": {"down": [320, 192], "up": [256, 192, 320, 64], "order": 1, "answer": 40}, "quick": False,
        "steps": [moved(hosts, count) for hosts in (2, 3) for count in (16, 160, 800)],
        "alone": [{"controllers": count, **quartile(model.solve(count, 1))} for count in (16, 160, 800)],
        "sizes": [size(hosts, bytes_) for hosts in (2, 3) for bytes_ in sizes],
        "shaped": [size(hosts, bytes_, 1e9) for hosts in (2, 3) for bytes_ in sizes]}


def test_a_fit_finds_the_constants_that_made_the_figures():
    found = Model.fit(figures(TRUE))
    for name, value in vars(TRUE).items():
        assert getattr(found, name) == pytest.approx(value, rel=1e-6), name


def test_a_constant_that_would_be_negative_is_none():
    assert least_squares([(1, 0), (1, 1), (1, 2)], [3.0, 2.0, 1.0])[1] == 0


def test_a_link_that_is_slower_than_copying_decides():
    quick, slow = TRUE.network(2, 1000, 0, 100e9, 1e-6), TRUE.network(2, 1000, 0, 1e9, 1e-6)
    assert quick == pytest.approx(TRUE.start + 2e-6 + 1000 * TRUE.byte)
    assert slow == pytest.approx(TRUE.start + 2e-6 + 8000 * FRAMING / 1e9)


def test_answers_come_in_while_orders_go_out_to_other_hosts():
    bit = FRAMING * 8 / 1e9
    assert TRUE.network(3, 2000, 2000, 1e9) == pytest.approx(TRUE.start + TRUE.each + 3000 * bit)
    # The way that carries more decides, and one host's part of the other.
    assert TRUE.network(5, 400, 4000, 1e9) == pytest.approx(TRUE.start + 3 * TRUE.each + 4100 * bit)


def test_the_page_says_that_an_exact_model_has_no_error():
    page = hosts_pages.scale_page(figures(TRUE))
    errors = [line.split("|")[-2].strip() for line in page.splitlines() if line.startswith(("| plain MPI", "| our step"))]
    assert len(errors) == 10 and set(errors) <= {"+0 %", "-0 %"}


@pytest.mark.parametrize("page, write", [
    (ROOT / "Tests" / "Bench" / "HOSTS.md", hosts_pages.figures_page), (ROOT / "Tests" / "Bench" / "SCALE.md", hosts_pages.scale_page)],
    ids=["HOSTS.md", "SCALE.md"])
def test_the_committed_pages_are_what_their_figures_say(page, write):
    measured = json.loads((ROOT / "Tests" / "Bench" / "hosts.json").read_text())
    assert page.read_text() == write(measured), f"Tests/Bench/hosts_bench.py --from Tests/Bench/hosts.json writes {page.name} anew"
