"""What may be taken for gone: nothing that an incomplete crawl did not show, and not too much of a platform in one night."""

from collections.abc import Iterable, Mapping

from store import lake
from store.cli import TrawlError

MOST_SHARE = 0.2
FEWEST = 20  # records: of a handful, one is already a large share


class TooManyDeletions(TrawlError):
    """More of a platform would be marked gone or deleted than one night makes believable."""

    def __init__(self, platform: str, lost: int, live: int) -> None:
        super().__init__(
            f"{platform}: {lost:,} of {live:,} records would be gone tonight: look at its crawl,"
            " then run align with --allow-deletions where that is true"
        )
        self.platform, self.lost, self.live = platform, lost, live


def refused(losses: Mapping[str, tuple[int, int]]) -> dict[str, TooManyDeletions]:
    """The platforms that would lose more than a fifth: (records that lived before, those that are gone) by platform."""
    return {
        name: TooManyDeletions(name, lost, live)
        for name, (live, lost) in losses.items()
        if live >= FEWEST and lost > MOST_SHARE * live
    }


def whole_nights(platform: str, nights: Iterable[str]) -> list[str]:
    """The nights whose crawl saw all there was: only these prove anything gone. One of dropped files alone does not."""
    manifests = ((night, lake.manifest(lake.partition("pages", platform=platform, date=night))) for night in nights)
    return [night for night, found in manifests if found is not None and found.extra.get("is_whole")]
