"""Drafted sentences against cited passages: rules one by one, then the sentences written by hand."""

import datetime as dt
import json
from dataclasses import dataclass

import frontmatter
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.verify import verify
from assistant.verify.drafts import draft_sentences, is_quoted
from assistant.verify.names import Known, names
from assistant.verify.numbers import quantities
from index.article import Article
from index.passages import passages
from tests.conftest import ROOT, SEEDS


@dataclass(frozen=True)
class Cited:
    article: Article
    text: str


def cited(text, title="", source="", date=dt.date(2024, 10, 30)):
    return Cited(Article(key="x", text=text, title=title, source=source, date=date), text)


TALKS = cited(
    "Yesterday Ukrainian leader Volodymyr Zelenskyi told the Financial Times that 12,000 soldiers would go home. "
    "“We are ready — truly ready — for peace,” he said. Half of the 60 square kilometres were freed on Friday. "
    "The law will not apply before 3 May. About a quarter of voters agreed, down from 40 percent.",
    title="Talks resume in Geneva",
)


def check(sentence, *passages_given):
    [result] = verify(sentence, passages_given or (TALKS,), threshold=0.2)
    return result


@pytest.mark.parametrize(
    "sentence",
    [
        "Twelve thousand soldiers will go home, Zelensky told the FT [1].",
        "Zelenskyi told the Financial Times on 29 October 2024 that soldiers would go home [1].",
        'He said: "We are ready - truly ready - for peace" [1].',
        "50 percent of the 60 square kilometers were freed on Friday, 25 October [1].",
        "The law will not apply before 3 May [1].",
        "25% of voters agreed, down from 40% [1].",
        "The Ukrainian leader spoke of peace in Geneva [1].",
        "Soldiers would go home, Ukraine's leader said in October 2024 [1].",
    ],
)
def test_other_words_for_the_same_thing_pass(sentence):
    assert check(sentence).problems == ()


@pytest.mark.parametrize(
    ("sentence", "problem"),
    [
        ("13,000 soldiers will go home, Zelensky said [1].", "this number: 13,000"),
        ("Half of the 60 square miles were freed on Friday [1].", "this number: 60 square miles"),
        ("Zelenskyi told the Financial Times on 30 October 2024 that soldiers would go home [1].", "this date"),
        ("Putin told the Financial Times that soldiers would go home [1].", "this name: Putin"),
        ('He said: "We are ready for peace" [1].', "these words: “We are ready for peace”"),
        ("The law will apply before 3 May [1].", "the opposite"),
        ("Half of the 60 square kilometres were not freed on Friday [1].", "the opposite"),
        ("About 40 percent of voters agreed, up from a quarter [1].", "the opposite"),
        ("Soldiers would go home, said Zelenskyi [3].", "passage 3, which does not exist"),
        ("Soldiers would go home, said Zelenskyi [0].", "passage 0, which does not exist"),
        ("Zelenskyi told the Financial Times that 12,000 soldiers would go home: www.evil.example/x [1].", "a link"),
        ("You should read what Zelenskyi told the Financial Times [1].", "tells the reader what to do"),
        ("The harvest was poor across much of the country [1].", "do not support it"),
    ],
)
def test_what_the_passages_do_not_have_is_caught_and_named(sentence, problem):
    result = check(sentence)
    assert not result.supported
    assert problem in " ".join(result.problems)


def test_a_sentence_without_a_citation_gets_the_one_that_supports_it():
    other = cited("The harvest was poor across much of the country after a dry summer.")
    [found, lost] = verify(
        "The harvest was poor across much of the country. Ships sank near Malta.", [TALKS, other], threshold=0.4
    )
    assert (found.supported, found.citations) == (True, (2,))
    assert (lost.supported, lost.citations) == (False, ())


def test_two_citations_are_read_together():
    one = cited("Thomas Sam is 42 years old.")
    other = cited("His trial for manslaughter began in Sydney on Monday.")
    assert check("The trial of Thomas Sam, 42, for manslaughter began in Sydney [1][2].", one, other).supported
    assert not check("The trial of Thomas Sam, 42, for manslaughter began in Sydney [2].", one, other).supported


@pytest.mark.parametrize(
    ("sentence", "text"),
    [
        ("The storm killed 238 people and wounded 107.", "The storm killed 107 people and wounded 238."),
        ("Thomas Sam, who is 36, is on trial.", "Thomas Sam, 42, and Manju Sam, 36, are on trial."),
        ("Ann Lee sold Redbrick and bought Bluefield.", "Ann Lee sold Bluefield and bought Redbrick."),
        (
            "Ken Smith is the outgoing governor.",
            "Ken Smith leads. One of them will replace outgoing governor Bob Hall.",
        ),
        ("Sweden defeated Korea in the opening match.", "Korea defeated Sweden in the opening match."),
        ("The company was founded in 1994.", "The company was founded in 1987 and was sold to Redbrick in 1994."),
    ],
)
def test_facts_put_together_wrongly_are_caught(sentence, text):
    assert "put these together" in " ".join(check(sentence + " [1]", cited(text)).problems)


def test_the_same_facts_put_together_rightly_pass():
    text = "Thomas Sam, 42, and Manju Sam, 36, are on trial. The storm killed 107 people and wounded 238."
    assert check("Manju Sam, who is 36, is on trial [1].", cited(text)).supported
    assert check("In the storm 107 people died and 238 were wounded [1].", cited(text)).supported


