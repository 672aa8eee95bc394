"""Answers that are whole in time: the time-out of a request counts to the last byte of its answer.

A socket's own time-out begins anew with every read, so that a proxy which lets a byte a second through is waited for without end.
"""

import io
import socket
import time
from http.client import HTTPResponse
from typing import Any

from elastic_transport import NodeConfig, Urllib3HttpNode

LONGEST_S = 3600.0  # where the caller sets no time-out


class _Until(io.RawIOBase):
    """The bytes of a socket up to a moment, which its time-out gives; TimeoutError afterwards."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket) -> None:
        self._raw, self._sock = raw, sock
        self._end = time.monotonic() + (sock.gettimeout() or LONGEST_S)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError("the answer is not whole in time")
        self._sock.settimeout(left)
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Answer(HTTPResponse):
    """An answer, headers included, that is read until its moment."""

    def __init__(self, sock: socket.socket, *args: Any, **more: Any) -> None:
        super().__init__(sock, *args, **more)
        self.fp = io.BufferedReader(_Until(self.fp.detach(), sock))


class PunctualNode(Urllib3HttpNode):
    """The client's connections to one node."""

    def __init__(self, config: NodeConfig) -> None:
        super().__init__(config)
        kind = self.pool.ConnectionCls
        self.pool.ConnectionCls = type(kind.__name__, (kind,), {"response_class": _Answer})
