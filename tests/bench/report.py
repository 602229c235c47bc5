"""How the bench says what it found: row by row while it runs, a table at the end, and JSON."""

from __future__ import annotations

import gzip
import json
import math
import re
import statistics
import sys
from pathlib import Path
from urllib.parse import urljoin

from tests.bench.client import Request, ask

_IDEA = r'href="(/ideas/\d+-[^"#?]+)"'
# What a browser fetches beside the page.
_LOADED = (
    r'<(?:link[^>]+rel="(?:stylesheet|icon|modulepreload|preload)"[^>]*?href|script[^>]+src|img[^>]+src)="([^"]+)"'
)
CHANGING = {"changing": "elsewhere", "changing_shown": "on it"}  # a vote between every two requests
MOST_REQUESTS, MOST_BYTES = 5, 40_000
MOST_START, MOST_MEMORY, MOST_GROWTH = 2.0, 300, 1.5


def met(yes: bool) -> str:
    return "met" if yes else "NOT MET"


def judged(row: dict) -> list[tuple[str, bool]]:
    """[(the bar, with its figure, and whether it is met)] of one row."""
    bar, found = row["bar"], []
    eight, one = row.get("at_8"), row.get("at_1") or row.get("at_8")
    if eight and bar.get("floor"):
        found.append((f"{eight['floors']:.1f} of {bar['floor']:g} floors", eight["floors"] <= bar["floor"]))
    if bar.get("between"):
        for name, where in CHANGING.items():
            if changing := row.get(name):
                text = f"{changing['floors']:.1f} of {bar['between']:g} with votes {where} between"
                found.append((text, changing["floors"] <= bar["between"]))
    if one and bar.get("p50"):
        found.append((f"p50 {one['p50_ms']:.1f} of {bar['p50']:g} ms", one["p50_ms"] <= bar["p50"]))
    if bar.get("p99"):
        # A vote's p99 is asked at 8 connections, those of search and similar while one person types.
        which = eight if bar.get("floor") else one
        if which:
            found.append((f"p99 {which['p99_ms']:.0f} of {bar['p99']:g} ms", which["p99_ms"] <= bar["p99"]))
    return found


def verdict(row: dict) -> str:
    return "; ".join(f"{text}: {met(yes)}" for text, yes in judged(row)) or "-"


def interval(ratios: list[float], t: float) -> dict:
    """The geometric mean of paired ratios with its 95 % interval."""
    logs = [math.log(ratio) for ratio in ratios]
    mean, spread = statistics.fmean(logs), statistics.stdev(logs) / math.sqrt(len(logs)) if len(logs) > 1 else 0.0
    low, high = (math.exp(mean + sign * t * spread) for sign in (-1, 1))
    return {"ratio": round(math.exp(mean), 3), "from": round(low, 3), "to": round(high, 3), "runs": len(ratios)}


def first_view(port: int) -> dict:
    """{path: requests and bytes over the wire} of the pages with what they load, icons included."""
    found = {}
    pages = ["/", "/ideas", *_addresses(ask(port, Request("/ideas"))[3], _IDEA)[:1]]
    for path in pages:
        _, size, _, body = ask(port, Request(path))
        sizes = [size] + [ask(port, Request(one))[1] for one in dict.fromkeys(_addresses(body, _LOADED))]
        found["/ideas/…" if path not in ("/", "/ideas") else path] = {"requests": len(sizes), "bytes": sum(sizes)}
    return {"pages": found}


def ideas_shown(port: int, request: Request) -> list[int]:
    """Ids of the ideas that a page leads to."""
    return list(dict.fromkeys(int(found) for found in re.findall(r"/ideas/(\d+)-", _text(ask(port, request)[3]))))


def _text(body: bytes) -> str:
    return (gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body).decode("utf-8", "replace")


def _addresses(body: bytes, pattern: str) -> list[str]:
    return [one for one in (urljoin("/", found) for found in re.findall(pattern, _text(body))) if one.startswith("/")]


def say(text: str) -> None:
    print(text, flush=True)


def say_settings(result: dict) -> None:
    settings = ", ".join(f"{name}={value}" for name, value in result["settings"].items())
    say(f"{result['database']}, driven by {result['client']}; settings of the product beyond its own: {settings}")


def say_floors(floors: dict) -> None:
    for name, figures in floors.items():
        parts = [f"{what} {one['cpu_ms']:.2f} ms CPU, {one['per_second']:.0f}/s" for what, one in figures.items()]
        say(f"{name}: " + "; ".join(parts))
    if len(floors) == 2:
        given, own = floors.values()
        for what in ("page", "vote"):
            cheaper = own[f"{what}_at_8"]["cpu_ms"] <= given[f"{what}_at_8"]["cpu_ms"]
            say(f"  our floor's {what} costs no more than the given one's: {'yes' if cheaper else 'no, in this run'}")


def say_size(size: int, seconds: float, idle: float) -> None:
    started = f"first answer {seconds:.2f} s after the start ({met(seconds <= MOST_START)})"
    say(f"\n{size} ideas: {started}; {idle:.0f} ms of CPU a second while nobody asks")


