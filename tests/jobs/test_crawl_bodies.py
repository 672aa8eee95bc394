"""Bodies: cut ones are asked for again, bombs and giants never held, compressed ones read."""

import gzip
import zlib
from pathlib import Path

import pytest
from a_platform import listed, pages, run, serving

from jobs.crawling import fetch, transfer
from jobs.platforms import Request

TEXT = b"x" * 100_000


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", gzip.compress(TEXT)),
        ("gzip", gzip.compress(TEXT[:10]) + gzip.compress(TEXT[10:])),  # strung together
        ("deflate", zlib.compress(TEXT)),
        ("deflate", zlib.compressobj(wbits=-15).compress(TEXT)[:0] + zlib.compress(TEXT, wbits=-15)),
        ("identity", TEXT),
        ("", TEXT),
    ],
)
def test_a_compressed_body_is_read(encoding: str, body: bytes) -> None:
    with serving(lambda ask: (200, {"Content-Encoding": encoding}, body)) as site, fetch.client() as client:
        assert transfer.send(client, Request(site.url)).body == TEXT


def bomb(size: int) -> bytes:
    packer = zlib.compressobj(9, wbits=31)
    return b"".join([*(packer.compress(bytes(1 << 20)) for _ in range(size >> 20)), packer.flush()])


def test_a_bomb_is_refused_after_as_many_bytes_as_the_limit() -> None:
    import tracemalloc

    packed = bomb(300 << 20)
    with serving(lambda ask: (200, {"Content-Encoding": "gzip"}, packed)) as site, fetch.client() as client:
        tracemalloc.start()
        with pytest.raises(transfer.Refused, match="body too large"):
            transfer.send(client, Request(site.url), 4 << 20)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < 20 << 20


def test_an_honest_giant_is_refused_before_it_is_read() -> None:
    with serving(lambda ask: (200, {"Content-Length": str(5 << 30)}, b"x")) as site, fetch.client() as client:
        with pytest.raises(transfer.Refused, match="body too large 5,368,709,120 bytes"):
            transfer.send(client, Request(site.url))


def test_an_encoding_that_was_not_asked_for_is_refused() -> None:
    with serving(lambda ask: (200, {"Content-Encoding": "br"}, b"x")) as site, fetch.client() as client:
        with pytest.raises(transfer.Refused, match="unknown encoding br"):
            transfer.send(client, Request(site.url))


@pytest.mark.parametrize("fault", [None, (200, {"Content-Encoding": "gzip"}, gzip.compress(TEXT)[:-20])])
def test_a_body_that_was_cut_is_asked_for_again(lake: Path, fault: transfer.Answer | None) -> None:
    faults = [fault, fault]
    with serving(lambda ask: faults.pop() if faults else (200, {}, TEXT)) as site:  # type: ignore[arg-type, return-value]
        run(listed("/a"), site)
        assert len(site.asked) == 3
    assert [page["body"] for page in pages()] == [TEXT]


def test_a_parameter_joins_those_that_the_address_has() -> None:
    assert transfer.address(Request("http://x/a?b=1", (("c", "2"), ("c", "3")))) == "http://x/a?b=1&c=2&c=3"


def test_a_redirect_turns_a_post_into_a_get_unless_it_says_otherwise() -> None:
    for status, method in ((302, "GET"), (307, "POST")):
        with serving(
            lambda ask, s=status: (s, {"Location": "/b"}, b"") if ask.path == "/a" else (200, {}, b"")
        ) as site:
            with fetch.client() as client:
                transfer.send(client, Request(f"{site.url}/a", method="POST", body=b"{}"))
            assert [ask.method for ask in site.asked] == ["POST", method]


def test_what_is_no_address_is_refused() -> None:
    with fetch.client() as client, pytest.raises(transfer.Refused, match="not an address"):
        transfer.send(client, Request("http://[::1/"))
