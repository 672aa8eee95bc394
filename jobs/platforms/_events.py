"""What users did, as logs of many kinds name it, in the columns of an event."""

import hashlib
from datetime import datetime
from typing import Any

from jobs.platforms import Item, Reject
from jobs.platforms._reading import shown
from models.markup import clean

ACTIONS = {
    "search": ("search", "query", "on_search"),
    "view": ("view", "item_view", "product_view", "view_item", "page_view", "pageview", "pv", "detail", "impression"),
    "click": ("click", "item_click", "product_click", "click_through", "select_item"),
    "cart": ("cart", "add_to_cart", "addtocart", "item_add_to_cart", "add"),
    "buy": ("buy", "purchase", "transaction", "item_purchase", "order", "checkout"),
}
OURS = {theirs: ours for ours, names in ACTIONS.items() for theirs in names}


def event(
    told: Any,
    *,
    source: bytes,
    user: str | None,
    at: datetime | None,
    event_id: str | None = None,
    record_id: str | None = None,
    query: Any = None,
    position: int | None = None,
) -> Item | Reject:
    """{"event": ...}, or why it is none. `told` is what the log calls the action, `source` the bytes it stood in.

    An event without id gets a hash of its source, so that one which is delivered twice stays one.
    """
    action = OURS.get(str(told or "").strip().lower())
    if action is None:
        return Reject("unknown action", shown(source))
    if at is None or user is None:
        return Reject("no time" if at is None else "no user", shown(source))
    made = {
        "event_id": event_id or hashlib.blake2b(source, digest_size=12).hexdigest(),
        "user_id": user,
        "action": action,
        "record_id": record_id,
        "query": clean(query),
        "position": position,
        "occurred_at": at,
    }
    return {"event": made}
