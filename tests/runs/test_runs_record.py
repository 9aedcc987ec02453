"""What a run has told, also where it was paused, interrupted and taken up again."""

from __future__ import annotations

from labeler.runs.record import RunRecord
from trainer.events import Evaluated, Event, Failed, Paused, Progressed, Resumed


def _at(seconds: float) -> Progressed:
    return Progressed("Learning", seconds, 60.0, seconds / 10, 150.0, 0.5, 1e-3)


def _scored(seconds: float, ap: float) -> Evaluated:
    return Evaluated(seconds, seconds / 10, 0.5, ap, ap, 1e-3, is_best=True, ap_low=0.1, ap_high=1)


def test_what_was_told_after_the_last_state_did_not_happen() -> None:
    told: list[Event] = [
        _at(10),
        _scored(10, 0.3),
        _at(20),
        _scored(25, 0.6),
        _at(30),
        Failed("Gone."),
    ]
    record = RunRecord.of(told)
    assert record.end == Failed("Gone.")
    record.add(Resumed(20.0, 2.0))
    assert record.end is None
    assert [seconds for seconds, _ in record.losses] == [10, 20]
    assert record.rates == [(10, 1e-3), (20, 1e-3)]
    assert record.ap == 0.3
    assert record.ap_interval == (0.1, 1)


def test_a_pause_lasts_until_it_goes_on() -> None:
    record = RunRecord.of([_at(10), Paused(10.0, 1.0)])
    assert record.is_paused
    record.add(Resumed(10.0, 1.0))
    assert not record.is_paused
    assert record.epoch == 1.0


def test_a_score_without_an_interval_has_none() -> None:
    scores = Evaluated(10.0, 1.0, 0.9, 0.5, 0.8, 1e-3, is_best=True)
    assert RunRecord.of([scores]).ap_interval is None
