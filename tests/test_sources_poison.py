"""Hostile and broken files: each gets a reason in bounded time and memory, and the batch goes on."""

import io
import json
import subprocess
import sys
import time
import zipfile

import pytest

from index.article import Article, Failure
from index.sources import read
from tests import renderings
from tests.conftest import ROOT

STORY = "The council closed the bridge on Monday.\n\nNobody knows for how long."


def reasons(tmp_path, **files):
    """The failures' reasons for these files; a good one at the end of the batch must have been read."""
    for name, content in files.items():
        name = name.replace("__", ".")
        (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    (tmp_path / "zz-good.txt").write_text(STORY)
    started = time.monotonic()
    found = list(read([tmp_path], workers=1))
    # 5 seconds a file, the start of the worker, and room for a machine that does other things too
    assert time.monotonic() - started < 5 * len(files) + 15
    assert isinstance(found[-1], Article)
    assert found[-1].text == STORY
    return [item.reason for item in found if isinstance(item, Failure)]


@pytest.fixture(scope="module")
def pdf():
    return renderings.pdf(renderings.stories(1)[0])


def test_pdf_that_is_cut_off_encrypted_or_a_scan(tmp_path, pdf):
    import pypdf
    from PIL import Image

    locked, scan = io.BytesIO(), io.BytesIO()
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf))
    writer.encrypt("secret", algorithm="RC4-128")
    writer.write(locked)
    Image.new("RGB", (600, 800), "white").save(scan, "PDF")
    found = reasons(
        tmp_path, a__pdf=pdf[:2_000], b__pdf=locked.getvalue(), c__pdf=scan.getvalue(), d__pdf=b"%PDF-1.7\n"
    )
    assert "damaged or cut off" in found[0]
    assert "encrypted" in found[1]
    assert "scan" in found[2]
    assert "damaged or cut off" in found[3]


def archive(members):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file:
        for name, content in members.items():
            if isinstance(content, int):
                with file.open(name, "w", force_zip64=True) as member:
                    for _ in range(content):
                        member.write(bytes(1_000_000))
            else:
                file.writestr(name, content)
    return stream.getvalue()


def test_zip_bombs_zips_in_zips_and_names_that_lead_out(tmp_path):
    bomb = archive({"a.txt": 1_000, "b.txt": STORY})
    lying = archive({"a.txt": 60})
    size = (60_000_000).to_bytes(4, "little")
    assert size in lying
    lying = lying.replace(size, (1_000).to_bytes(4, "little"))
    nested = archive({"inner.zip": archive({"a.txt": STORY}), "../../out.txt": STORY, "/etc/out.txt": STORY})
    found = reasons(
        tmp_path, a__zip=bomb, b__zip=lying, c__zip=nested, d__zip=bomb[:1_000], e__zip=archive({"x.png": b"x"})
    )
    assert "would inflate to 1,000 MB" in found[0]
    assert "cannot be unpacked" in found[1]
    assert sorted(reason.split(";")[0] for reason in found[2:4]) == ["Its name leads out of the archive"] * 2
    assert "archive inside an archive" in found[4]
    assert "damaged" in found[5]
    assert "There is nothing in it" in found[6]


def test_xml_that_expands_or_reads_other_files(tmp_path):
    laughs = '<!ENTITY a0 "ha">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    feed = '<rss version="2.0"><channel><title>{0}</title>'
    feed += "<item><title>x</title><description>{0}</description></item></channel></rss>"
    external = '<!ENTITY a11 SYSTEM "file:///etc/passwd">'
    found = reasons(
        tmp_path,
        a__xml=f'<?xml version="1.0"?><!DOCTYPE rss [{laughs}]>' + feed.format("&a11;"),
        b__xml=f'<?xml version="1.0"?><!DOCTYPE rss [{external}]>' + feed.format("&a11;"),
        c__opml=f'<?xml version="1.0"?><!DOCTYPE opml [{laughs}]><opml><body><outline xmlUrl="&a11;"/></body></opml>',
        d__xml="<?xml version='1.0'?><unknown><thing/></unknown>",
    )
    assert ["entities" in reason for reason in found] == [True, True, True, False]
    assert "neither an RSS nor an Atom feed" in found[3]


