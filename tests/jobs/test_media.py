"""Media: once per address, stored by content, typed by content, never out of a private network."""

import io
import socket
import wave
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from a_platform import NIGHT, Asked, Reply, listed, run, serving, told
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from jobs import guard, media
from jobs.platforms import Reject
from schemas.media import MEDIA_FILE
from schemas.reject import REJECT
from store import lake as door
from store import ledger, objects


def png(size: tuple[int, int] = (4, 3)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "red").save(out, "PNG")
    return out.getvalue()


def wav() -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(bytes(100))
    return out.getvalue()


def fetched(monkeypatch: pytest.MonkeyPatch, urls: dict[str, str], night: str = NIGHT) -> dict[str, int]:
    """One night of a platform whose single page points to these addresses, by kind."""
    item = {"native_id": "1", "media": [{"kind": kind, "url": url} for url, kind in urls.items()]}
    adapter = SimpleNamespace(items=lambda page: iter([item, Reject("no text", "")]))
    monkeypatch.setattr("jobs.platforms.load", lambda name: adapter)
    with ledger.step("media", night, "fake"):
        return media.fetch_all("fake", night)


def stored(night: str = NIGHT) -> dict[str, dict[str, Any]]:
    rows = door.read(door.partition("media", platform="fake", date=night), MEDIA_FILE).to_pylist()
    return {row["url"].rpartition("/")[2]: row for row in rows}


def refused(night: str = NIGHT) -> dict[str, str]:
    rows = door.read(door.partition("rejects", step="media", platform="fake", date=night), REJECT).to_pylist()
    return {row["ref"].rpartition("/")[2]: row["reason"] for row in rows}


FILES: dict[str, Reply] = {
    "/a.png": (200, {"Content-Type": "text/html"}, png()),
    "/again.png": (200, {}, png()),
    "/a.wav": (200, {}, wav()),
    "/page": (200, {"Content-Type": "image/png"}, b"<html>"),
    "/gone.png": told({}, 404),
    "/moved.png": (302, {"Location": "/a.png"}, b""),
    "/loop.png": (302, {"Location": "/loop.png"}, b""),
    "/home.png": (302, {"Location": "http://localhost:9/x.png"}, b""),
    "/meta.png": (302, {"Location": "http://169.254.169.254/latest"}, b""),
    "/big.png": (200, {"Content-Length": str(1 << 31)}, b"x"),
}


def answer(ask: Asked) -> Reply:
    return FILES[ask.path]