@pytest.mark.parametrize(
    ("draft", "expected"),
    [
        ("One. [1] Two [2].", [("One.", (1,)), ("Two.", (2,))]),
        ("One [1, 3-5].", [("One.", (1, 3, 4, 5))]),
        ("One【2】. Two [1][2].", [("One.", (2,)), ("Two.", (1, 2))]),
        ("- **One** [1].\n- Two [2].", [("One.", (1,)), ("Two.", (2,))]),
        ("He said: “One. Two.” [1]", [("He said: “One. Two.”", (1,))]),
        ("", []),
        ("[1] [2]", []),
    ],
)
def test_drafts_are_cut_into_sentences_with_their_numbers(draft, expected):
    assert [(s.text, s.cites) for s in draft_sentences(draft)] == expected


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("12,000 = twelve thousand", [12_000, 12_000]),
        ("twelve thousand three hundred and five", [12_305]),
        ("€4.2 million, 1.5bn, a billion years", [4_200_000, 1_500_000_000, 1_000_000_000]),
        ("10 per cent, a quarter, two-thirds, half", [0.1, 0.25, 2 / 3, 0.5]),
        ("eighteen-fold and 18-fold", [18, 18]),
        ("4\u00a0million", [4_000_000]),
        ("one of the first, STS-135", []),
    ],
)
def test_numbers_are_read_in_digits_and_words(text, values):
    assert [q.value for q in quantities(text)] == pytest.approx(values)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Zelensky", "Volodymyr Zelenskyi"),
        ("the FT", "the Financial Times"),
        ("the United Nations", "the UN"),
        ("Libyan", "Libya"),
        ("Afghan", "Afghanistan"),
        ("Licen", "Simon Ličen's"),
        ("American", "the U.S. Navy"),
    ],
)
def test_names_are_known_in_other_spellings(name, text):
    assert all(Known([text]).has(n) for n in names(f"It was {name} who came"))


@pytest.mark.parametrize(("name", "text"), [("Lavrov", "Zelenskyi"), ("Austria", "Australia"), ("Nigeria", "Niger")])
def test_other_names_are_not(name, text):
    assert not any(Known([f"in {text}"]).has(n) for n in names(f"It was {name} that won"))


def test_quotations_are_verbatim_but_for_typography():
    text = "He said: “It’s a – very – long story … and it goes on.”"
    assert is_quoted("It's a - very - long story ... and it goes on", [text])
    assert not is_quoted("It's a very long story", [text])
    assert not is_quoted("t's a", [text])


@given(st.text(max_size=200), st.text(max_size=200))
def test_no_text_makes_the_check_fail(draft, text):
    for result in verify(draft, [cited(text), cited(draft, date=None)]):
        assert result.supported == (not result.problems)


def _article(name, known={}):  # noqa: B006 - read once
    if name not in known:
        post = frontmatter.loads((SEEDS / name).read_text(encoding="utf-8"))
        day = post.get("date") or dt.date(2024, 10, 30)
        known[name] = Article(key=name, text=post.content, title=post.get("title", ""), date=day, source="Wikinews")
    return known[name]


def evidence_of(row):
    """The passages that a claim cites; for the kind "citation" another one of the same article, or another article."""
    article = _article(row["article"])
    pieces = passages(article)
    places = [article.text.index(words) for words in row["evidence"]]
    own = [p for p in pieces if any(p.start <= place < p.end for place in places)]
    if row.get("kind") != "citation":
        return [Cited(article, article.text[p.start : p.end]) for p in own]
    other = [p for p in pieces if p not in own]
    wrong = article if other else _article("2015-09-12-news_crane.md")
    piece = other[len(other) // 2] if other else passages(wrong)[0]
    return [Cited(wrong, wrong.text[piece.start : piece.end])]


def outcomes(file):
    """(kind, expected, found) for each claim of the file."""
    for line in (ROOT / "tests/data" / file).read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        given_passages = evidence_of(row)
        markers = "".join(f"[{n}]" for n in range(1, len(given_passages) + 1))
        [result] = verify(f"{row['claim']} {markers}", given_passages)
        yield row.get("kind", "true"), row["supported"], result.supported


@pytest.mark.parametrize(("file", "least"), [("claims.jsonl", 150), ("claims_later.jsonl", 36)])
def test_true_sentences_pass_and_corrupted_ones_are_caught(file, least):
    found = list(outcomes(file))
    passed = [supported for _, expected, supported in found if expected]
    caught = [not supported for _, expected, supported in found if not expected]
    assert len(passed) >= least
    assert len(caught) >= least
    assert sum(passed) / len(passed) >= 0.9
    assert sum(caught) / len(caught) >= 0.9


def test_each_kind_of_corruption_but_merged_facts_is_mostly_caught():
    caught = {}
    for kind, expected, supported in outcomes("claims.jsonl"):
        if not expected:
            caught.setdefault(kind, []).append(not supported)
    assert set(caught) == {"number", "name", "date", "negation", "citation", "merged"}
    rates = {kind: sum(results) / len(results) for kind, results in caught.items()}
    assert all(rate >= 0.9 for kind, rate in rates.items() if kind != "merged"), rates
    assert rates["merged"] >= 0.5
