"""The HTTP service: JSON, the page, errors in one line."""

import json
import socket
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from query import service


@pytest.fixture
def address(seeing: str) -> Iterator[str]:
    with service.server("127.0.0.1", 0) as listening:
        thread = threading.Thread(target=listening.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.server_address[1]}"
        listening.shutdown()
        thread.join()


def ask(url: str, data: bytes | None = None) -> tuple[int, Any]:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data=data), timeout=30) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def test_search_with_filters(address: str) -> None:
    query = urllib.parse.urlencode({"q": "红色 运动鞋", "platform": ["taobao", "weibo"], "size": 2}, doseq=True)
    status, result = ask(f"{address}/search?{query}")
    assert status == 200 and result["hits"][0]["work_id"] == "w01" and len(result["hits"]) == 2
    assert {"facets", "took_ms", "total", "understood", "notes", "warnings"} <= set(result)


def test_chinese_typed_as_it_is(address: str) -> None:
    with socket.create_connection(urllib.parse.urlsplit(address).netloc.split(":")) as line:  # type: ignore[arg-type]
        line.sendall("GET /search?q=红色&size=1 HTTP/1.0\r\n\r\n".encode())
        answer = b"".join(iter(lambda: line.recv(65536), b""))
    assert json.loads(answer.split(b"\r\n\r\n", 1)[1])["query"] == "红色"


def test_page_brings_all_it_needs(address: str) -> None:
    with urllib.request.urlopen(address) as answer:
        page, policy = answer.read().decode(), answer.headers["Content-Security-Policy"]
    assert "<title>Trawl</title>" in page and "default-src 'none'" in policy
    assert "src=" not in page and "<link" not in page and "innerHTML =" not in page


def test_the_box_is_completed(address: str) -> None:
    assert ask(f"{address}/suggest?q=head") == (200, {"suggestions": []})
    assert ask(f"{address}/suggest?q=ele&size=1") == (
        200,
        {"suggestions": [{"text": "Electric kettle", "kind": "title"}]},
    )
    status, told = ask(f"{address}/suggest?q=a&platform=rss")
    assert status == 400 and "unknown parameter platform: use index, q, size" in told["error"]


def test_health(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ask(f"{address}/health") == (200, {"status": "ok", "index": "shop", "date": "2026-01-01"})
    monkeypatch.setenv("TRAWL_ALIAS", "nosuch")
    status, told = ask(f"{address}/health")
    assert status == 503 and told["error"].startswith("no index is live yet")


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/search?q=a&size=0", 400, "size is from 1 to 100"),
        ("/search?q=a&size=nan", 400, "size is a number"),
        ("/search?q=a&price_max=cheap", 400, "price_max is a number"),
        ("/search?q=a&plattform=weibo", 400, "unknown parameter plattform"),
        ("/nosuch", 404, "/nosuch is not here"),
    ],
)
def test_wrong_requests(address: str, path: str, status: int, said: str) -> None:
    found, told = ask(address + path)
    assert found == status and said in told["error"]


def test_search_by_picture(address: str) -> None:
    status, result = ask(f"{address}/search", b"headphones")
    assert status == 200 and {hit["work_id"] for hit in result["hits"][:2]} == {"w06", "w07"}
    status, told = ask(f"{address}/search", b"\0")
    assert status == 400 and told["error"].startswith("picture cannot be read")


def test_a_port_that_is_taken_is_not_fatal(address: str) -> None:
    port = int(address.rsplit(":", 1)[1])
    with service.server("127.0.0.1", port) as other:
        assert other.server_address[1] != port
