"""What is true of the world: works, near-duplicates, labels, users, and graded answers to queries."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from local.world import behaviour, ids
from local.world.appearances import Appearance
from local.world.dice import Dice, share
from local.world.edits import edit_of
from local.world.homes import EN, UNTITLED, ZH
from local.world.plan import BLOCK, Plan
from local.world.works import House, Work, house_of, work_id

Row = dict[str, Any]
Answer = tuple[Work, list[str]]  # a work and its record ids
TEST_SHARE = 0.2


def record_id(made: Appearance) -> str:
    """The id that the pipeline gives to an appearance."""
    return f"{made['platform']}:{made['native_id']}"


def family(made: Work) -> str:
    """The near-duplicates of one original, and itself."""
    return f"f{made.source:08d}"


def work_row(made: Work, records: list[str]) -> Row:
    """One line of truth/works.jsonl."""
    return {"work": made.id, "type": made.type, "family": family(made), "records": records}


def duplicate_row(plan: Plan, made: Work) -> Row:
    """One line of truth/duplicates.jsonl, for a work that is a copy."""
    return {"family": family(made), "work": made.id, "of": work_id(made.source), "edit": edit_of(plan, made)}


def label_rows(plan: Plan, made: Work, records: list[str]) -> Iterator[Row]:
    """Lines of truth/labels.jsonl, for works that begin as a post.

    A copy is in the same part as its original, so that no test text is trained on.
    """
    part = "test" if share(plan.seed, made.source, "part") < TEST_SHARE else "train"
    if made.sentiment and made.homes[0][0] in UNTITLED:
        for record in records:
            yield {"record_id": record, "sentiment": made.sentiment, "part": part}


def user_rows(plan: Plan) -> Iterator[Row]:
    """Lines of truth/users.jsonl: tastes, and the liked records that the user clicked, put in a cart or bought."""
    for number in range(behaviour.user_count(plan)):
        someone = behaviour.user(plan, number)
        clicked = (event for day in range(plan.days) for event in behaviour.session(plan, someone, day))
        records = [f"{event['platform']}:{event['native_id']}" for event in clicked if _is_liked(plan, someone, event)]
        yield {"user_id": someone.id, "likes": someone.likes, "records": list(dict.fromkeys(records))}


def _is_liked(plan: Plan, someone: behaviour.User, event: Row) -> bool:
    if event["action"] not in ("click", "cart", "buy") or event["log"] == "weblog":  # which names no users
        return False
    number = ids.number_of(event["platform"], event["native_id"]) or 0
    return house_of(plan, number).topic.key in someone.topics


def query_rows(plan: Plan, answers: Iterable[Answer]) -> Iterator[tuple[Row, list[Answer]]]:
    """Lines of truth/queries.jsonl with the house's works, over all works of the blocks that are asked about.

    A query names a house, a kind and a facet. Grade 3: all three. 2: house and kind. 1: the house alone. No house is
    known outside its block, so nothing outside the answers can match. Records of copies have their original's grade.
    """
    by_house: dict[int, list[Answer]] = {}
    for answer in answers:
        by_house.setdefault(answer[0].house.number, []).append(answer)
    for number, members in sorted(by_house.items()):
        wanted = list(dict.fromkeys((made.kind, made.facet) for made, _ in members))
        dice = Dice(plan.seed, number, "queries")
        for at in dice.order(len(wanted))[:2]:
            lang, text = _wording(members[0][0].house, *wanted[at], dice)
            yield {"query": text, "lang": lang, "grades": _grades(members, *wanted[at])}, members


def _wording(asked: House, kind: tuple[str, str], facet: tuple[str, str], dice: Dice) -> tuple[str, str]:
    lang = {"zh": ("zh", "zh", "mixed"), "en": ("en",), "both": ("zh", "en", "mixed")}[asked.mode]
    chosen = dice.pick(lang)
    if chosen == "en":
        return chosen, dice.pick(("{0} {1} {2}", "{1} {2} {0}", "{2} {0} {1}")).format(
            asked.name[EN], facet[EN], kind[EN]
        )
    is_latin = chosen == "mixed" or asked.type in ("document", "qa")
    name = asked.name[EN if is_latin else ZH]
    text = dice.pick(("{0} {1}{2}", "{1}{2} {0}", "{1} {2} {0}")).format(name, facet[ZH], kind[ZH])
    return "mixed" if is_latin else "zh", text


def _grades(members: list[Answer], kind: tuple[str, str], facet: tuple[str, str]) -> dict[str, int]:
    return {
        record: 3 if (made.kind, made.facet) == (kind, facet) else 2 if made.kind == kind else 1
        for made, records in members
        for record in records
    }


def is_crosslingual(members: list[Answer]) -> bool:
    """True for queries about a house of two languages: some records that match do not have the query's words."""
    return members[0][0].house.mode == "both"


def golden(rows: Iterable[tuple[Row, list[Answer]]]) -> list[Row]:
    """The ten queries of the gate: five Chinese, five English, no cross-lingual ones; all types of works in turn.

    Houses with copies come last: a search that hides copies could not reach full marks on them.
    """
    chosen: list[Row] = []
    plain = [pair for pair in rows if not is_crosslingual(pair[1])]
    for lang in ("zh", "en"):
        seen: Counter[tuple[bool, str]] = Counter()
        ranked: list[tuple[bool, int, int, Row]] = []
        for row, members in plain:
            if row["lang"] == lang:
                group = any(made.original is not None for made, _ in members), members[0][0].type
                ranked.append((group[0], seen[group], len(ranked), row))
                seen[group] += 1
        chosen += [row for *_, row in sorted(ranked, key=lambda entry: entry[:3])[:5]]
    return chosen


def is_asked_about(plan: Plan, made: Work) -> bool:
    """True for a public work of the blocks that queries ask about."""
    return not made.is_private and made.number < plan.query_blocks * BLOCK
