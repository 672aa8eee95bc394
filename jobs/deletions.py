"""A night on which too much of a platform disappears is a broken crawl until somebody says otherwise."""

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


def check(platform: str, *, live: int, lost: int, allowed: bool = False) -> None:
    """Raises TooManyDeletions where `lost` of the `live` records that stood before are more than a fifth."""
    if not allowed and live >= FEWEST and lost > MOST_SHARE * live:
        raise TooManyDeletions(platform, lost, live)
