"""What is said of a work: its facts, the same everywhere, in the sentences and the style of one platform."""

from functools import cache, lru_cache

from local.world.dice import Dice, roll
from local.world.homes import EN, LANGS, PAPERS, UNTITLED, VOICES, ZH
from local.world.plan import Plan
from local.world.sentences import CORES, FEELINGS, HEADS, TAILS
from local.world.vocabulary import MONTHS, PEOPLE, PLACES, Pair
from local.world.words import BY_KEY
from local.world.works import Work

# Facts per appearance, after the two cores, by voice: lengths differ, so that "the longest text" is one of them.
_FACTS = {"weibo": 4, "youtube": 7, "taobao": 9, "rss": 12}
Options = dict[str, tuple[int, tuple[str, ...]]]
_SHARED_FACTS = 2  # every appearance tells these, the rest differ from platform to platform


class Slots(dict[str, str]):
    """What a sentence is filled with, drawn when asked for: each slot is a function of one number."""

    __slots__ = ("number", "options")

    def __init__(self, number: int, options: Options, known: dict[str, str] | None = None) -> None:
        if known:
            self.update(known)
        self.number, self.options = number, options

    def __missing__(self, slot: str) -> str:
        bits, items = self.options[slot]
        return items[(self.number >> bits) % len(items)]


@cache
def options(topic: str, lang: int) -> Options:
    """What each slot can be in a topic and language, and the bit of the number at which it looks."""
    about = BY_KEY[topic]
    listed = {"part": about.parts, "quality": about.qualities, "act": about.acts}
    listed |= {"who": PEOPLE, "place": PLACES, "month": MONTHS}
    words = {slot: tuple(pair[lang] for pair in pairs) for slot, pairs in listed.items()}
    numbers = {"n": tuple(map(str, range(11, 991))), "k": tuple(map(str, range(2, 10)))}
    return {slot: (7 * at, items) for at, (slot, items) in enumerate((words | numbers).items())}


def _options(work: Work, lang: int) -> Options:
    return options(work.house.topic.key, lang)


def _cores(plan: Plan, work: Work, lang: int) -> list[str]:
    """The two sentences that every appearance in this language has, with brand, name, kind and facet."""
    drawn, templates = roll(plan.seed, work.number, "cores"), CORES[work.type]
    named = {"brand": _brand(work, lang), "name": name(work, lang), "kind": work.kind[lang], "facet": work.facet[lang]}
    first, second = two_of(drawn >> 32, len(templates))
    return [
        templates[first][lang] % Slots(drawn, _options(work, lang), named),
        templates[second][lang] % Slots(drawn >> 3, _options(work, lang), named),
    ]


