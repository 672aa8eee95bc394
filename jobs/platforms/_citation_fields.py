"""What a reference says, and the names that each export format has for it."""

FIELDS = (
    "type title author journal year volume issue start end pages abstract keywords doi issn isbn url lang publisher"
    " provider"
).split()
# Source  https://www.ris.app, EndNote's and RefWorks' import filters, NoteExpress' field names
RIS = {
    **{"TI": "title", "T1": "title", "AU": "author", "A1": "author", "JO": "journal", "JF": "journal", "T2": "journal"},
    **{"JA": "journal", "J2": "journal", "PY": "year", "Y1": "year", "DA": "year", "VL": "volume", "IS": "issue"},
    **{"SP": "start", "EP": "end", "AB": "abstract", "N2": "abstract", "KW": "keywords", "DO": "doi", "SN": "issn"},
    **{"UR": "url", "LA": "lang", "PB": "publisher", "DB": "provider", "DP": "provider", "TY": "type", "UK": "unknown"},
}
ENDNOTE = {
    **{
        "T": "title",
        "A": "author",
        "J": "journal",
        "B": "journal",
        "D": "year",
        "8": "year",
        "V": "volume",
        "N": "issue",
    },
    **{
        "P": "pages",
        "X": "abstract",
        "K": "keywords",
        "R": "doi",
        "@": "issn",
        "U": "url",
        "G": "lang",
        "I": "publisher",
    },
    **{"W": "provider", "~": "provider", "0": "type"},
}
REFWORKS = {
    **{"RT": "type", "T1": "title", "A1": "author", "JF": "journal", "JO": "journal", "T2": "journal", "YR": "year"},
    **{"FD": "year", "VO": "volume", "IS": "issue", "SP": "start", "OP": "end", "AB": "abstract", "K1": "keywords"},
    **{"DO": "doi", "SN": "issn", "LK": "url", "UL": "url", "LA": "lang", "PB": "publisher", "DS": "provider"},
    # Known, and not read: they end the text before them.
    **dict.fromkeys("SR ID A2 A3 A4 AD AU CL NO PP ED CN DB LL OL U1 U2".split(), "unread"),
}
NOTEEXPRESS = {
    **{
        "Reference Type": "type",
        "Title": "title",
        "Author": "author",
        "Journal": "journal",
        "Tertiary Title": "journal",
    },
    **{"Year": "year", "Date": "year", "Volume": "volume", "Issue": "issue", "Pages": "pages", "Abstract": "abstract"},
    **{"Keywords": "keywords", "DOI": "doi", "ISBN/ISSN": "issn", "URL": "url", "Language": "lang"},
    **{"Publisher": "publisher", "Database Provider": "provider"},
}
CSV = {
    **{"authors": "author", "title": "title", "publication": "journal", "volume": "volume", "number": "issue"},
    **{"pages": "pages", "year": "year", "publisher": "publisher", "doi": "doi", "url": "url", "abstract": "abstract"},
}
BIBTEX = {
    **{name: name for name in ("title", "author", "journal", "year", "volume", "pages", "abstract", "keywords", "doi")},
    **{"booktitle": "journal", "number": "issue", "issn": "issn", "isbn": "isbn", "url": "url", "language": "lang"},
    **{
        "ENTRYTYPE": "type",
        "publisher": "publisher",
        "school": "publisher",
        "institution": "publisher",
        "date": "year",
    },
}