def say_row(size: int, key: str, row: dict) -> None:
    if "status" in row:
        say(f"  {key}: answers {row['status']}, not measured")
        return
    at = {name.removeprefix("at_"): one for name, one in row.items() if name.startswith("at_")}
    text = "; ".join(
        f"c{name} {one['per_second']:.0f}/s p50 {one['p50_ms']:.1f} p99 {one['p99_ms']:.0f} CPU {one['cpu_ms']:.2f} ({one['floors']:.1f}×)"
        + (f" ERRORS {one['errors']}" if one["errors"] else "")
        for name, one in at.items()
    )
    for name, where in CHANGING.items():
        if name in row:
            text += f"; votes {where} between: CPU {row[name]['cpu_ms']:.2f} ({row[name]['floors']:.1f}×)"
    say(f"  {key}: {text} | {verdict(row)}")


def say_combinations(row: dict) -> None:
    slow = "; ".join(f"{one['ms']} ms {one['address']}" for one in row["slowest"][:3])
    say(f"  {row['asked']} combinations: first answer {row['first_ms']['median']:.0f} ms median, slowest: {slow}")


def say_first_view(row: dict) -> None:
    for path, one in row["pages"].items():
        good = one["requests"] <= MOST_REQUESTS and one["bytes"] <= MOST_BYTES
        say(f"  first view of {path}: {one['requests']} requests, {one['bytes'] / 1000:.1f} kB: {met(good)}")


def say_memory(found: dict) -> None:
    parts = [f"{name} {mib:.0f} MiB: {met(mib <= MOST_MEMORY)}" for name, mib in found["memory_mib"].items()]
    say("  memory under load (PSS): " + "; ".join(parts))


def say_growth(small: int, big: int, found: dict) -> None:
    say(f"\nCPU at {big} ideas over that at {small}")
    for name, one in found.items():
        text = f"  {name}: {one['ratio']:.2f} (95 %: {one['from']:.2f} to {one['to']:.2f}, {one['runs']} runs)"
        say(f"{text}: {met(one['to'] < MOST_GROWTH)}")


def table(result: dict) -> str:
    """The biggest site's rows in Markdown."""
    size = max(result["sizes"])
    lines = [
        "| what | requests/s at 1, 8, 32 | p50 ms at 1, 8 | p99 ms at 8 | CPU ms | × floor | with votes between | kB | bar |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for row in result["sizes"][size]["rows"].values():
        eight = row.get("at_8")
        if not eight:
            continue
        at = [row.get(f"at_{n}") for n in (1, 8, 32)]
        rates = ", ".join(f"{one['per_second']:.0f}" if one else "–" for one in at)
        p50s = ", ".join(f"{one['p50_ms']:.1f}" if one else "–" for one in at[:2])
        changing = ", ".join(f"{row[name]['floors']:.1f} × {where}" for name, where in CHANGING.items() if name in row)
        lines.append(
            f"| {row['title']} | {rates} | {p50s} | {eight['p99_ms']:.0f} | {eight['cpu_ms']:.2f} | {eight['floors']:.1f} |"
            f" {changing} | {eight['bytes'] / 1000:.1f} | {verdict(row)} |"
        )
    return "\n".join(lines)


def say_beside(one: dict, other: dict) -> None:
    """CPU of each row on the second run's database over that on the first's: PostgreSQL beside SQLite."""
    first, second = (result["sizes"][max(result["sizes"])]["rows"] for result in (one, other))
    say(f"\n| what | {one['database']}, ms of CPU | {other['database']} | times |\n|---|---|---|---|")
    for key, row in first.items():
        if "at_8" in row and "at_8" in second.get(key, {}):
            between = ((f", votes {where} between", name) for name, where in CHANGING.items())
            for name, at in (("", "at_8"), *between):
                if at in row:
                    here, there = row[at]["cpu_ms"], second[key][at]["cpu_ms"]
                    say(f"| {row['title']}{name} | {here:.2f} | {there:.2f} | {there / here:.1f} |")


def say_table(result: dict) -> None:
    say(f"\n{max(result['sizes'])} ideas, {result['database']}; all in {result['seconds']} s\n\n{table(result)}")


def write(path: Path, result: dict) -> None:
    path.write_text(json.dumps(result, indent=1) + "\n")


def read(path: str) -> dict:
    result = json.loads(Path(path).read_text())
    return result | {"sizes": {int(size): one for size, one in result["sizes"].items()}}


def main() -> None:
    """`python -m tests.bench.report FILE.json [OTHER.json]`: the tables of a run again; of two, how they compare."""
    results = [read(path) for path in sys.argv[1:3]]
    for result in results:
        say_settings(result)
        say_floors(result["floors"])
        for size, one in result["sizes"].items():
            say_size(size, one["start_s"], one["idle_ms_a_second"])
            say_memory(one)
        if "growth" in result:
            say_growth(min(result["sizes"]), max(result["sizes"]), result["growth"])
        say_table(result)
    if len(results) == 2:
        say_beside(*results)


if __name__ == "__main__":
    main()