def two_of(drawn: int, n: int) -> tuple[int, int]:
    """Two different numbers below n."""
    first = drawn % n
    return first, (first + 1 + drawn // n % (n - 1)) % n


def name(work: Work, lang: int) -> str:
    """The own name; in a house of two languages the Latin name is told in Chinese texts too, so that they are found."""
    zh, en = work.name
    return en if lang == EN else f"{zh} {en}" if work.house.mode == "both" else zh


def _brand(work: Work, lang: int) -> str:
    """In Chinese, papers and questions use the Latin name alone, everything else has the Chinese name first."""
    zh, en = work.house.name
    return en if lang == EN or work.type in ("document", "qa") else f"{zh}（{en}）"


def _facts(plan: Plan, work: Work, platform: str, lang: int, fewer: int) -> list[str]:
    """Heads from the work (same words and numbers wherever they are told), tails from the platform that tells them."""
    heads, order = HEADS[work.type], _order(plan.seed, work.number, work.type)
    own, filled = Dice(plan.seed, work.number, platform), _options(work, lang)
    rest = order[_SHARED_FACTS:]
    begin = own.below(len(rest))
    told = order[:_SHARED_FACTS] + (rest + rest)[begin : begin + _FACTS[VOICES[platform]] - _SHARED_FACTS - fewer]
    return [_fact(heads[head][lang], Slots(number, filled), own, lang) for head, number in told]


@lru_cache(maxsize=8)
def _order(seed: int, number: int, kind: str) -> list[tuple[int, int]]:
    """The heads of one type in the order of a work, each with the number that fills it."""
    dice = Dice(seed, number, "facts")
    return [(head, dice.draw()) for head in dice.order(len(HEADS[kind]))]


def _fact(head: str, slots: Slots, own: Dice, lang: int) -> str:
    tail = own.pick(_ENDINGS)
    if tail is None:
        return head % slots
    return f"{head % slots}{', ' if lang else '，'}{tail[lang] % Slots(own.draw(), slots.options)}"


# One fact in five ends without a tail.
_ENDINGS: tuple[Pair | None, ...] = TAILS + (None,) * 4


def _feelings(plan: Plan, work: Work, lang: int) -> list[str]:
    if not work.sentiment:
        return []
    drawn, templates = roll(plan.seed, work.number, "feelings"), FEELINGS[work.sentiment]
    slots = Slots(drawn, _options(work, lang), {"brand": work.house.name[lang]})
    return [templates[at][lang] % slots for at in two_of(drawn >> 32, len(templates))]


def sentences(plan: Plan, work: Work, platform: str, lang: int, fewer: int = 0) -> list[str]:
    """The sentences of one appearance, without closing marks: a core first, one in the middle, `fewer` facts."""
    first, second = _cores(plan, work, lang)
    facts, feelings = _facts(plan, work, platform, lang, fewer), _feelings(plan, work, lang)
    half = len(facts) // 2
    return [first, *feelings[:1], *facts[:half], second, *facts[half:], *feelings[1:]]


def joined(said: list[str], lang: int, gap: str = "") -> str:
    """Sentences as one text."""
    if lang == ZH:
        return gap.join(f"{sentence}。" if sentence[-1] not in "？！" else sentence for sentence in said)
    return (gap or " ").join(f"{one[0].upper()}{one[1:]}." if one[-1] != "?" else one for one in said)


def title(plan: Plan, work: Work, platform: str, lang: int) -> str:
    """The title in the manner of one platform; posts have none, a paper has the same one everywhere."""
    if platform in UNTITLED:
        return ""
    voice, is_paper = VOICES[platform], platform in PAPERS
    dice = Dice(plan.seed, work.number, "paper" if is_paper else platform, "title")
    brand, own = work.house.name[lang], name(work, lang)
    facet, kind, latin = work.facet[lang], work.kind[lang], work.house.name[EN]
    if voice == "taobao":
        topic = work.house.topic
        stuffing = [
            dice.pick(topic.parts)[lang],
            dice.pick(topic.qualities)[lang],
            dice.pick(_STUFFING[lang]),
            dice.pick(_STUFFING[lang]),
        ]
        return f"{brand if lang == EN else f'{brand} {latin}'} {own} {facet} {kind} {' '.join(stuffing)}"
    if voice == "weibo":
        return f"{brand} {own} {facet} {kind}"
    return dice.pick(_TITLES[voice, LANGS[lang]]).format(
        brand=brand if work.type not in ("document", "qa") else latin, own=own, facet=facet, kind=kind
    )


_STUFFING = (
    ("新款正品", "官方包邮", "送礼佳品", "厂家直发", "现货速发", "品质保障", "升级款", "热销爆款"),
    (
        "New Arrival",
        "Free Shipping",
        "Great Gift",
        "Factory Direct",
        "In Stock",
        "Top Quality",
        "Upgraded",
        "Best Seller",
    ),
)
_TITLES = {
    ("youtube", "zh"): (
        "【{brand}】{facet}{kind}「{own}」全程记录",
        "{brand}「{own}」：{facet}{kind}值得看吗",
        "一次讲清{brand}的{facet}{kind} | {own}",
    ),
    ("youtube", "en"): (
        "{brand} {own}: the {facet} {kind} explained",
        "A close look at {own}, {facet} {kind} by {brand}",
        "{facet} {kind} | {brand} {own} in detail",
    ),
    ("rss", "zh"): (
        "{brand}「{own}」：关于{facet}{kind}的记录",
        "{facet}{kind}观察：{brand}与「{own}」",
        "{brand}发布「{own}」，聚焦{facet}{kind}",
    ),
    ("rss", "en"): (
        "{brand} presents {own}, a story of {facet} {kind}",
        "{own}: notes on {facet} {kind} from {brand}",
        "{facet} {kind} in focus: {own} by {brand}",
    ),
}
