"""Files and folders in, articles out: text and Markdown, and what can be wrong with any file."""

import datetime as dt
import os
from pathlib import Path

import pytest

from index.article import Article, Failure
from index.sources import read

SEEDS = Path(__file__).parent.parent / "seeds"
STORY = "The council closed the bridge on Monday.\n\nNobody knows for how long."


def one(path, note=None):
    found = list(read([path], note))
    assert len(found) == 1, found
    return found[0]


def write(folder, name, content):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def refused(path):
    failure = one(path)
    assert isinstance(failure, Failure), failure
    assert failure.origin == str(path)
    return failure.reason


def test_the_sample_folder_is_read_whole():
    articles = list(read([SEEDS]))
    assert len(articles) == 43
    assert all(isinstance(article, Article) and article.date and article.title for article in articles)
    assert len({article.id for article in articles}) == 43


def test_the_users_own_article():
    article = one(SEEDS / "000_6577022047d15943.txt")
    assert article.text.startswith("According to insiders of British journalists, Kyiv and Moscow")
    assert article.text.endswith("including oil refineries.")
    assert "Share" not in article.text
    assert "600 square kilometers. km of territory... — the publication notes." in article.text
    assert article.date == dt.date(2024, 10, 30)
    assert article.title == "According to insiders of British journalists, Kyiv and Moscow have already started …"
    assert article.source == ""  # the text speaks of "the FT", which does not make it the FT's
    assert article.key == (SEEDS / "000_6577022047d15943.txt").resolve().as_uri()


def test_an_article_with_front_matter():
    article = one(SEEDS / "2015-05-18-news_asylum.md")
    assert article.title == "Over 900 asylum seekers rescued off Indonesian coast"
    assert article.date == dt.date(2015, 5, 18)
    assert article.source == "Wikinews"
    assert article.url == "https://en.wikinews.org/wiki/Over_900_asylum_seekers_rescued_off_Indonesian_coast"
    assert article.key == article.url
    assert article.text.startswith("On Friday, fishermen rescued")  # "Monday, May 18, 2015" only repeats its date


def test_every_word_of_the_sample_articles_is_kept_but_residue_and_datelines():
    for article in read([SEEDS]):
        body = Path(article.path).read_text().rpartition("CC BY 2.5\n---\n")[2]
        lost = len(body.split()) - len(article.text.split())
        assert 0 <= lost <= 4, article.path


@pytest.mark.parametrize(
    "front",
    [
        '---\ntitle: "Bridge closed"\ndate: 2024-10-30\n'
        "url: http://Paper.example/a?utm_source=x\nauthors: [Ann Lee, Bo Ek]\n---\n",
        '+++\ntitle = "Bridge closed"\ndate = 2024-10-30\n'
        'url = "http://paper.example/a"\nauthors = ["Ann Lee", "Bo Ek"]\n+++\n',
        "---\nheadline: Bridge closed\npublished: 30 October 2024\n"
        "source: http://paper.example/a\nauthor: By Ann Lee and Bo Ek\n---\n",
    ],
)
def test_front_matter_in_the_forms_that_people_have(tmp_path, front):
    article = one(write(tmp_path, "a.md", front + "\n" + STORY))
    assert (article.title, article.date, article.text) == ("Bridge closed", dt.date(2024, 10, 30), STORY)
    assert article.url == "http://paper.example/a"
    assert article.key == "https://paper.example/a"
    assert article.authors == ("Ann Lee", "Bo Ek")
    assert article.source == "paper.example"


def test_front_matter_that_yaml_refuses_is_read_line_by_line(tmp_path):
    article = one(write(tmp_path, "a.md", "---\ntitle: Bridge: closed\ndate: 2024-10-30\n---\n" + STORY))
    assert (article.title, article.date) == ("Bridge: closed", dt.date(2024, 10, 30))


def test_an_impossible_date_leaves_the_article_undated_with_a_note(tmp_path):
    notes = []
    article = one(
        write(tmp_path, "a.md", "---\ndate: 2024-02-30\n---\n" + STORY), note=lambda *parts: notes.append(parts)
    )
    assert article.date is None
    assert notes == [(str(tmp_path / "a.md"), '"2024-02-30" is not a date that exists')]


