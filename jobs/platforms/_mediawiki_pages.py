"""One page of a wiki, or one edit of it, as records."""

from collections.abc import Iterator
from typing import Any

from jobs.platforms import Item, Reject
from jobs.platforms._reading import at, checked, each, filled, identity, many, shown
from models import wikitext
from models.identifiers import labelled_ids
from models.markup import clean, plain, primary_tag
from models.times import instant
from models.values import address, count


def read(entry: dict[str, Any], is_partial: bool) -> Iterator[Item | Reject]:
    """The page with its history, a tombstone, or nothing; `is_partial` where the text comes with another answer."""
    if "logid" in entry or entry.get("type") in ("log", "external", "categorize"):
        yield from _logged(entry)
        return
    native_id = identity(entry.get("pageid"))
    if _is(entry, "missing") or _is(entry, "invalid"):
        gone = {"native_id": native_id, "type": "page", "status": "gone"}
        yield gone if native_id else Reject("no such page", shown(entry))
        return
    edits = [edit for edit in many(entry.get("revisions")) if isinstance(edit, dict)]
    if _is(entry, "redirect") or (edits and wikitext.is_redirect(_content(edits[0]) or "")):
        return
    if is_partial and not edits and "pageid" in entry:
        return
    yield checked(_record(entry, edits))
    if len(edits) > 1:
        yield from each(edits, lambda edit: iter([checked(_version(entry, edit))]))


def _is(entry: dict[str, Any], flag: str) -> bool:
    """Flags are "" in the first format, true in the second."""
    return flag in entry and entry[flag] is not False


def _logged(entry: dict[str, Any]) -> Iterator[Item]:
    """Deletions; what else was logged is about no page's text."""
    ids = (identity(entry.get(name)) for name in ("logpage", "pageid"))
    native_id = next((told for told in ids if told and told != "0"), None)
    kind, action = entry.get("logtype", entry.get("type")), entry.get("logaction", entry.get("action"))
    if native_id and kind == action == "delete":
        yield {"native_id": native_id, "type": "page", "status": "deleted"}


def _record(entry: dict[str, Any], edits: list[dict[str, Any]]) -> Item:
    latest = edits[0] if edits else entry
    edited, made = instant(latest.get("timestamp")), instant(_first(edits, entry).get("timestamp"))
    source = _content(latest) if edits else None
    lang = primary_tag(entry.get("pagelanguage"))
    body = plain(entry.get("extract")) or (wikitext.text(source) if source else None)
    image = address(at(entry, "original", "source") or at(entry, "thumbnail", "source"), upgrade=True)
    return {
        "native_id": identity(entry.get("pageid")),
        "type": "document" if entry.get("ns", 0) == 0 else "page",
        "url": address(entry.get("canonicalurl") or entry.get("fullurl")),
        "title": clean(entry.get("title")),
        "body": body or plain(entry.get("snippet")),
        "author": _author(latest),
        "created_at": made[0] if made else None,
        "time_precision": made[1] if made else None,
        "updated_at": edited[0] if edited else None,
        "lang": lang,
        "lang_source": "declared" if lang else None,
        "media": [filled(kind="image", url=image, **_size(at(entry, "original")))] if image else [],
        "ids": labelled_ids(body),
        "tags": wikitext.categories(source) if source else [],
    }


def _first(edits: list[dict[str, Any]], entry: dict[str, Any]) -> dict[str, Any]:
    """The edit that made the page, where it is told."""
    made = next((edit for edit in edits if edit.get("parentid") == 0), None)
    return made or (entry if entry.get("type") == "new" else {})


def _version(entry: dict[str, Any], edit: dict[str, Any]) -> Item:
    """One edit: its text where it is given, else what its author said of it."""
    page, edited = identity(entry.get("pageid")), instant(edit.get("timestamp"))
    source, edit_id = _content(edit), identity(edit.get("revid"))
    return {
        "native_id": f"{page}@{edit_id}" if page and edit_id else None,
        "type": "document",
        "title": clean(entry.get("title")),
        "body": wikitext.text(source or str(edit.get("comment") or "")),
        "author": _author(edit),
        "created_at": edited[0] if edited else None,
        "time_precision": edited[1] if edited else None,
        "relations": [f"version_of:mediawiki:{page}"],
    }


def _content(edit: dict[str, Any]) -> str | None:
    """The source, in the place of each version; that of scripts and data is no text."""
    slot = at(edit, "slots", "main") or edit
    told = next((slot[name] for name in ("content", "*") if isinstance(slot.get(name), str)), None)
    return told if slot.get("contentmodel", "wikitext") == "wikitext" else None


def _author(edit: dict[str, Any]) -> dict[str, Any] | None:
    native_id = identity(edit.get("userid"))
    return filled(id=None if native_id == "0" else native_id, name=clean(edit.get("user")))


def _size(picture: Any) -> dict[str, Any]:
    return {name: count(at(picture, name)) for name in ("width", "height")}
