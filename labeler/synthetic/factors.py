"""What domain randomisation varies. Light to import: the command line needs it."""

from __future__ import annotations

FACTORS = {
    "materials": "colours, gloss and patterns of robot, cube and things",
    "light": "sources, shadows and what is mirrored",
    "surroundings": "table, floor and room",
    "distractors": "things of random form, on the table and in the air",
    "camera": "exposure, white, blur, noise and compression",
    "viewpoint": "height, tilt and field of view, pictures by other cameras",
    "poses": "near and far, tilted, lifted, cut by the edge, hidden",
}
"""Each can be left as the simulated robot has it."""
