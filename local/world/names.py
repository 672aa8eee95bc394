"""Made-up names and identifiers: each is a one-to-one image of a number, so that no two things share a name.

Numbers are spread by a multiplication modulo the size of the name space.
"""

_ONSETS = "b d f g k l m n p r s t v z br dr kr pl st tr sh ch gl th".split()
_SYLLABLES = [onset + vowel for onset in _ONSETS for vowel in "aeiou"]
# Two sets of characters with no overlap: brands and places are never read as the names of single works.
_HOUSE = "澜岚溪禾栖屿汀沅沁泠湄漪澄潇芷芙苒茉荻菱葭蔚蕙芃珂珀玥琅琬琦瑶璟昀昱晞晟暄曜曦煦岑岫峤峪嵩崧翎翊翩翡"
_OWN = "墨砚笙箫筝弦霁霖霏霭雯霄鹭鸢鹤雁鸾隼柏桐桦桉榆槿楠樱橙柚柠枫檀椿锦缎绫绮纨缃绛纾骁骏骥骊驰骞麒麟"
_SURNAMES = list(zip("沈陆许程顾苏叶孟邵傅", "Shen Lu Xu Cheng Gu Su Ye Meng Shao Fu".split()))
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
_LAP, _MODELS, _MODEL_ODD = 5_000_000, 5_184_000, 3_571_237


def _spread(number: int, size: int, odd: int) -> int:
    """The image of number under n -> n * odd mod size; one-to-one while number < size."""
    return number * odd % size


def _written(number: int, digits: list[str] | str, minimum: int, odd: int) -> str:
    base, length = len(digits), minimum
    while number >= base**length:
        number, length = number - base**length, length + 1
    rest, parts = _spread(number, base**length, odd), []
    for _ in range(length):
        rest, digit = divmod(rest, base)
        parts.append(digits[digit])
    return "".join(parts)


def house_latin(number: int) -> str:
    """The Latin name of a brand, place, laboratory or library; ends in a vowel."""
    return _written(number, _SYLLABLES, 3, 1_234_577).capitalize()


def house_han(number: int) -> str:
    """The Chinese name of the same thing."""
    return _written(number, _HOUSE, 3, 68_917)


def own_latin(number: int) -> str:
    """The Latin name of one work; ends in a consonant, so that it is never a brand's."""
    return _written(number, _SYLLABLES, 3, 7_654_337).capitalize() + "nxrsl"[number % 5]


def own_han(number: int) -> str:
    """The Chinese name of one work."""
    return _written(number, _OWN, 3, 52_361)


def person(number: int) -> tuple[str, str]:
    """The Chinese and the Latin name of a person."""
    surname, given = _SURNAMES[number * 7 % len(_SURNAMES)]
    return surname + _written(number, _OWN, 2, 1_009), f"{_written(number, _SYLLABLES, 2, 7_907).capitalize()}d {given}"


def model(number: int) -> str:
    """A model number such as KX-2107; a third letter comes when two are used up."""
    high, low = divmod(_spread(number % _LAP, _MODELS, _MODEL_ODD), 9000)
    first, second = divmod(high, len(_LETTERS))
    third = _LETTERS[number // _LAP] if number >= _LAP else ""
    return f"{_LETTERS[first]}{_LETTERS[second]}{third}-{low + 1000}"


def number_of_model(written: str) -> int:
    """The number that a model number was made from. Raises ValueError for what is none."""
    letters, _, low = written.partition("-")
    places = [_LETTERS.index(letter) for letter in letters]
    if not 2 <= len(places) <= 3:
        raise ValueError(written)
    spread = (places[0] * len(_LETTERS) + places[1]) * 9000 + int(low) - 1000
    return spread * pow(_MODEL_ODD, -1, _MODELS) % _MODELS + (places[2] * _LAP if len(places) > 2 else 0)


def gtin(number: int) -> str:
    """An EAN-13 under the prefix 690, check digit included. Source: GS1 General Specifications, section 7.9."""
    digits = f"690{_spread(number, 10**9, 618_033_989):09d}"
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return f"{digits}{-total % 10}"
