"""The made-up world: deterministic works on all platforms with everything that is true of them.

`python -m local.world OUT` makes one, `World(OUT)` reads it.
"""

from local.world.reader import NoWorld, World

__all__ = ["NoWorld", "World"]
