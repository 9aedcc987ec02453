"""Who stands where: a seeded little world that moves on in ticks."""

from __future__ import annotations

import math

from labeler.simulator.body import Body, BodyPose
from labeler.simulator.scene import Figure, Scene


class World:
    """Our robot, the other robot and the things on the table. Centimetres and radians."""

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed
        self.tick = 0
        self.seconds = 0.0
        self.controlled = False
        self.body = Body(BodyPose(0.0, 0.0, math.pi / 2))

    def step(self, seconds: float) -> None:
        """Moves everything on by one tick."""
        self.tick += 1
        self.seconds += seconds
        if not self.controlled:
            self.body.turn(0.5 * math.sin(self.seconds))
        self.body.take_pose(self.body.step(seconds), free=True)

    def scene(self) -> Scene:
        place = 10.0 * math.sin(0.7 * self.seconds)
        figure = Figure(BodyPose(place, 25.0, -math.pi / 2))
        return Scene(self.tick, self.body.pose, self.body.turn_rate, 0.0, 1.0, figure, ())
