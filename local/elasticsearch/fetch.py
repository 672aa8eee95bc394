"""The server's jars from Maven Central, laid out as Elasticsearch wants them, and the Java that runs them.

Ivy, which comes inside pyspark, does the fetching; Maven where Ivy fails. Both verify checksums, and both keep
their own cache in the user's home, so that a second checkout on the machine needs no network.
"""

import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from store import settings
from store.cli import TrawlError

VERSION = "9.5.3"  # newest for which server and HTTP transport are both published
SERVER = ("org.elasticsearch", "elasticsearch")
TRANSPORT = ("org.elasticsearch.plugin", "transport-netty4")
JAVA_NEEDED = 21
JAVA_FOLDERS = (
    "/usr/lib/jvm/*",
    "/opt/java/*",
    "/opt/jdk*",
    "/Library/Java/JavaVirtualMachines/*/Contents/Home",
    "/opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home",
    "~/.sdkman/candidates/java/*",
)
POM = """<project><modelVersion>4.0.0</modelVersion><groupId>trawl</groupId><artifactId>jars</artifactId>
<version>1</version><dependencies><dependency><groupId>{}</groupId><artifactId>{}</artifactId><version>{}</version>
</dependency></dependencies></project>"""


class JavaMissing(TrawlError):
    """No Java that is new enough on this machine."""

    def __init__(self) -> None:
        super().__init__(
            f"Elasticsearch needs Java {JAVA_NEEDED} or later and none was found by JAVA_HOME, PATH or the usual"
            " folders: install one (Debian: temurin-25-jdk or openjdk-21-jre-headless; macOS: brew install openjdk)"
        )


class FetchFailed(TrawlError):
    """The jars could not be had."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"cannot fetch Elasticsearch {VERSION} from Maven Central ({reason}): connect this machine to the network,"
            " or set TRAWL_ELASTICSEARCH_URL to a cluster that runs elsewhere"
        )


def server() -> Path:
    """Folder of the fetched server; shared by every node of this TRAWL_HOME."""
    return settings.home() / "elasticsearch" / f"server-{VERSION}"


def fetch() -> Path:
    """The folder of the server, fetched when it is not there yet; it appears whole or not at all."""
    target = server()
    if target.exists():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix="fetching-") as folder:
        staged = Path(folder, "server")
        _lay_out(staged, Path(folder))
        try:
            staged.rename(target)
        except OSError:  # another process was quicker, with the same files
            if not target.exists():
                raise
    return target


def _lay_out(staged: Path, scratch: Path) -> None:
    _resolve(SERVER, staged / "lib", scratch)
    plugin = staged / "modules" / "transport-netty4"
    _resolve(TRANSPORT, plugin, scratch)
    for jar in plugin.glob("elasticsearch-*.jar"):  # the plugin's own loader must not see the server twice
        jar.unlink()
    with zipfile.ZipFile(plugin / f"transport-netty4-{VERSION}.jar") as packed:
        text = packed.read("META-INF/es-plugins/transport-netty4/plugin-descriptor.properties").decode()
    # without module information the plugin is loaded from the class path, as the embedded node needs it
    text = re.sub(r"^modulename=.*\n", "", text, flags=re.MULTILINE)
    (plugin / "plugin-descriptor.properties").write_text(text)


def _resolve(artifact: tuple[str, str], folder: Path, scratch: Path) -> None:
    """All jars that an artifact needs, into a folder: by Ivy, else by Maven."""
    said = _run(_ivy(artifact, folder), scratch)
    if said and shutil.which("mvn"):
        (scratch / "pom.xml").write_text(POM.format(*artifact, VERSION))
        goal = ["dependency:copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={folder}"]
        said = _run(["mvn", "-B", "-q", *goal], scratch) and said
    if said:
        raise FetchFailed(said)


def _ivy(artifact: tuple[str, str], folder: Path) -> list[str]:
    spec = find_spec("pyspark")
    jars = sorted(Path(str(spec.origin)).parent.glob("jars/ivy-*.jar")) if spec else []
    if not jars:
        raise FetchFailed("Ivy is not among pyspark's jars: run `make install` again")
    pattern = f"{folder}/[artifact]-[revision].[ext]"
    java = [str(find_java() / "bin" / "java"), "-jar", str(jars[-1])]
    return [*java, "-dependency", *artifact, VERSION, "-confs", "default", "-retrieve", pattern]


def _run(command: list[str], folder: Path) -> str:
    """Empty when it worked, else the reason in a few words."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return ""
    said = done.stdout + done.stderr
    if "No space left" in said:
        return "the disk is full"
    host = re.search(r"Host [\w.]+ not found|UnknownHost|Connection (refused|timed out)|Network is unreachable", said)
    return host.group(0) if host else f"{command[0]} exited {done.returncode}"


def find_java() -> Path:
    """Home of the first Java that is new enough: JAVA_HOME, PATH, the usual folders (newest first)."""
    for home in _java_homes():
        if java_version(home) >= JAVA_NEEDED:
            return home
    raise JavaMissing


def _java_homes() -> Iterator[Path]:
    if named := settings.credential("JAVA_HOME"):
        yield Path(named)
    if on_path := shutil.which("java"):
        yield Path(on_path).resolve().parent.parent
    found = [Path(home) for pattern in JAVA_FOLDERS for home in glob.glob(os.path.expanduser(pattern))]
    yield from sorted(found, key=lambda home: (-java_version(home), str(home)))


def java_version(home: Path) -> int:
    """Major version by the `release` file that every Java since 9 has; 0 when unknown."""
    try:
        text = (home / "release").read_text()
    except OSError:
        return 0
    found = re.search(r'^JAVA_VERSION="(\d+)', text, flags=re.MULTILINE)
    return int(found.group(1)) if found else 0


def jvm_library(home: Path) -> Path:
    """The shared library that JPype loads."""
    return home / "lib" / "server" / ("libjvm.dylib" if sys.platform == "darwin" else "libjvm.so")
