"""The robot's calls that show something: speech, animations, eyes. It tells what it would do."""

from __future__ import annotations

from typing import Any

from anki_vector.messaging import protocol

from labeler.simulator.messages import ok
from labeler.simulator.robot import SimulatedRobot

SECONDS_A_LETTER, SECONDS_AT_LEAST, SECONDS_AT_MOST = 0.06, 0.4, 12.0
SECONDS_A_LOOP = 1.6
ANIMATIONS = (
    "anim_greeting_goodbye_01",
    "anim_poked_giggle",
    "anim_pounce_success_02",
    "anim_turn_left_01",
)
TRIGGERS = (
    "ComeHereSuccess",
    "ConnectToCubeSuccess",
    "DriveOffChargerSuccess",
    "ExploringLookAround",
    "FetchCubeFailure",
    "FetchCubeSuccess",
    "FistBumpSuccess",
    "FrustratedByFailureMajor",
    "GoToSleepGetIn",
    "GreetAfterLongTime",
    "NeutralFace",
    "OnboardingReactToFaceHappy",
    "OnboardingWakeWordSuccess",
    "PettingBlissLoop",
    "PickupCubeSuccess",
    "PounceSuccess",
    "StuckOnEdgeIdle",
)
"""Some that every robot has; the real one has hundreds, and any name is played."""
NOT_DONE = (
    "DockWithCube",
    "DriveOnCharger",
    "FindFaces",
    "GoToObject",
    "LookAroundInPlace",
    "PickupObject",
    "PlaceObjectOnGroundHere",
    "PopAWheelie",
    "RollBlock",
    "RollObject",
    "TurnTowardsFace",
)
"""Behaviours that need what this world lacks (faces, a charger, a cube that answers): they are
answered with "would not start", and told."""
_WONT = protocol.BehaviorResults.Value("BEHAVIOR_WONT_ACTIVATE_STATE")
_COMPLETE = protocol.BehaviorResults.Value("BEHAVIOR_COMPLETE_STATE")


class Shows:
    """Each answers when the show is over, as the robot does; without control at once."""

    robot: SimulatedRobot

    def may_move(self, context: Any) -> bool:
        raise NotImplementedError

    async def SayText(self, request: Any, context: Any) -> Any:  # noqa: N802
        states = protocol.SayTextResponse
        if not self.may_move(context):
            return ok(states, state=states.INVALID)
        wanted = SECONDS_A_LETTER * len(request.text) * (request.duration_scalar or 1.0)
        self.robot.tell("said", request.text)
        await self.robot.perform(min(SECONDS_AT_MOST, SECONDS_AT_LEAST + wanted), moves=False)
        return ok(states, state=states.FINISHED)

    async def PlayAnimation(self, request: Any, context: Any) -> Any:  # noqa: N802
        return await self._play(request.animation.name, request, context)

    async def PlayAnimationTrigger(self, request: Any, context: Any) -> Any:  # noqa: N802
        return await self._play(request.animation_trigger.name, request, context)

    async def _play(self, name: str, request: Any, context: Any) -> Any:
        message = protocol.PlayAnimationResponse
        if not self.may_move(context) or not name:
            return ok(message, result=_WONT)
        self.robot.tell("played", name)
        moves = not (request.ignore_body_track or self.robot.faults.docked)
        loops = min(5, max(1, int(request.loops)))
        await self.robot.perform(SECONDS_A_LOOP * loops, moves=moves)
        return ok(message, result=_COMPLETE, animation=protocol.Animation(name=name))

    async def ListAnimations(self, request: Any, context: Any) -> Any:  # noqa: N802
        names = [protocol.Animation(name=name) for name in ANIMATIONS]
        return ok(protocol.ListAnimationsResponse, animation_names=names)

    async def ListAnimationTriggers(self, request: Any, context: Any) -> Any:  # noqa: N802
        names = [protocol.AnimationTrigger(name=name) for name in TRIGGERS]
        return ok(protocol.ListAnimationTriggersResponse, animation_trigger_names=names)

    async def SetEyeColor(self, request: Any, context: Any) -> Any:  # noqa: N802
        if self.may_move(context):
            self.robot.color_eyes(request.hue, request.saturation)
            self.robot.tell("eyes", f"hue {request.hue:.2f}, saturation {request.saturation:.2f}")
        return ok(protocol.SetEyeColorResponse)

    async def DisplayFaceImageRGB(self, request: Any, context: Any) -> Any:  # noqa: N802
        if self.may_move(context):
            self.robot.tell("showed", f"a picture for {request.duration_ms / 1000:.1f} s")
        return ok(protocol.DisplayFaceImageRGBResponse)

    async def DriveOffCharger(self, request: Any, context: Any) -> Any:  # noqa: N802
        if self.may_move(context):
            self.robot.faults.switch("undock")
        return ok(protocol.DriveOffChargerResponse, result=_COMPLETE)


def _not_done(name: str) -> Any:
    message = getattr(protocol, f"{name}Response")
    result = message.DESCRIPTOR.fields_by_name["result"]
    is_action = result.message_type is not None
    refusal = protocol.ActionResult(code=protocol.ActionResult.ABORT) if is_action else _WONT

    async def answer(self: Shows, request: Any, context: Any) -> Any:
        self.robot.tell("asked", name)
        return ok(message, result=refusal)

    return answer


for _name in NOT_DONE:
    setattr(Shows, _name, _not_done(_name))
