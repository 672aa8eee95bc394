"""One Elasticsearch node in this process, until SIGTERM.

`python -m local.elasticsearch.node JVM SERVER FOLDER PORT HEAP MORE` is started by `local.elasticsearch.start`; it writes
FOLDER/url once the node answers. MORE are further settings as a JSON object. Loopback only.
"""

import json
import os
import signal
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

LOGGING = """
status = error
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = [%d{ISO8601}][%-5p][%c{1.}] %m%n
rootLogger.level = info
rootLogger.appenderRef.console.ref = console
"""
# A laptop's disk is fuller than a server's: the server's percentages would block writing with 20 GB free.
WATERMARKS = {"low": "1gb", "high": "500mb", "flood_stage": "200mb"}


def node_settings(server: Path, folder: Path, port: int) -> dict[str, str]:
    """Elasticsearch settings of a single node whose data, logs and snapshots lie in `folder`."""
    disk = "cluster.routing.allocation.disk.watermark"
    return {
        "path.home": str(server),
        "path.data": str(folder / "data"),
        "path.logs": str(folder / "logs"),
        "path.repo": str(folder / "snapshots"),
        "cluster.name": "trawl",
        "node.name": "trawl",
        "http.port": str(port),
        "transport.port": "0",  # nobody else talks to a single node
        "discovery.type": "single-node",
        "network.host": "127.0.0.1",
        **{f"{disk}.{stage}": size for stage, size in WATERMARKS.items()},
    }


def launch(jvm: str, server: Path, folder: Path, *, port: int, heap: str, more: dict[str, str]) -> Any:
    """The started node; `close()` stops it."""
    import jpype

    (folder / "config").mkdir(parents=True, exist_ok=True)
    (folder / "config" / "log4j2.properties").write_text(LOGGING)
    flags = ["--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED", f"-Xms{heap}", f"-Xmx{heap}"]
    flags += ["-Xrs", "-XX:+ExitOnOutOfMemoryError"]  # -Xrs: SIGTERM is Python's, which closes the node first
    flags += [f"-Dlog4j.configurationFile={folder}/config/log4j2.properties", f"-Djava.io.tmpdir={folder}/tmp"]
    (folder / "tmp").mkdir(exist_ok=True)
    jpype.startJVM(jvm, *flags, classpath=[f"{server}/lib/*"], convertStrings=False)
    return _start(jpype, node_settings(server, folder, port) | more, folder)


def _start(jpype: Any, wanted: dict[str, str], folder: Path) -> Any:
    """What the server's own launcher does, without its security manager and native controllers."""
    # by full name: browsing packages would keep the jars open, and the server opens them itself
    es = partial(_class, jpype.JClass)
    es("common.logging.LogConfigurator").configureESLogging()
    builder = es("common.settings.Settings").builder()
    for name, value in wanted.items():
        builder.put(name, value)
    config = jpype.JClass("java.nio.file.Path").of(str(folder / "config"))
    environment = es("env.Environment")(builder.build(), config)
    plugins = es("plugins.PluginsLoader")
    modules = plugins.loadModulesBundles(environment.modulesDir(), False)
    extra = plugins.loadPluginsBundles(environment.pluginsDir(), False)
    loader = plugins.createPluginsLoader(modules, extra, jpype.JClass("java.util.Map").of(), False)
    node = es("node.Node")(environment, loader)
    node.start()
    return node


def _class(find: Callable[[str], Any], name: str) -> Any:
    return find(f"org.elasticsearch.{name}")


def main(argv: list[str]) -> None:
    """Start the node, say where, wait for SIGTERM, close it."""
    jvm, server, folder, port, heap, more = argv
    signals = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)  # before the JVM starts its threads, which inherit it
    node = launch(jvm, Path(server), Path(folder), port=int(port), heap=heap, more=json.loads(more))
    url = Path(folder, "url")
    url.with_suffix(".new").write_text(f"http://127.0.0.1:{port}\n")
    os.replace(url.with_suffix(".new"), url)
    signal.sigwait(signals)
    url.unlink(missing_ok=True)
    node.close()
    os._exit(0)  # the node's data is on disk; a JVM shutdown would wait for its daemon threads


if __name__ == "__main__":
    main(sys.argv[1:])
