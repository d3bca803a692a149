"""Files of a home that are hurt: bits flipped, cut off, missing, exchanged, foreign. No crash, no silence."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from pathlib import Path

from index.errors import LibraryDamaged
from index.home import ARCHIVE
from index.salvage import salvage
from tests.torture.common import Result, article, ask, is_found, main, opened, place, warm
from tests.torture.killing import Send

MANY = 80
Hurt = Callable[[Path, random.Random], str]


def stocked(home: Path, first: int, send: Send) -> None:
    with opened(home) as library:
        library.add(article(number, passages=14 if number % 9 == 0 else 2) for number in range(first, first + MANY))
        library.search("harbour")
        send(library.count())


def one_of(home: Path, dice: random.Random) -> Path:
    return dice.choice(sorted(path for path in home.rglob("*") if path.is_file() and path.stat().st_size))


def flip_bits(home: Path, dice: random.Random) -> str:
    path = one_of(home, dice)
    content = bytearray(path.read_bytes())
    for _ in range(dice.choice((1, 1, 8, 200))):
        content[dice.randrange(len(content))] ^= 1 << dice.randrange(8)
    path.write_bytes(content)
    return f"bits of {path.relative_to(home)}"


def cut_off(home: Path, dice: random.Random) -> str:
    path = one_of(home, dice)
    path.write_bytes(path.read_bytes()[: dice.randrange(path.stat().st_size)])
    return f"end of {path.relative_to(home)}"


def take_away(home: Path, dice: random.Random) -> str:
    path = one_of(home, dice)
    path.unlink()
    return f"missing {path.relative_to(home)}"


def exchange(home: Path, dice: random.Random) -> str:
    a, b = one_of(home, dice), one_of(home, dice)
    first, second = a.read_bytes(), b.read_bytes()
    a.write_bytes(second)
    b.write_bytes(first)
    return f"{a.relative_to(home)} for {b.relative_to(home)}"


def blank(home: Path, dice: random.Random) -> str:
    path = one_of(home, dice)
    content = bytearray(path.read_bytes())
    start = dice.randrange(len(content))
    content[start : start + 4_096] = bytes(len(content[start : start + 4_096]))
    path.write_bytes(content)
    return f"zeros in {path.relative_to(home)}"


def foreign_snapshot(home: Path, dice: random.Random) -> str:
    """The files of another library's Chroma store under the names of ours."""
    mine, other = (next(path for path in (h / "dense").glob("v*") if path.is_dir()) for h in (home, _other(home)))
    shutil.rmtree(mine)
    shutil.copytree(other, mine)
    return "a foreign Chroma store"


def foreign_part(home: Path, dice: random.Random) -> str:
    name = dice.choice(("dense", "lexical", ARCHIVE))
    if (home / name).is_dir():
        shutil.rmtree(home / name)
        shutil.copytree(_other(home) / name, home / name)
    else:
        shutil.copy(_other(home) / name, home / name)
    return f"another library's {name}"


def _other(home: Path) -> Path:
    return home.with_name("other")


WAYS: tuple[Hurt, ...] = (flip_bits, flip_bits, cut_off, take_away, exchange, blank, foreign_snapshot, foreign_part)


def look(home: Path, send: Send) -> None:
    """Open, search, verify; send what a person would be told and what is missing."""
    try:
        with opened(home) as library:
            library.search("harbour bridge")
            other = any(int(found.url.rpartition("/")[2]) >= MANY for found in library.articles())
            first = range(MANY, 2 * MANY) if other else range(MANY)
            missing = [n for n in first if not is_found(library, article(n, passages=14 if n % 9 == 0 else 2))]
            health = library.verify()
            send({"archive": health.archive, "derived": health.derived, "missing": missing, "other": first.start > 0})
    except LibraryDamaged as error:
        send({"damaged": str(error)})


def rescue(home: Path, send: Send) -> None:
    send(len(salvage(home / ARCHIVE).articles))


def trial(result: Result, home: Path, what: str) -> str:
    """How it ended."""
    code, sent, _ = ask(lambda send: look(home, send))
    if not result.expect(code == 0 and bool(sent) and "error" not in sent[-1], f"{what}: ended with {code}: {sent}"):
        return "crash"
    found = sent[-1]
    if "damaged" in found or found["archive"]:
        code, saved, _ = ask(lambda send: rescue(home, send))
        result.expect(code == 0 and bool(saved), f"{what}: salvage ended with {code}: {saved}")
        result.figures.setdefault("saved of a hurt archive", []).append(saved[-1] if saved else None)
        return "archive hurt, and said so"
    result.expect(not found["missing"], f"{what}: silently missing {found['missing'][:5]}")
    result.expect(not found["derived"], f"{what}: not repaired: {found['derived']}")
    return "nothing missing"


def run(count: int, seed: int) -> Result:
    warm()
    dice, result = random.Random(seed), Result("damage")
    ends: dict[str, int] = {}
    with place() as folder:
        for name, first in (("base", 0), ("other", MANY)):
            ask(lambda send: stocked(folder / name, first, send))  # noqa: B023
        for number in range(count):
            home = folder / "home"
            shutil.rmtree(home, ignore_errors=True)
            shutil.copytree(folder / "base", home)
            what = f"{number}, {WAYS[number % len(WAYS)](home, dice)}"
            end = trial(result, home, what)
            ends[end] = ends.get(end, 0) + 1
            result.trials += 1
    result.figures["ends"] = ends
    return result


if __name__ == "__main__":
    main("damage", run, 100)
