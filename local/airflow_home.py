"""AIRFLOW_HOME of the local Airflow: its address, its configuration, its secret."""

import configparser
import secrets
from pathlib import Path

from local import processes
from store import settings
from store.cli import TrawlError


class AirflowFailed(TrawlError):
    """Airflow is not there, or refused what was asked; `status` is that of its answer."""

    def __init__(self, reason: str, status: int | None = None) -> None:
        super().__init__(reason)
        self.status = status


def folder() -> Path:
    """AIRFLOW_HOME."""
    return settings.home() / "airflow"


def url() -> str:
    """Address of the web page and the API."""
    config = configparser.ConfigParser(interpolation=None)
    if not config.read(folder() / "airflow.cfg"):
        raise AirflowFailed(f"no Airflow was started in {folder()}: run `make up`")
    return config["api"]["base_url"]


def environment() -> dict[str, str]:
    """What every component must be given to belong to it."""
    return {"AIRFLOW_HOME": str(folder()), "PYTHONPATH": str(processes.ROOT), "TRAWL_HOME": str(settings.home())}


def _configuration(port: int) -> dict[str, dict[str, str]]:
    address = f"http://127.0.0.1:{port}"
    # SQLite has one writer, and the web server can hold it while it waits for itself: no longer than the usual 5 s, so
    # that it lets go; `call` asks again.
    database = settings.credential("TRAWL_AIRFLOW_DB") or f"sqlite:///{folder() / 'airflow.db'}"
    return {
        "core": {
            "dags_folder": str(processes.ROOT / "dags"),
            "load_examples": "False",
            "executor": "LocalExecutor",
            "parallelism": "4",
            "dags_are_paused_at_creation": "False",
            "simple_auth_manager_all_admins": "True",
            "execution_api_server_url": f"{address}/execution/",
        },
        "api": {"host": "127.0.0.1", "port": str(port), "base_url": address, "secret_key": _secret()},
        "api_auth": {"jwt_secret": _secret()},
        "database": {"sql_alchemy_conn": database},
        "logging": {"base_log_folder": str(folder() / "logs")},
        # Each reading of the DAG files writes, and SQLite has one writer.
        "dag_processor": {"min_file_process_interval": "120"},
        "scheduler": {"use_job_schedule": "False", "scheduler_heartbeat_sec": "1"},
        "usage_data_collection": {"enabled": "False"},
    }


def _secret() -> str:
    """What the components sign their messages to each other with; made once."""
    file = folder() / "secret"
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(secrets.token_hex(32))
    return file.read_text()


def _known_ports() -> tuple[int, ...]:
    file = folder() / "airflow.cfg"
    return (int(url().rsplit(":", 1)[1]), 8080) if file.exists() else (8080,)


def configure() -> None:
    """Write its configuration, with the port of last time where that is free."""
    port = processes.free_port(*_known_ports())
    config = configparser.ConfigParser(interpolation=None)
    config.read_dict({section: _escaped(values) for section, values in _configuration(port).items()})
    file = folder() / "airflow.cfg"
    file.touch(mode=0o600)
    with file.open("w") as out:
        config.write(out)


def _escaped(values: dict[str, str]) -> dict[str, str]:
    return {key: value.replace("%", "%%") for key, value in values.items()}