def test_a_word_document_that_is_a_bomb_or_reads_other_files(tmp_path):
    story = renderings.stories(1)[0]
    members = {}
    with zipfile.ZipFile(io.BytesIO(renderings.docx(story))) as good:
        members = {name: good.read(name) for name in good.namelist()}
    head, tail = members["word/document.xml"].split(b"<w:body>")
    many = archive({**members, "word/document.xml": head + b"<w:body>" + b"<w:p></w:p>" * 4_000_000 + tail})
    inflated = archive({**members, "word/document.xml": 60})
    entity = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
    xml = members["word/document.xml"].replace(b"?>", b"?>" + entity, 1).replace(b"<w:t>", b"<w:t>&e;", 1)
    reading = archive({**members, "word/document.xml": xml})
    found = reasons(tmp_path, a__docx=many, b__docx=inflated, c__docx=b"PK\x03\x04 cut off", d__docx=reading)
    assert "memory" in found[0] or "longer than" in found[0]
    assert "would inflate to 60 MB" in found[1]
    assert "damaged" in found[2]
    assert len(found) in (3, 4)
    assert not any("root:" in item.text for item in read([tmp_path / "d.docx"]) if isinstance(item, Article))


def test_pages_that_are_deep_large_or_say_the_wrong_encoding(tmp_path):
    deep = "<html><body>" + "<div>" * 200_000 + STORY + "</div>" * 200_000
    large = "<html><body><p>" + "word " * 10_000_000
    found = reasons(tmp_path, a__html=deep, b__html=large)
    assert "No article was found" in found[0]
    assert "10 MB is the limit" in found[1]
    text = "Die Straße über den Fluß schließt für längere Zeit, sagte der Bürgermeister am Montag in der Stadt. " * 5
    page = f'<html><head><meta charset="koi8-r"></head><body><article><p>{text}</p></article></body></html>'
    (tmp_path / "c.html").write_bytes(page.encode())
    (article,) = read([tmp_path / "c.html"])
    assert article.text == text.strip()


def test_json_and_csv_without_measure(tmp_path):
    found = reasons(
        tmp_path,
        a__json="[" * 100_000 + "]" * 100_000,
        b__json='{"articles": [{"title": "x"' + '}, {"a": [' * 10,
        c__jsonl='{"text": ' + "[" * 100_000 + "\n" + json.dumps({"text": STORY}) + "\n[1]\nnonsense\n",
        d__csv=",".join(f"c{n}" for n in range(1_000_000)) + "\n",
        e__csv="a,b\n1,2\n",
        f__jsonl="x" * 11_000_000,
        g__json="12",
    )
    assert "nested too deeply" in found[0]
    assert "not valid JSON" in found[1]
    assert "nested too deeply" in found[2]
    assert "not a JSON object" in found[3]
    assert "not valid JSON" in found[4]
    assert "1,000,000 columns" in found[5]
    assert "no column of texts" in found[6]
    assert "longer than 10 MB" in found[7]
    assert "no record" in found[8]


def test_a_parser_that_computes_forever_is_stopped(tmp_path):
    found = reasons(tmp_path, a__md="[" * 800_000)
    assert len(found) == 1
    assert "longer than" in found[0]


def test_mail_without_text_and_with_hostile_headers(tmp_path):
    header = "Subject: =?utf-8?B?" + "A" * 50_000 + "?=\nFrom: <<<<" + "(" * 20_000 + "\n"
    found = reasons(
        tmp_path,
        a__eml="Subject: x\nContent-Type: image/png\n\nx",
        b__eml=header + "Content-Type: multipart/mixed; boundary=x\n\n" + "--x\n\n" * 3_000,
    )
    assert "no text" in found[0]
    assert len(found) == 2


# VmHWM and not getrusage: what that reports begins with the memory of the process that started this one.
READING = """
import sys
from index.sources import read
found = list(read([sys.argv[1]]))
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(len(found), peak.split()[1])
"""


@pytest.mark.skipif(sys.platform != "linux", reason="measured by what Linux tells in /proc")
def test_the_reading_process_stays_small(tmp_path):
    """In kilobytes. The parsers and their memory live in processes of their own."""
    deep = tmp_path / "deep.html"
    deep.write_text("<html><body>" + "<div>" * 200_000 + "words", encoding="utf-8")
    done = subprocess.run([sys.executable, "-c", READING, deep], capture_output=True, text=True, check=True, cwd=ROOT)
    count, kilobytes = map(int, done.stdout.split())
    assert count == 1
    assert kilobytes < 512_000
