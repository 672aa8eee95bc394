"""How good a classifier is: the figures and the page that people read."""

from collections.abc import Sequence
from typing import Any


def report(truth: Sequence[str], found: Sequence[str], *, groups: Sequence[str]) -> dict[str, Any]:
    """Accuracy and macro F1 (0 to 1), the confusion matrix (row truth, column found), and the same per group."""
    labels = sorted({*truth, *found})
    per_group = {
        group: _figures([(t, f) for t, f, g in zip(truth, found, groups) if g == group], labels)
        for group in sorted(set(groups))
    }
    confusion = [[sum(t == row and f == column for t, f in zip(truth, found)) for column in labels] for row in labels]
    return {
        **_figures(list(zip(truth, found)), labels),
        "labels": labels,
        "confusion": confusion,
        "per_language": per_group,
    }


def _figures(pairs: Sequence[tuple[str, str]], labels: Sequence[str]) -> dict[str, Any]:
    right = sum(truth == found for truth, found in pairs)
    scores = [_f1(pairs, label) for label in labels if any(label in pair for pair in pairs)]
    macro = sum(scores) / len(scores) if scores else 0.0
    return {"posts": len(pairs), "accuracy": round(right / max(1, len(pairs)), 4), "macro_f1": round(macro, 4)}


def _f1(pairs: Sequence[tuple[str, str]], label: str) -> float:
    """2 right / (in truth + found)."""
    right = sum(truth == found == label for truth, found in pairs)
    return 2 * right / sum((truth == label) + (found == label) for truth, found in pairs)


def page(report: dict[str, Any], *, title: str) -> str:
    """The report as Markdown."""
    labels, languages = report["labels"], report["per_language"]
    rows = [("all", report), *languages.items()]
    lines = [f"# {title}", "", "| language | posts | accuracy | macro F1 |", "|---|---|---|---|"]
    lines += [f"| {name} | {f['posts']} | {f['accuracy']:.4f} | {f['macro_f1']:.4f} |" for name, f in rows]
    lines += ["", f"| truth \\ found | {' | '.join(labels)} |", "|---" * (len(labels) + 1) + "|"]
    lines += [f"| {name} | {' | '.join(map(str, row))} |" for name, row in zip(labels, report["confusion"])]
    return "\n".join(lines) + "\n"
