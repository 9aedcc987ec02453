"""A moment of the simulated world that fails is told and passed over; many in a row end it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from labeler.simulator.company import Company
from labeler.simulator.configuration import Identity


@pytest.fixture
def company() -> Iterator[Company]:
    made = Company([Identity()], seed=1, fps=60.0)
    yield made
    made.close()


def test_one_moment_that_fails_is_not_the_end_of_the_robot(
    company: Company, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    step, moments = company.world.step, iter(range(1, 1000))

    def fails_now_and_then(seconds: float) -> None:
        if next(moments) % 2:
            raise RuntimeError("a moment")
        step(seconds)

    monkeypatch.setattr(company.world, "step", fails_now_and_then)

    async def live_on() -> None:
        life = asyncio.create_task(company.live())
        while company.world.tick < 40:
            assert not life.done()
            await asyncio.sleep(0.01)
        life.cancel()

    asyncio.run(asyncio.wait_for(live_on(), 60))
    assert "RuntimeError: a moment" in capsys.readouterr().err


def test_a_robot_whose_every_moment_fails_ends_with_the_reason(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_seconds: float) -> None:
        raise ZeroDivisionError("each moment")

    monkeypatch.setattr(company.world, "step", fails)
    with pytest.raises(ZeroDivisionError, match="each moment"):
        asyncio.run(asyncio.wait_for(company.live(), 60))
