"""The robot's state in the SDK's messages: millimetres, volts, status bits."""

from __future__ import annotations

import math
from typing import Any

from anki_vector.messaging import protocol
from google.protobuf.message import Message

from labeler.simulator.body import HEAD_RANGE, LIFT_RANGE, BodyPose, clamp, wrap
from labeler.simulator.faults import Faults
from labeler.simulator.robot import EXPOSURES, SimulatedRobot
from labeler.simulator.scene import Exposure
from labeler.simulator.setting import BATTERY_HOURS
from labeler.simulator.view import BEND, MIDDLE_FOCAL

MM = 10.0
"""Millimetres in the world's centimetre."""
LIFT_ARM = 6.6
HOST_VERSION = 5
_OFF_GROUND = {
    "lifted": int(protocol.ROBOT_STATUS_IS_PICKED_UP),
    "held": int(protocol.ROBOT_STATUS_IS_BEING_HELD),
    "falling": int(protocol.ROBOT_STATUS_IS_FALLING),
}
FULL_VOLTS, EMPTY_VOLTS = 4.1, 3.6


def ok(message: type[Any], **values: Any) -> Any:
    """A response that says "received" where it has a status to say so."""
    fields = message.DESCRIPTOR.fields_by_name
    if "status" in fields and "status" not in values:
        values["status"] = protocol.ResponseStatus(code=protocol.ResponseStatus.RESPONSE_RECEIVED)
    return message(**values)


def is_finite(value: Any) -> bool:
    """Whether no number in a message is infinite or none at all, however deep it is."""
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, Message):
        return all(is_finite(each) for _, each in value.ListFields())
    return isinstance(value, str | bytes | int) or all(map(is_finite, value))


def pose_since(start: BodyPose, now: BodyPose) -> BodyPose:
    """now, as the robot counts it: from where it woke up."""
    east, north = now.x - start.x, now.y - start.y
    cos, sin = math.cos(start.heading), math.sin(start.heading)
    return BodyPose(
        east * cos + north * sin,
        north * cos - east * sin,
        wrap(now.heading - start.heading),
        now.head,
        now.lift,
    )


def robot_state(robot: SimulatedRobot) -> Any:
    if robot.playback is not None:
        return robot.playback.state(robot.world.seconds)
    body = robot.body
    pose = pose_since(robot.start_pose, body.pose)
    half = pose.heading / 2
    place = protocol.PoseStruct(
        x=pose.x * MM, y=pose.y * MM, q0=math.cos(half), q3=math.sin(half), origin_id=1
    )
    return protocol.RobotState(
        pose=place,
        pose_angle_rad=pose.heading,
        left_wheel_speed_mmps=body.left * MM,
        right_wheel_speed_mmps=body.right * MM,
        head_angle_rad=pose.head,
        lift_height_mm=pose.lift * MM,
        accel=protocol.AccelData(z=9810.0),
        gyro=protocol.GyroData(z=body.turn_rate),
        carrying_object_id=-1,
        carrying_object_on_top_id=-1,
        head_tracking_object_id=-1,
        localized_to_object_id=-1,
        last_image_time_stamp=robot.last_image_stamp,
        status=status_bits(robot),
        prox_data=protocol.ProxData(distance_mm=400, unobstructed=not body.blocked),
    )


def remembered_state(
    stamp: int, head: float, place: tuple[float, float, float] | None, lift: float
) -> Any:
    """A robot_state of what is known of a recorded picture: the head in radians, x and y in
    millimetres and the heading in radians, the lift in millimetres."""
    x, y, heading = place or (0.0, 0.0, 0.0)
    half = heading / 2
    return protocol.RobotState(
        pose=protocol.PoseStruct(x=x, y=y, q0=math.cos(half), q3=math.sin(half), origin_id=1),
        pose_angle_rad=heading,
        head_angle_rad=head,
        lift_height_mm=lift,
        carrying_object_id=-1,
        carrying_object_on_top_id=-1,
        head_tracking_object_id=-1,
        localized_to_object_id=-1,
        last_image_time_stamp=stamp,
        status=int(protocol.ROBOT_STATUS_HEAD_IN_POS | protocol.ROBOT_STATUS_LIFT_IN_POS),
    )


def status_bits(robot: SimulatedRobot) -> int:
    body, bits = robot.body, 0
    if robot.at_cliff:
        bits |= int(protocol.ROBOT_STATUS_CLIFF_DETECTED)
    if robot.faults.off_ground:
        bits |= _OFF_GROUND[robot.faults.off_ground]
    if robot.resident.performance is not None:
        bits |= int(protocol.ROBOT_STATUS_IS_ANIMATING)
    if robot.faults.docked:
        bits |= int(protocol.ROBOT_STATUS_IS_ON_CHARGER | protocol.ROBOT_STATUS_IS_CHARGING)
    if body.wheels_moving or body.head_moving or body.lift_moving:
        bits |= int(protocol.ROBOT_STATUS_IS_MOVING)
    if body.wheels_moving:
        bits |= int(protocol.ROBOT_STATUS_ARE_WHEELS_MOVING)
    if not body.head_moving:
        bits |= int(protocol.ROBOT_STATUS_HEAD_IN_POS)
    if not body.lift_moving:
        bits |= int(protocol.ROBOT_STATUS_LIFT_IN_POS)
    return bits


def battery_state(seconds: float, faults: Faults, hours: float = BATTERY_HOURS) -> Any:
    """Full at first, and empty, lower by a volt's half, after so many hours of the world."""
    used = 0.96 if faults.low_battery else min(1.0, seconds / (3600 * hours))
    volts = FULL_VOLTS - (FULL_VOLTS - EMPTY_VOLTS) * used
    low = volts < EMPTY_VOLTS + 0.05
    level = protocol.BATTERY_LEVEL_LOW if low else protocol.BATTERY_LEVEL_NOMINAL
    return ok(
        protocol.BatteryStateResponse,
        battery_volts=volts,
        battery_level=level,
        is_on_charger_platform=faults.docked,
        is_charging=faults.docked,
    )


def camera_settings(exposure: Exposure, *, auto: bool) -> Any:
    return protocol.CameraSettingsUpdate(
        gain=exposure.gain, exposure_ms=exposure.milliseconds, auto_exposure_enabled=auto
    )


def camera_config(width: int = 640, height: int = 360) -> Any:
    focal, corner = MIDDLE_FOCAL * width, width**2 + height**2
    return protocol.CameraConfigResponse(
        focal_length_x=focal,
        focal_length_y=focal,
        center_x=width / 2,
        center_y=height / 2,
        fov_x=math.degrees(2 * math.atan(width / 2 / focal / (1 - BEND * width**2 / corner))),
        fov_y=math.degrees(2 * math.atan(height / 2 / focal / (1 - BEND * height**2 / corner))),
        min_camera_exposure_time_ms=EXPOSURES[0].milliseconds,
        max_camera_exposure_time_ms=EXPOSURES[1].milliseconds,
        min_camera_gain=EXPOSURES[0].gain,
        max_camera_gain=EXPOSURES[1].gain,
    )


def head_angle(request: Any) -> float:
    return clamp(float(request.angle_rad), HEAD_RANGE)


def lift_height(request: Any) -> float:
    return clamp(float(request.height_mm) / MM, LIFT_RANGE)
