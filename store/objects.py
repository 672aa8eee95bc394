"""The lake's objects: bytes under a path, on a disk of this machine or in S3, each there whole or not at all."""

import contextlib
import os
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import urlsplit

import pyarrow as pa
from pyarrow import fs

from store import settings
from store.cli import TrawlError

CHUNK_BYTES = 1 << 20


class ObjectMissing(TrawlError):
    """There is no such object: the step that makes it has not finished."""

    def __init__(self, path: str) -> None:
        super().__init__(f"{path} is not in the lake {settings.lake_root()}: run the step that makes it first")


def filesystem() -> tuple[fs.FileSystem, str]:
    """The lake's file system and the path of its root there."""
    root = settings.lake_root()
    if "://" not in root:
        return fs.LocalFileSystem(), root
    if root.startswith("s3://"):
        return fs.S3FileSystem(**_s3_options()), urlsplit(root).netloc + urlsplit(root).path.rstrip("/")
    raise TrawlError(f"TRAWL_LAKE={root}: give a local folder or s3://bucket/prefix")


def _s3_options() -> dict[str, Any]:
    endpoint = settings.credential("AWS_ENDPOINT_URL")  # an S3 server of one's own
    return {} if endpoint is None else {"endpoint_override": endpoint, "allow_bucket_creation": True}


def put_bytes(path: str, data: bytes | pa.Buffer, *, is_durable: bool = True) -> None:
    """Store one object; a reader sees the old or the new bytes, never a part.

    What only this run will read need not be `is_durable`: a machine that fails ends the run.
    """
    with _new(path, is_durable=is_durable) as out:
        out.write(data)


def put_file(path: str, source: Path) -> None:
    """Store a file of this machine as one object, without ever holding it whole."""
    with open(source, "rb") as data, _new(path) as out:
        while chunk := data.read(CHUNK_BYTES):
            out.write(chunk)


def put_parts(path: str, parts: Iterable[memoryview | bytes]) -> None:
    """Store one object for as long as a job runs, out of parts that are never in memory together: not synced to the disk."""
    with _new(path, is_durable=False) as out:
        for part in parts:
            out.write(part)


def mapped(path: str) -> memoryview:
    """One object as memory of this process, shared with all that map it where the lake is a local folder."""
    system, root = filesystem()
    if isinstance(system, fs.LocalFileSystem):
        return memoryview(pa.memory_map(f"{root}/{path}").read_buffer())
    return memoryview(must_bytes(path))


def piece(path: str, start: int, size: int) -> pa.Buffer:
    """Some bytes of one object; ObjectMissing where there is none."""
    system, root = filesystem()
    try:
        with system.open_input_file(f"{root}/{path}") as source:
            return source.read_at(size, start)
    except FileNotFoundError as error:
        raise ObjectMissing(path) from error


@contextlib.contextmanager
def _new(path: str, *, is_durable: bool = True) -> Iterator[BinaryIO | pa.NativeFile]:
    system, root = filesystem()
    if isinstance(system, fs.LocalFileSystem):
        with _local(Path(root, path), is_durable=is_durable) as file:
            yield file
    else:
        with system.open_output_stream(f"{root}/{path}", compression=None) as out:  # S3 objects appear when complete
            yield out


@contextlib.contextmanager
def _local(target: Path, *, is_durable: bool) -> Iterator[BinaryIO]:
    """A file that appears whole, and on the disk, when the block ends well."""
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name}.{os.getpid()}-{threading.get_ident()}")
    with open(temporary, "wb") as out:
        yield out
        out.flush()
        if is_durable:
            os.fsync(out.fileno())
    os.replace(temporary, target)


@contextlib.contextmanager
def stream(path: str) -> Iterator[pa.NativeFile]:
    """One object, to be read piece by piece. ObjectMissing where there is none."""
    system, root = filesystem()
    try:
        with system.open_input_stream(f"{root}/{path}", compression=None) as source:
            yield source
    except FileNotFoundError as error:
        raise ObjectMissing(path) from error


def remove(path: str) -> None:
    """Remove one object, where there is one."""
    system, root = filesystem()
    with contextlib.suppress(FileNotFoundError):
        system.delete_file(f"{root}/{path}")


def remove_folder(path: str) -> None:
    """Remove everything under a path, where there is anything."""
    system, root = filesystem()
    with contextlib.suppress(FileNotFoundError):
        system.delete_dir(f"{root}/{path}")


def get_bytes(path: str) -> bytes | None:
    """One object, or None where there is none."""
    try:
        return must_bytes(path)
    except ObjectMissing:
        return None


def must_bytes(path: str) -> bytes:
    """One object; ObjectMissing where there is none."""
    with stream(path) as source:
        return bytes(source.read())
