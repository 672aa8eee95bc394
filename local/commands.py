"""The public commands of a night, as a rehearsal runs them: each must end as it is meant to."""

import subprocess
import sys

from store import cli


class DrillFailed(cli.TrawlError):
    """A step did not go as it must."""


def run(step: str, date: str, *words: str, fails: bool = False) -> str:
    """What one command of `jobs` printed; DrillFailed where it does not end as it must."""
    command = [sys.executable, "-m", f"jobs.{step}", "--date", date, *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    last = (done.stderr.strip().splitlines() or [""])[-1]
    print(f"   jobs.{step} {' '.join(words)}: exit {done.returncode}{': ' + last[:300] if done.returncode else ''}")
    if (done.returncode == 1) != fails:
        raise DrillFailed(f"jobs.{step} {' '.join(words)} ended with {done.returncode}, which a drill must not: {last}")
    return done.stdout


def say(what: str) -> None:
    """A headline."""
    print(what, flush=True)
