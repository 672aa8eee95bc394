"""Pictures drawn on request: a scene that belongs to the work, as one platform would show it."""

import io
import math
import re

from PIL import Image, ImageDraw

from local.world.dice import Dice
from local.world.plan import Plan
from local.world.vocabulary import COLOURS
from local.world.words import TOPICS
from local.world.works import Work, work

SIZE = 224
_NAME = re.compile(r"w(\d+)-([a-z_]+)-(\d+)\.png")
_INKS = dict(
    zip(
        (en for _, en in COLOURS),
        ("#c8282d", "#2457c5", "#222226", "#ecece6", "#2f8f4e", "#e6c229", "#7a3fa0", "#85888c", "#e37a22", "#e891b2"),
    )
)
_PAPERS = ("#f3efe6", "#dfe8ee", "#e8f0df", "#f4e1da", "#cfd6d3", "#efe6f4", "#fbf4d0", "#d8dfe9")
_ORDER = {topic.key: at for at, topic in enumerate(TOPICS)}


def draw(plan: Plan, name: str) -> bytes:
    """PNG bytes of the picture with this name (as in an appearance's `pictures`).

    Raises  KeyError  the name is not one of this world
    """
    found = _NAME.fullmatch(name)
    if not found or int(found[1]) >= plan.total:
        raise KeyError(name)
    made = work(plan, int(found[1]))
    scene = _scene(plan, made)
    return _png(_variant(scene, Dice(plan.seed, name), found[2], int(found[3])))


def _scene(plan: Plan, made: Work) -> Image.Image:
    dice = Dice(plan.seed, made.source, "picture")
    scene = Image.new("RGB", (SIZE, SIZE), dice.pick(_PAPERS))
    pen = ImageDraw.Draw(scene)
    ink = _INKS.get(made.facet[1]) or dice.pick(list(_INKS.values()))
    second = dice.pick(list(_INKS.values()))
    _ground(pen, dice, second)
    _figure(pen, dice, _ORDER[made.house.topic.key] * 4 + made.house.topic.kinds.index(made.kind), ink)
    _pattern(pen, dice, second)
    return scene


def _ground(pen: ImageDraw.ImageDraw, dice: Dice, ink: str) -> None:
    """A horizon, and a few shapes in the distance, that tell two works of one kind apart."""
    level = 120 + dice.below(70)
    pen.rectangle((0, level, SIZE, SIZE), fill=dice.pick(_PAPERS))
    for _ in range(3 + dice.below(5)):
        x, wide, high = dice.below(SIZE), 8 + dice.below(34), 10 + dice.below(70)
        shape = pen.ellipse if dice.chance(0.5) else pen.rectangle
        shape((x, level - high, x + wide, level), fill=ink if dice.chance(0.4) else dice.pick(_PAPERS))


def _figure(pen: ImageDraw.ImageDraw, dice: Dice, species: int, ink: str) -> None:
    """The thing itself: an outline whose lobes depend on the kind, so that a kind has one silhouette."""
    form = Dice("figure", species)
    lobes, depth, turn = 2 + form.below(6), 0.12 + form.below(40) / 100, form.below(628) / 100
    wide, high = 0.6 + form.below(60) / 100, 0.6 + form.below(60) / 100
    x, y, radius = 88 + dice.below(48), 88 + dice.below(48), 46 + dice.below(18)
    points = []
    for step in range(60):
        angle = step * math.tau / 60
        reach = radius * (1 + depth * math.sin(lobes * angle + turn))
        points.append((x + wide * reach * math.cos(angle), y + high * reach * math.sin(angle)))
    pen.polygon(points, fill=ink, outline="#333333")
    inner = radius * (0.25 + form.below(30) / 100)
    pen.ellipse((x - inner * wide, y - inner * high, x + inner * wide, y + inner * high), fill=form.pick(_PAPERS))


def _pattern(pen: ImageDraw.ImageDraw, dice: Dice, ink: str) -> None:
    step, x, y = 9 + dice.below(14), 20 + dice.below(60), 150 + dice.below(40)
    for at in range(3 + dice.below(8)):
        left = x + at * step
        if dice.chance(0.5):
            pen.line((left, y, left + step // 2, y + 22), fill=ink, width=3)
        else:
            pen.ellipse((left, y, left + step // 2, y + step // 2), fill=ink)


def _variant(scene: Image.Image, dice: Dice, platform: str, shot: int) -> Image.Image:
    """The scene cropped, scaled and marked as a platform does; the second shot is cropped more."""
    margin = dice.below(10) + 14 * shot
    box = (dice.below(margin + 1), dice.below(margin + 1), SIZE - dice.below(margin + 1), SIZE - dice.below(margin + 1))
    wide = {"weibo": 208, "taobao": 224, "youtube": 256}.get(platform, 192)
    high = wide * 9 // 16 if platform == "youtube" else wide
    shown = scene.resize((wide, wide), Image.Resampling.BILINEAR, box=box)
    if high != wide:
        shown = shown.crop((0, (wide - high) // 2, wide, (wide + high) // 2))
    ImageDraw.Draw(shown).text(
        (wide - 64, high - 16), f"@{platform}", fill="#ffffff" if platform == "weibo" else "#666666"
    )
    return shown


def _png(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "PNG", compress_level=1)
    return out.getvalue()