def test_time_zones_are_kept(tmp_path):
    article = one(
        write(tmp_path, "a.md", "---\ndate: 2024-10-30T23:30:00-05:00\nupdated: 2024-10-31T09:00:00Z\n---\n" + STORY)
    )
    assert article.date == dt.date(2024, 10, 30)
    assert article.published == dt.datetime(2024, 10, 31, 4, 30, tzinfo=dt.UTC)
    assert article.modified == dt.datetime(2024, 10, 31, 9, tzinfo=dt.UTC)


def test_markdown_is_read_as_its_words(tmp_path):
    page = (
        "# Bridge *closed*\n\nThe [council](http://x.example) closed **the bridge** on Monday.\n![a bridge](b.png)\n\n"
        "## What now?\n\n- Nobody knows,\n- not even they.\n\n1990. A year of don`t and won`t.\n\n"
        "> We <b>will</b> see.\n"
    )
    article = one(write(tmp_path, "a.md", page))
    assert article.title == "Bridge closed"
    assert article.text.split("\n\n") == [
        "The council closed the bridge on Monday.",
        "What now?",
        "Nobody knows,",
        "not even they.",
        "1990. A year of don`t and won`t.",
        "We will see.",
    ]


def test_a_text_with_header_lines(tmp_path):
    article = one(write(tmp_path, "a.txt", "Title: Bridge closed\nDate: 30 Oct 2024\nSource: The Paper\n\n" + STORY))
    assert (article.title, article.date, article.source) == ("Bridge closed", dt.date(2024, 10, 30), "The Paper")
    assert article.text == STORY


def test_the_short_first_line_of_a_text_is_its_title(tmp_path):
    article = one(write(tmp_path, "a.txt", "Bridge closed\n\n" + STORY))
    assert (article.title, article.text) == ("Bridge closed", STORY)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "latin-1", "cp1252"])
def test_any_encoding(tmp_path, encoding):
    story = "Das Gebäude über der Straße schließt für längere Zeit, erklärte der Bürgermeister in München. " * 5
    assert one(write(tmp_path, "a.txt", story.encode(encoding))).text == story.strip()


@pytest.mark.parametrize(
    ("encoding", "sentence"),
    [
        ("cp1252", "Le président a déclaré très tôt que la réforme était prête."),
        ("cp1252", "El señor Muñoz habló mañana en la reunión de Málaga."),
        ("cp1252", "A situação das eleições não é simples, disse o ministro."),
        ("cp1252", "Perché la città è così bella, disse però il sindaco."),
        ("cp1252", "Regeringen föreslår åtgärder på måndag."),
        ("cp1252", "Statsministeren ønsker å møte fiskerne på lørdag."),
        ("cp1252", "The £5 fee – “a joke” – rose 3%… said José."),
        ("cp1250", "Prezydent ogłosił, że wybory odbędą się w niedzielę w Łodzi."),
        ("cp1250", "Prezident řekl, že volby proběhnou v neděli v Ústí nad Labem."),
        ("cp1250", "A miniszterelnök azt mondta, hogy a választás vasárnap lesz, és győzött."),
        ("cp1251", "Президент заявил, что выборы пройдут в воскресенье."),
        ("cp1253", "Ο πρόεδρος είπε ότι οι εκλογές θα γίνουν την Κυριακή."),
        ("gb18030", "总统说选举将在星期天举行，详情将于明天公布。"),
    ],
)
def test_a_single_sentence_in_an_old_encoding(tmp_path, encoding, sentence):
    assert one(write(tmp_path, "a.txt", sentence.encode(encoding))).text == sentence


def test_cyrillic_in_an_old_encoding(tmp_path):
    story = "Переговоры о прекращении взаимных ударов по энергетике начались, сообщили журналисты в среду. " * 5
    assert one(write(tmp_path, "a.txt", story.encode("cp1251"))).text == story.strip()


def test_folders_are_read_in_order_without_hidden_files_and_the_insides_of_saved_pages(tmp_path):
    for name in ("b/two.txt", "a/one.md", "c.txt", ".hidden.txt", ".git/x.txt", "Page.html", "Page_files/s.txt",
                 "README.md", "picture.png", "LICENSE"):  # fmt: skip
        write(tmp_path, name, f"Story in {name}.")
    (tmp_path / "lock").write_bytes(b"")
    (tmp_path / "program").write_bytes(b"\x7fELF" + bytes(100))
    (tmp_path / "d").write_text("Story without a suffix.")
    names = [Path(getattr(found, "path", "") or found.origin).name for found in read([tmp_path])]
    assert names == ["Page.html", "c.txt", "d", "one.md", "two.txt"]


