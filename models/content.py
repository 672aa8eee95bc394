"""What of a document its vectors stand for, and the hash that finds them again."""

import hashlib


def text_for_embedding(title: str | None, body: str | None) -> str:
    """Title and body, a line each; empty where there is neither."""
    return f"{title or ''}\n{body or ''}".strip()


def text_hash(title: str | None, body: str | None) -> str | None:
    """BLAKE2b of 16 bytes of that text, in hex; null for an empty one."""
    text = text_for_embedding(title, body)
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest() if text else None
