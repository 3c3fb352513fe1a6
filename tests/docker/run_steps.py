"""Run the steps of the Dockerfile's build stage in an empty folder, without an engine.

``python -m tests.docker.run_steps FOLDER`` copies what COPY copies, runs what RUN runs, with the
environment that ENV sets and nothing of the caller's, and then lets what was installed build the
sample and answer the health check. Absolute paths of the image lie below the folder. It shows
that the steps work from the lock alone; it does not show that an engine takes the file.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
PASSED_ON = (
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "PIP_INDEX_URL",
    "PIP_CONFIG_FILE",
    "UV_INDEX_URL",
    "UV_DEFAULT_INDEX",
    "SSL_CERT_FILE",
    "REQUESTS_CA_BUNDLE",
)
"""What of the caller's environment a build may need to reach a registry."""


class Step(NamedTuple):
    """One instruction of a Dockerfile."""

    word: str
    text: str


def stages(dockerfile: str) -> list[list[Step]]:
    """Return the instructions of each stage; those before the first are dropped."""
    text = re.sub(r"^\s*#.*\n", "", dockerfile, flags=re.MULTILINE)
    text = re.sub(r"\\\n\s*", "", text)
    found: list[list[Step]] = []
    for line in filter(None, map(str.strip, text.splitlines())):
        word, _, rest = line.partition(" ")
        if word == "FROM":
            found.append([])
        if found:
            found[-1].append(Step(word, rest.strip()))
    return found


def variables(step: Step) -> dict[str, str]:
    """Return what an ENV instruction sets."""
    return dict(part.split("=", 1) for part in shlex.split(step.text))


def inside(folder: Path, text: str) -> str:
    """Return a text in which the paths of the image lie below a folder."""
    return re.sub(r"(?<![\w.])/(?=opt/|src\b|data\b)", f"{folder}/", text)


def run_build_stage(folder: Path, steps: list[Step]) -> dict[str, str]:
    """Run the steps of a stage, and return the environment that they end with."""
    tools = folder / "tools"
    subprocess.run([sys.executable, "-m", "venv", str(tools)], check=True)
    environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    environment |= {"PATH": f"{tools}/bin:/usr/bin:/bin", "HOME": str(folder / "home")}
    here = folder
    for step in steps:
        print(f"{step.word} {step.text}", file=sys.stderr)
        match step.word:
            case "ENV":
                environment |= {n: inside(folder, v) for n, v in variables(step).items()}
            case "WORKDIR":
                here = Path(inside(folder, step.text))
                here.mkdir(parents=True, exist_ok=True)
            case "COPY":
                *sources, target = step.text.split()
                for source in sources:
                    copy(ROOT / source, here / target)
            case "RUN":
                command = inside(folder, step.text)
                subprocess.run(["/bin/sh", "-c", command], check=True, cwd=here, env=environment)
            case _:
                pass
    return environment


def copy(source: Path, target: Path) -> None:
    """Copy as COPY does: into a folder that is there, or as the target."""
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy(source, target)


def serves(folder: Path, steps: list[Step]) -> None:
    """Let the installed service answer the health check of the last stage."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    environment = {"HOME": "/nonexistent"}
    for step in steps:
        if step.word == "ENV":
            environment |= {n: inside(folder, v) for n, v in variables(step).items()}
    environment |= {"LICET_PORT": port, "PATH": f"{folder}/opt/licet/bin:/usr/bin:/bin"}
    check = next(step.text for step in steps if step.word == "HEALTHCHECK").partition("CMD ")[2]
    subprocess.run(["licet", "build", "sample"], check=True, env=environment, cwd=folder)
    service = subprocess.Popen(["licet", "serve"], env=environment, cwd=folder)
    try:
        said = b""
        for _ in range(60):
            time.sleep(1)
            found = subprocess.run(
                json.loads(check),
                check=False,
                env=environment,
                capture_output=True,
            )
            if found.returncode == 0:
                return
            said = found.stderr
        raise SystemExit(said.decode())
    finally:
        service.terminate()
        service.wait(60)


def main() -> None:
    """Run all of it in the folder that is named."""
    folder = Path(sys.argv[1]).resolve()
    folder.mkdir(parents=True)
    build, last = stages((ROOT / "docker" / "Dockerfile").read_text())
    run_build_stage(folder, build)
    serves(folder, last)
    size = sum(f.stat().st_size for f in (folder / "opt").rglob("*") if f.is_file())
    print(f"built, served and healthy; what is installed takes {size / 1e6:.0f} MB")


if __name__ == "__main__":
    main()
