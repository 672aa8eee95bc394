"""What a phase of loading says of the machine."""

import psutil
import pytest

from bench.bulk_profile import Phase, _group

CORES = psutil.cpu_count()


@pytest.mark.parametrize(
    ("thread", "group"),
    [
        ("elasticsearch[trawl][write][T#2]", "write"),
        ("elasticsearch[trawl][merge][T#1]", "merge"),
        ("elasticsearch[trawl][force_merge][T#1]", "force_merge"),
        ("GC Thread#0", "gc"),
        ("G1 Conc#0", "gc"),
        ("C2 CompilerThread0", "compiler"),
        ("main", "other"),
    ],
)
def test_threads_are_told_by_their_pool(thread: str, group: str) -> None:
    assert _group(thread) == group


@pytest.mark.parametrize(
    ("busy", "merging", "said"),
    [
        (1.0, 2.0 * CORES, "saturated"),
        (1.0, 0.5 * CORES, "saturated by other work as well"),
        (0.6, 1.9, "not saturated; one thread (merge) worked 95% of it"),
        (0.6, 1.0, "not saturated; nor did one thread work all the time"),
    ],
)
def test_what_held_a_phase_up_is_said(busy: float, merging: float, said: str) -> None:
    phase = Phase(2.0, {"merge": merging}, ("elasticsearch[trawl][merge][T#1]", merging), [(0.0, busy), (0.2, busy)])
    assert phase.said().endswith(f": {said}")