def test_a_library_inside_the_folder_is_left_alone(tmp_path):
    write(tmp_path, "a.txt", STORY)
    write(tmp_path, "home/archive.sqlite3", b"SQLite")
    write(tmp_path, "home/lexical/meta.json", "{}")
    assert len(list(read([tmp_path]))) == 1


def test_patterns(tmp_path):
    write(tmp_path, "a/one.md", STORY)
    write(tmp_path, "a/b/two.txt", STORY)
    write(tmp_path, "a/three.json", "{}")
    found = list(read([str(tmp_path / "**" / "*.md"), str(tmp_path / "a" / "b" / "*.txt")]))
    assert [Path(article.path).name for article in found] == ["one.md", "two.txt"]
    assert "No file matches" in refused(str(tmp_path / "*.pdf"))


def test_a_link_in_a_circle_ends(tmp_path):
    write(tmp_path, "a/one.txt", STORY)
    (tmp_path / "a" / "again").symlink_to(tmp_path)
    assert len(list(read([tmp_path]))) == 1


def test_one_bad_file_does_not_stop_the_others(tmp_path):
    write(tmp_path, "a.txt", STORY)
    write(tmp_path, "b.txt", os.urandom(5_000))
    write(tmp_path, "c.txt", STORY)
    assert [type(found) for found in read([tmp_path])] == [Article, Failure, Article]


def test_what_cannot_be_an_article_is_refused_with_its_reason(tmp_path):
    assert refused(write(tmp_path, "empty.txt", "")) == "It is empty."
    assert "no text" in refused(write(tmp_path, "blank.txt", " \n\u200b\n Share "))
    assert "not text" in refused(write(tmp_path, "program.txt", b"\x7fELF\x02\x01\x01" + bytes(1_000)))
    assert "no such file" in refused(tmp_path / "missing.txt")
    assert "no article" in refused(write(tmp_path, "README.md", "# About these files"))
    assert "10 MB is the limit" in refused(write(tmp_path, "large.txt", b"a story \n" * 6_000_000))
    assert "2,000,000" in refused(write(tmp_path, "long.txt", b"a story \n" * 300_000))
    os.mkfifo(tmp_path / "pipe.txt")
    assert "not a regular file" in refused(tmp_path / "pipe.txt")
    (tmp_path / "broken.txt").symlink_to(tmp_path / "nowhere")
    assert "does not exist" in refused(tmp_path / "broken.txt")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission(tmp_path):
    path = write(tmp_path, "a.txt", STORY)
    path.chmod(0)
    assert "permission denied" in refused(path)


def test_a_file_name_that_is_no_utf_8_can_be_stored(tmp_path):
    path = os.fsencode(tmp_path) + b"/caf\xe9.txt"
    Path(os.fsdecode(path)).write_text(STORY)
    article = one(tmp_path)
    assert article.text == STORY
    article.path.encode()
    article.key.encode()


def test_front_matter_that_explodes_is_read_in_no_time(tmp_path):
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 12)
    )
    article = one(write(tmp_path, "a.md", f"---\ntitle: Bridge\n{bomb}authors: *a11\n---\n{STORY}"))
    assert (article.title, article.text) == ("Bridge", STORY)


def test_markdown_nested_without_end(tmp_path):
    found = one(write(tmp_path, "a.md", ">" * 20_000 + " deep\n\n" + "[" * 20_000))
    assert isinstance(found, Article | Failure)


def test_how_much_has_been_read_is_known(tmp_path):
    from index.sources import Meter

    (tmp_path / "a.jsonl").write_text('{"text": "A line of it."}\n' * 5_000)
    write(tmp_path, "b.md", STORY)
    write(tmp_path, "c.html", f"<html><body><article><p>{STORY * 10}</p></article></body></html>")
    meter = Meter()
    fractions = []
    for _ in read([tmp_path], meter=meter):
        fractions.append(meter.fraction)
    assert fractions == sorted(fractions)
    assert 0 < fractions[0] < 0.5
    assert fractions[-1] == 1.0
