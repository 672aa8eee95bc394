"""Every setting, read from the environment when asked, with a default that works on one machine."""

import getpass
import os
import re
from pathlib import Path


def home() -> Path:
    """Folder of everything this machine keeps: lake, ledger, Elasticsearch node, Airflow."""
    return Path(os.environ.get("TRAWL_HOME") or "var").absolute()


def lake_root() -> str:
    """Local folder or `s3://bucket/prefix`."""
    return os.environ.get("TRAWL_LAKE") or str(home() / "lake")


def ledger_url() -> str:
    """SQLAlchemy address of the ledger; PostgreSQL where many machines write."""
    return os.environ.get("TRAWL_LEDGER") or f"sqlite:///{home() / 'ledger.sqlite'}"


def elasticsearch_url() -> str:
    """`TRAWL_ELASTICSEARCH_URL`, else the node that `local.elasticsearch` started here, else port 9200."""
    if given := os.environ.get("TRAWL_ELASTICSEARCH_URL"):
        return given
    written = home() / "elasticsearch" / "url"
    return written.read_text().strip() if written.exists() else "http://127.0.0.1:9200"


def elasticsearch_told() -> str:
    """The address for people: without the name and password that it may carry."""
    return re.sub(r"(?<=//)[^/@,]*@", "", elasticsearch_url())


def elasticsearch_key() -> str | None:
    """API key of a secured cluster."""
    return os.environ.get("TRAWL_ELASTICSEARCH_API_KEY") or None


def elasticsearch_ca() -> str | None:
    """File with the cluster's certificate authority."""
    return os.environ.get("TRAWL_ELASTICSEARCH_CA") or None


def alias() -> str:
    """Name that people search; generations are named after it."""
    return os.environ.get("TRAWL_ALIAS") or "trawl"


def spark_master() -> str:
    """Spark master; a cluster needs no other change."""
    return os.environ.get("TRAWL_SPARK_MASTER") or "local[*]"


def spark_memory() -> str:
    """Heap of the Spark driver, which on `local[*]` is the whole engine."""
    return os.environ.get("TRAWL_SPARK_MEMORY") or "2g"


def spark_java() -> str:
    """Options of the driver's JVM. The quick compiler alone halves the CPU of a night of a few thousand documents, which
    is mostly start-up; set `TRAWL_SPARK_JAVA` to a blank where a night is millions."""
    return os.environ.get("TRAWL_SPARK_JAVA", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC").strip()


def spark_parts() -> int:
    """Files per partition and shuffle width; another number gives the same rows in other files."""
    return int(os.environ.get("TRAWL_SPARK_PARTS") or 4)


def platform_url(platform: str, default: str) -> str:
    """Base address of a platform's API, without a slash at the end."""
    return (os.environ.get(f"TRAWL_{platform.upper()}_URL") or default).rstrip("/")


def targets(platform: str) -> list[str]:
    """What to crawl there: feeds, playlists, search words; comma separated."""
    return [part for part in os.environ.get(f"TRAWL_{platform.upper()}_TARGETS", "").split(",") if part]


def rate(platform: str, default: float) -> float:
    """Requests per second; a stand-in of one's own may be asked faster than the real platform."""
    return float(os.environ.get(f"TRAWL_{platform.upper()}_RATE") or default)


def files(platform: str) -> Path | None:
    """Folder of the files that people exported from this platform."""
    given = os.environ.get(f"TRAWL_{platform.upper()}_FILES")
    return Path(given) if given else None


def contact() -> str:
    """Address or page that a platform can write to; part of the name that every request carries."""
    return os.environ.get("TRAWL_CONTACT", "").strip()


def stale_days() -> int:
    """Days without anything new after which a platform raises an alarm."""
    return int(os.environ.get("TRAWL_STALE_DAYS") or 7)


def carry_days() -> int:
    """Days that a platform which fails may be carried forward before the gate says no."""
    return int(os.environ.get("TRAWL_CARRY_DAYS") or 7)


def operator() -> str:
    """Whose name stands under what is done by hand."""
    return os.environ.get("TRAWL_OPERATOR") or getpass.getuser()


def tenant() -> str | None:
    """Whom private records belong to: devices of a home, internal articles of a help desk."""
    return os.environ.get("TRAWL_TENANT") or None


def media_hosts() -> list[str]:
    """Hosts that media are fetched from, private ones included; empty is every public one."""
    return [host for host in os.environ.get("TRAWL_MEDIA_HOSTS", "").split(",") if host]


def credential(name: str) -> str | None:
    """A secret by the name of its variable."""
    return os.environ.get(name) or None


def text_model() -> str:
    """`minilm`, a folder or a hub name."""
    return os.environ.get("TRAWL_TEXT_MODEL") or "minilm"


def image_model() -> str:
    """`efficientnet-lite0`."""
    return os.environ.get("TRAWL_IMAGE_MODEL") or "efficientnet-lite0"


def sentiment_model() -> str:
    """Base that `train` fine-tunes: `tiny`, a folder or a hub name."""
    return os.environ.get("TRAWL_SENTIMENT_MODEL") or "tiny"


def debug() -> bool:
    """Errors with their whole trace."""
    return bool(os.environ.get("TRAWL_DEBUG"))


def given() -> dict[str, str]:
    """The settings of this process, to be shipped to another: executors do not share the driver's environment."""
    shipped = {key: value for key, value in os.environ.items() if key.startswith(("TRAWL_", "AWS_"))}
    return {**shipped, "TRAWL_HOME": str(home())}


def adopt(shipped: dict[str, str]) -> None:
    """Take over the settings of the process that sent this work here."""
    stale = [key for key in os.environ if key.startswith("TRAWL_") and key not in shipped]
    for key in stale:
        del os.environ[key]
    os.environ.update(shipped)
