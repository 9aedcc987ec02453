"""An assistant without a network: run as a process, it keeps its orders in a file and answers.

Each round it offers one box on every image, 100 pixels further right than the round before, and
finds the images with the highest ids the most useful. Told to look at image 0, it dies.
"""

from __future__ import annotations

import sys
from pathlib import Path

from trainer.assist_lines import (
    Answer,
    Failed,
    Label,
    Learn,
    Learnt,
    Pause,
    Ranked,
    Ready,
    Suggest,
    Suggested,
    order_from,
    to_line,
)

SIDE = 60.0
CHANCES = ((0.2, 0.3), (0.7, 0.9))


def main() -> None:
    kept = Path(sys.argv[1]).open("a", encoding="utf-8")  # noqa: SIM115
    dies = len(sys.argv) > 2
    rounds, category = 0, 0
    say(Ready(1, 0))
    for line in sys.stdin:
        kept.write(line)
        kept.flush()
        order = order_from(line)
        if isinstance(order, Label):
            category = next((box[0] for each in order.images for box in each.boxes or ()), category)
        elif isinstance(order, Learn):
            rounds += 1
            if dies:
                say(Failed("The disk is made of cheese."))
                sys.exit(1)
            say(Learnt(rounds, 10, 10, order.seconds, 50, 8, 10, CHANCES))
        elif isinstance(order, Suggest):
            for number in order.ids:
                offer = (category, 0.75, 100.0 * rounds, 50.0, SIDE, SIDE)
                say(Suggested(number, (offer,)))
            say(Ranked(tuple(sorted(order.ids, reverse=True))))
        elif isinstance(order, Pause):
            continue


def say(answer: Answer) -> None:
    sys.stdout.write(to_line(answer) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
