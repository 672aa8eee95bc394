"""The matcher's learned model in the lake: a file named by what it holds, and the index that says which one is in use.

models/name=matcher/MODEL_ID.json   weights, curve, and the formula that they began with
models/name=matcher/report.json, report.md
models/name=matcher/index.json      model_id; put last, so that a half-written model is never read
"""

import hashlib
import json
import logging
from collections.abc import Mapping
from typing import Any

from models import learned
from models.learned import Model
from store import objects

PLACE = "models/name=matcher"

log = logging.getLogger(__name__)


def put(model: Model, report: Mapping[str, Any]) -> str:
    """Put a model and its report into the lake; the model_id."""
    data = json.dumps(model.told(), indent=1).encode()
    model_id = f"matcher-{hashlib.sha256(data).hexdigest()[:12]}"
    told = json.dumps({**report, "model_id": model_id}, indent=1, sort_keys=True).encode()
    files = {f"{model_id}.json": data, "report.json": told, "report.md": page(report, model_id).encode()}
    for name, content in {**files, "index.json": json.dumps({"model_id": model_id}).encode()}.items():
        objects.put_bytes(f"{PLACE}/{name}", content)
    return model_id


def newest() -> tuple[str, Model] | None:
    """The model in use and its id; None where there is none, or where it began with another formula than this one."""
    if (index := objects.get_bytes(f"{PLACE}/index.json")) is None:
        return None
    model_id = json.loads(index)["model_id"]
    if (data := objects.get_bytes(f"{PLACE}/{model_id}.json")) is None:
        raise objects.ObjectMissing(f"{PLACE}/{model_id}.json")
    if (model := learned.read(json.loads(data))) is None:
        log.warning("%s was learned beside another formula and is not used: run jobs.train_matcher again", model_id)
        return None
    return model_id, model


def page(report: Mapping[str, Any], model_id: str) -> str:
    """The report as Markdown."""
    uses = ", ".join(f"{name}: {'learned' if is_used else 'as before'}" for name, is_used in report["uses"].items())
    rows = {"all, by weights of other records": report["f1"]}
    rows |= {f"{kind}, left out ({found['pairs']})": found for kind, found in report["kinds"].items()}
    lines = [
        f"# Matcher: {model_id}",
        "",
        f"{report['right']} pairs that are one work, {report['wrong']} that are not.",
    ]
    lines += [f"In use: {uses}.", "", "| pairs, text alone | formula F1 | learned F1 |", "|---|---|---|"]
    lines += [f"| {name} | {found['formula']:.4f} | {found['learned']:.4f} |" for name, found in rows.items()]
    lines += ["", "| chance | Brier |", "|---|---|"]
    lines += [f"| {name} | {value:.6f} |" for name, value in report["brier"].items()]
    return "\n".join(lines) + "\n"
