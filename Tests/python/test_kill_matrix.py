"""Every process of a cluster, every signal, every phase of a run: the documented outcome, and nothing is left behind."""

import re
import traceback

import pytest
from conftest import ROOT, TABLES, expect_equal
from kill_matrix import CASES, page, run_all, table

PAGE = ROOT / "configs" / "FAULTS.md"
GENERATED = re.compile(r"(?<=<!-- matrix -->\n\n).*(?=\n<!-- end of matrix -->)", re.DOTALL)


@pytest.fixture(scope="module")
def failures(request, tmp_path_factory):
    """Those of all cases that were asked for, carried out together: they wait more than they work."""
    cases = [item.callspec.params["case"] for item in request.session.items if "case" in getattr(item, "callspec", NoCase).params
             and item.path == request.path]
    failures = run_all(cases, tmp_path_factory.mktemp("matrix"))
    request.config.stash.setdefault(TABLES, []).append(
        ("kill matrix", table({case: failures.get(case) for case in cases})))
    return failures


def test_the_page_has_the_matrix():
    text = PAGE.read_text()
    expect_equal(PAGE, GENERATED.search(text)[0], page(), lambda new: GENERATED.sub(lambda _: new, text))


class NoCase:
    params = {}


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_signal_has_the_documented_outcome(failures, case):
    error = failures.get(case)
    if error is not None:
        pytest.fail("".join(traceback.format_exception(error)), pytrace=False)
