"""Papers as the exports of Google Scholar (BibTeX, RIS) and CNKI (RefWorks, NoteExpress) list them."""

from collections.abc import Callable, Sequence
from typing import Any

Paper = dict[str, Any]  # an appearance
_CURLY = str.maketrans({letter: f"\\{letter}" for letter in "&%$#_"})


def bibtex(paper: Paper) -> str:
    """An entry; its key is the id. Who signs is one group, which the second pair of braces keeps together."""
    told = {"title": paper["title"], "author": f"{{{paper['author']['name']}}}", "journal": _journal(paper)}
    told |= {"year": paper["created_at"][:4], "doi": paper["native_id"], "publisher": "Trawl Press"}
    lines = ",\n".join(
        f"  {name}={{{text if name == 'doi' else text.translate(_CURLY)}}}" for name, text in told.items()
    )
    return f"@article{{work{paper['work'][1:]},\n{lines}\n}}\n\n"


def ris(paper: Paper) -> str:
    """The same reference, tag by tag."""
    told = [("TY", "JOUR"), ("T1", paper["title"]), ("A1", paper["author"]["name"]), ("JO", _journal(paper))]
    told += [("Y1", f"{paper['created_at'][:4]}//"), ("DO", paper["native_id"]), ("PB", "Trawl Press")]
    return "".join(f"{tag}  - {text}\r\n" for tag, text in told) + "ER  - \r\n\r\n"


def refworks(paper: Paper) -> str:
    """CNKI's way of RefWorks: names joined by semicolons, the abstract on one line."""
    told = [("RT", "Journal Article"), ("SR", "1"), ("A1", f"{paper['author']['name']};"), ("T1", paper["title"])]
    told += [("JF", _journal(paper)), ("YR", paper["created_at"][:4]), ("FD", paper["created_at"][:10])]
    told += [("K1", ";".join(paper["tags"])), ("AB", _line(paper["body"])), ("LK", paper["url"]), ("DS", "CNKI")]
    return "".join(f"{tag} {text}\n" for tag, text in told) + "\n"


def noteexpress(paper: Paper) -> str:
    """CNKI's way of NoteExpress."""
    told = [("Reference Type", "Journal Article"), ("Title", paper["title"]), ("Author", f"{paper['author']['name']};")]
    told += [("Journal", _journal(paper)), ("Year", paper["created_at"][:4]), ("Date", paper["created_at"][:10])]
    told += [("Keywords", ";".join(paper["tags"])), ("Abstract", _line(paper["body"])), ("URL", paper["url"])]
    told += [("Database Provider", "CNKI")]
    return "".join(f"{{{name}}}: {text}\n" for name, text in told) + "\n"


def halves(papers: Sequence[Paper], one: Callable[[Paper], str], other: Callable[[Paper], str]) -> tuple[str, str]:
    """Each paper in one of two formats, the same one every day."""
    is_first = {paper["work"]: int(paper["work"][1:]) % 2 == 0 for paper in papers}
    first = "".join(one(paper) for paper in papers if is_first[paper["work"]])
    return first, "".join(other(paper) for paper in papers if not is_first[paper["work"]])


def _journal(paper: Paper) -> str:
    name = paper["category_path"][0]
    return f"{name}学报" if paper["lang"] == "zh" else f"Journal of {name}"


def _line(text: str) -> str:
    return " ".join(text.split())
