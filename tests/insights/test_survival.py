"""Kaplan–Meier against examples computed by hand, ties, and the order of stopping and leaving at one moment."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ideaboard.insights.survival import curve_of

S, C = True, False  # stopped; censored


def test_by_hand():
    """Six watched: 1 S, 2 C, 3 S, 4 S, 5 C, 6 S. S(1) = 5/6; S(3) = 5/6 * 3/4; S(4) = that * 2/3; S(6) = 0."""
    curve = curve_of([(1, S), (2, C), (3, S), (4, S), (5, C), (6, S)])
    assert curve.moments == (1, 3, 4, 6)
    assert curve.waiting == pytest.approx((5 / 6, 5 / 8, 5 / 12, 0))
    assert curve.median == 4
    assert (curve.watched, curve.stopped, curve.longest) == (6, 4, 6)
    assert curve.stopped_within(0.5) == 0
    assert curve.stopped_within(3) == pytest.approx(3 / 8)
    assert curve.stopped_within(3.9) == pytest.approx(3 / 8)


def test_the_trial_of_freireich():
    """6-MP against leukaemia, 21 patients (1963), in every textbook: S(6) = 0.857, S(10) = 0.753, S(22) = 0.538, S(23) = 0.448."""
    weeks = [(w, S) for w in (6, 6, 6, 7, 10, 13, 16, 22, 23)]
    weeks += [(w, C) for w in (6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35)]
    curve = curve_of(weeks)
    waiting = dict(zip(curve.moments, curve.waiting, strict=True))
    assert {week: round(waiting[week], 3) for week in (6, 10, 22, 23)} == {6: 0.857, 10: 0.753, 22: 0.538, 23: 0.448}
    assert curve.median == 23


def test_who_leaves_at_the_moment_of_a_stop_was_still_watched():
    assert curve_of([(1, S), (1, C)]).waiting == (0.5,)
    assert curve_of([(1, C), (1, S)]).waiting == (0.5,)


def test_several_that_stop_at_one_moment_are_one_step():
    curve = curve_of([(2, S), (2, S), (2, C), (3, S)])
    assert curve.moments == (2, 3) and curve.waiting == pytest.approx((0.5, 0))
    assert curve.median == 2


@pytest.mark.parametrize("many", [2, 6, 10, 14, 22, 46, 98, 1000, 20_000])
def test_exactly_one_half_is_the_median_whatever_the_rounding(many):
    assert curve_of([(n, S) for n in range(many)]).median == many // 2 - 1


def test_a_curve_that_never_reaches_one_half_has_no_median():
    curve = curve_of([(1, S), (2, S), (5, C), (5, C), (9, C)])
    assert curve.median is None and curve.stopped_within(9) == pytest.approx(2 / 5)


def test_nothing_watched():
    curve = curve_of([])
    assert (curve.watched, curve.median, curve.longest, curve.stopped_within(1)) == (0, None, 0, 0)


@given(st.lists(st.tuples(st.integers(0, 12), st.booleans()), max_size=40))
def test_it_is_the_product_of_fractions(lives):
    share, expected = Fraction(1), {}
    for moment in sorted({t for t, stopped in lives if stopped}):
        watched = sum(1 for t, _ in lives if t >= moment)
        share *= 1 - Fraction(sum(1 for t, stopped in lives if stopped and t == moment), watched)
        expected[moment] = share
    curve = curve_of(lives)
    assert dict(zip(curve.moments, curve.waiting, strict=True)) == pytest.approx(
        {t: float(s) for t, s in expected.items()}
    )
    assert curve.median == next((t for t, s in expected.items() if s <= Fraction(1, 2)), None)


def test_once_none_waits_the_curve_is_known_for_good_else_as_long_as_any_was_watched():
    assert curve_of([(1, S), (2, C), (3, S)]).known_until == float("inf")
    assert curve_of([(1, S), (3, S), (3, C)]).known_until == 3
    assert curve_of([(1, S), (5, C)]).known_until == 5
    assert curve_of([]).known_until == 0
