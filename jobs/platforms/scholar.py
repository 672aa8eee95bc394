"""Google Scholar: references that a person exported; it has no API, and its pages may not be crawled.

Source  files of the library or of a search's "Cite": BibTeX, EndNote, RefMan (RIS), CSV
Units   dates are years; neither abstracts nor counts are exported

A reference without a DOI is known by a hash of title, first author and year until another platform tells its DOI.
"""

import re
from collections.abc import Iterator

from jobs.platforms import Item, Page, Policy, Reject, _citations, _references
from jobs.platforms._reading import checked

POLICY = Policy(tier="D", license="as the publisher says")
FORMATS = re.compile(
    rb"^\s*@[A-Za-z]{3,30}\s*[{(][^\n{}()]{0,200},\s*$|^TY  - |^%0 [A-Z]|\A\s*\"?Authors\"?,\"?Title\"?,", re.M
)
CHINESE = re.compile(rb"CNKI|cnki\.net")


def items(page: Page) -> Iterator[Item | Reject]:
    """One record per reference."""
    for reference in _citations.read(page.body):
        yield reference if isinstance(reference, Reject) else checked(_references.document(reference))


def claims(page: Page) -> bool:
    """BibTeX, RIS, EndNote or its own CSV, and no word of CNKI, which exports EndNote too."""
    head = _citations.opening(page.body)
    return FORMATS.search(head) is not None and not CHINESE.search(page.body)
