"""A platform whose paging is broken sends a walk round for ever."""

import orjson

from jobs.platforms import Request


class Circle:
    """Notices that a walk comes back to where it was, remembering one request (Brent's cycle detection)."""

    def __init__(self) -> None:
        self._held, self._steps, self._limit = b"", 0, 1

    def closes(self, request: Request) -> bool:
        """True where this request was made before, at the latest in the third round."""
        now = orjson.dumps([request.url, request.params, request.context, request.body.hex()])
        if now == self._held:
            return True
        self._steps += 1
        if self._steps == self._limit:
            self._held, self._steps, self._limit = now, 0, self._limit * 2
        return False
