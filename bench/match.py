"""How well rows of tables are matched: all true pairs, the labelled test split, and without any label.

FOLDER holds two tables and a gold.csv (tableA.csv, tableB.csv, and train.csv, valid.csv, test.csv where there are
labels), or one table and its truth; or several such folders. The matcher sees the columns, never their names' meaning.
Labels of train.csv teach, those of valid.csv set the threshold, test.csv and gold.csv are only measured against. Where
there are no splits, half of the true groups teaches and the other half is measured. The last line is one JSON object.
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from pathlib import Path

import psutil

from bench import er, match_one, match_two
from bench.match_two import Figures
from store import cli

SHOWN = {
    "f1": "F1",
    "precision": "P",
    "recall": "R",
    "test_f1": "test F1",
    "unlabelled_f1": "no labels F1",
    "unlabelled_precision": "P",
    "unlabelled_recall": "R",
    "blocking_recall": "blocking",
    "pairs_per_s": "pairs/s/core",
    "seconds": "s",
    "cpu_s": "CPU s",
    "peak_mb": "MB",
}


def main() -> None:
    style = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser("bench.match", description=__doc__, formatter_class=style)
    parser.add_argument("folder", type=Path, help="tables and their truth, or several such folders")
    folders = er.folders(parser.parse_args().folder)
    if len(folders) > 1:
        found = {folder.name: _apart(folder) for folder in folders}
    else:
        found = {folders[0].resolve().name: measured(folders[0])}
    print(table(found))
    print(json.dumps(found if len(found) > 1 else next(iter(found.values()))))


def measured(path: Path) -> Figures:
    """The figures of one folder; `seconds` count from the start of the process, `peak_mb` is its largest."""
    folder = er.read(path)
    for note in folder.notes:
        print(f"{path.name}: {note}", file=sys.stderr)
    found = match_two.figures(folder) if folder.right else match_one.figures(folder)
    seconds = time.time() - psutil.Process().create_time()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {**found, "seconds": round(seconds, 1), "cpu_s": round(time.process_time(), 1), "peak_mb": round(peak)}


def _apart(folder: Path) -> Figures:
    """The same in a process of its own, so that no folder's memory or warm code serves another."""
    done = subprocess.run([sys.executable, "-m", "bench.match", str(folder)], stdout=subprocess.PIPE, text=True)
    if done.returncode:
        raise cli.TrawlError(f"{folder} could not be measured: its reason stands above")
    found: Figures = json.loads(done.stdout.splitlines()[-1])
    return found


def table(found: dict[str, Figures]) -> str:
    """For people."""
    rows = [["", *SHOWN.values()]]
    rows += [[name, *(_shown(figures[key]) for key in SHOWN)] for name, figures in found.items()]
    return "\n".join(f"{row[0]:<24}" + "".join(f"{cell:>13}" for cell in row[1:]) for row in rows)


def _shown(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.4f}" if 0 <= value <= 1 else f"{value:,.0f}"


if __name__ == "__main__":
    cli.run(main)