def test_media_are_fetched_once_and_typed_by_their_content(lake: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRAWL_MEDIA_HOSTS", "127.0.0.1")
    with serving(answer) as site:
        run(listed("/a.png"), site)
        urls = {f"{site.url}{path}": "audio" if path.endswith("wav") else "image" for path in FILES}
        urls |= {f"{site.url}/a.png?sound": "audio", "ftp://127.0.0.1/x.png": "image", f"{site.url}/film": "video"}
        before = len(site.asked)
        counts = fetched(monkeypatch, urls)
        assert counts == {"known": 0, "out": 4, "rejected": 7, "not_allowed": 1}
        assert len(site.asked) - before == len(FILES) + 1 + 1 + 10  # the redirected picture, a sound, a loop of ten
        run(listed("/a.png"), site, "2026-01-02")
        before = len(site.asked)
        counts = fetched(monkeypatch, {f"{site.url}/a.png": "image"}, "2026-01-02")
        assert counts["known"] == 4 and len(site.asked) == before
    rows = stored()
    assert rows["a.png"]["mime"] == "image/png" and (rows["a.png"]["width"], rows["a.png"]["height"]) == (4, 3)
    assert rows["a.wav"]["mime"] == "audio/wav" and rows["a.wav"]["width"] is None
    assert rows["a.png"]["sha256"] == rows["again.png"]["sha256"] == rows["moved.png"]["sha256"]
    assert objects.get_bytes(f"blobs/{rows['a.wav']['sha256'][:2]}/{rows['a.wav']['sha256']}") == wav()
    assert refused() == {
        "a.png?sound": "not a sound",
        "page": "not a picture",
        "gone.png": "HTTP 404",
        "loop.png": "redirect loop",
        "home.png": "private address",
        "meta.png": "private address",
        "big.png": "file too large",
    }


def test_without_hosts_named_loopback_is_a_private_network(lake: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TRAWL_MEDIA_HOSTS", raising=False)
    with serving(answer) as site:
        run(listed("/a.png"), site)
        before = len(site.asked)
        fetched(monkeypatch, {f"{site.url}/a.png": "image"})
        assert refused() == {"a.png": "private address"} and len(site.asked) == before


def test_too_many_pixels_are_refused(lake: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(media, "MAX_PIXELS", 11)
    assert media.stored("http://x/", png()) == Reject("too many pixels", "http://x/ 4x3")


@pytest.mark.parametrize(
    ("head", "mime"),
    [
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", "audio/wav"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", None),
        (b"OggS\x00\x02", "audio/ogg"),
        (b"fLaC\x00\x00", "audio/flac"),
        (b"ID3\x04\x00", "audio/mpeg"),
        (b"\xff\xfb\x90\x64", "audio/mpeg"),
        (b"\xff\xd8\xff\xe0", None),  # JPEG
        (b"\xff\xfe<\x00", None),  # UTF-16
        (b"", None),
    ],
)
def test_a_sound_is_told_by_its_first_bytes(head: bytes, mime: str | None) -> None:
    assert media.sound_type(head) == mime


@given(st.binary(max_size=64))
def test_no_bytes_break_the_look_at_them(data: bytes) -> None:
    assert media._picture("http://x/", data) is not None and media._sound("http://x/", data) is not None


@pytest.mark.parametrize(
    ("address", "is_public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1:248:1893:25c8:1946", True),
        *((address, False) for address in ("127.0.0.1", "10.1.2.3", "192.168.0.1", "172.16.0.1", "169.254.169.254")),
        *((address, False) for address in ("0.0.0.0", "100.64.0.1", "224.0.0.1", "255.255.255.255", "::1", "::")),
        *((address, False) for address in ("fe80::1%eth0", "fc00::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1")),
        *(
            (address, False)
            for address in ("2002:7f00:1::", "64:ff9b::7f00:1", "64:ff9b::a00:1", "ff02::1", "nonsense")
        ),
    ],
)
def test_only_public_addresses_are_public(address: str, is_public: bool) -> None:
    assert guard.is_public(address) is is_public


@pytest.mark.parametrize("host", ["localhost", "127.1", "2130706433", "0x7f.1", "[::1]"])
def test_loopback_is_refused_however_it_is_spelled(host: str) -> None:
    with pytest.raises(guard.AddressRefused):
        guard.checked(host.strip("[]"), 80)


def test_a_name_is_resolved_once_and_the_checked_address_is_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """DNS rebinding: a public address for the check, a private one for the connection."""
    answers = ["93.184.216.34", "127.0.0.1"]
    resolved: list[str] = []

    def getaddrinfo(host: str, port: int, *more: Any, **options: Any) -> list[Any]:
        if host != "rebinding.example":
            return real(host, port, *more, **options)
        resolved.append(answers[min(len(resolved), 1)])
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (resolved[-1], port))]

    connected: list[str] = []

    def create_connection(address: tuple[str, int], *more: Any, **options: Any) -> socket.socket:
        connected.append(address[0])
        raise OSError("nobody goes out")

    real = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    monkeypatch.setattr(socket, "create_connection", create_connection)
    with media._client() as client:
        outcome = media.fetch(client, "http://rebinding.example/a.png")
    assert isinstance(outcome, Reject) and resolved == connected == ["93.184.216.34"]


def test_one_private_address_among_public_ones_refuses_the_name(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [(2, 1, 6, "", (address, 80)) for address in ("93.184.216.34", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **options: found)
    with pytest.raises(guard.AddressRefused):
        guard.checked("mixed.example", 80)
