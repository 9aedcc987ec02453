"""Wheels and treads of the simulated robots turn with the way that they drive."""

from __future__ import annotations

import math

import numpy as np
import pytest

from labeler.simulator.body import BodyPose
from labeler.simulator.figure import FigureModel
from labeler.simulator.materials import Material
from labeler.simulator.mesh import Mesh
from labeler.simulator.render import Renderer
from labeler.simulator.scene import Figure, Scene
from labeler.simulator.treads import RIBS
from labeler.simulator.world import World

TICK = 1 / 15


@pytest.fixture(scope="module")
def model() -> FigureModel:
    return FigureModel()


def ribs_on_the_table(mesh: Mesh) -> np.ndarray:
    """x of the corners of those ribs that touch it, in order."""
    corners = np.unique(mesh.triangles[mesh.materials == Material.RIB])
    places = mesh.vertices[corners]
    return np.sort(np.unique(np.round(places[places[:, 2] < 0.0][:, 0], 2)))


def test_a_rib_on_the_table_stands_still_while_the_robot_drives_over_it(model: FigureModel) -> None:
    before = ribs_on_the_table(model.posed(Figure(BodyPose(0, 0, 0))))
    driven = Figure(BodyPose(0.4, 0, 0), ways=(0.4, 0.4))
    after = ribs_on_the_table(model.posed(driven))
    inside = after[(after > -2.5) & (after < -0.5)]
    assert len(inside) > 6
    assert all(np.abs(before - x).min() < 0.02 for x in inside)


def test_ribs_face_outwards_on_both_sides(model: FigureModel) -> None:
    mesh = model.posed(Figure(BodyPose(0, 0, 0)))
    ribs = mesh.triangles[mesh.materials == Material.RIB]
    assert len(ribs) == 2 * 4 * RIBS
    a, b, c = (mesh.vertices[ribs[:, corner]] for corner in range(3))
    facing = np.cross(b - a, c - a)
    assert (np.einsum("ij,ij->i", facing, mesh.normals[ribs].mean(axis=1)) > 0).all()


def test_only_the_tread_that_runs_moves(model: FigureModel) -> None:
    still = model.posed(Figure(BodyPose(0, 0, 0))).vertices
    left = model.posed(Figure(BodyPose(0, 0, 0), ways=(0.2, 0.0))).vertices
    moved = np.abs(left - still).max(axis=1) > 1e-4
    assert moved.any()
    assert (still[moved][:, 1] > 1.0).all()


def test_a_world_counts_the_way_of_each_tread() -> None:
    world = World(1)
    resident = world.residents[1]
    resident.controlled = True
    resident.body.turn(1.0)
    for _ in range(30):
        world.step(TICK)
    left, right = resident.figure().ways
    assert left == pytest.approx(-right)
    assert right - left == pytest.approx(4.8 * 30 * TICK, rel=0.1)


def test_it_is_seen_that_a_robot_drives_but_its_box_stays(renderer: Renderer) -> None:
    eye, there = BodyPose(0.0, -20.0, math.pi / 2), BodyPose(0.0, -4.0, 0.2)
    drawn = [
        renderer.draw_clean(Scene(1, eye, 0.0, 0.0, 1.0, (Figure(there, ways=ways),), ()))
        for ways in ((0.0, 0.0), (0.3, 0.3))
    ]
    changed = np.abs(drawn[0].pixels.astype(int) - drawn[1].pixels.astype(int)).max(axis=2) > 12
    assert changed.sum() > 100
    (one,), (two,) = (picture.truth.boxes for picture in drawn)
    edges = [(box.x, box.y, box.x + box.width, box.y + box.height) for box in (one, two)]
    assert np.abs(np.subtract(edges[0], edges[1])).max() <= 1
