"""Single sentences in the encodings in which each language was usually written."""

from __future__ import annotations

import pytest

from index.sources.decode import decode

CYRILLIC = ("cp1251", "iso8859-5", "mac-cyrillic")
WESTERN = ("cp1252", "latin-1", "iso8859-15")
SENTENCES = {
    "Мэр города открыл новый мост через реку после двух лет строительства.": (*CYRILLIC, "koi8-r", "cp866"),
    "В Москве прошёл сильный дождь.": (*CYRILLIC, "koi8-r", "cp866"),
    "ПРАВДА: Новые выборы назначены на 12 мая": (*CYRILLIC, "koi8-r", "cp866"),
    "Учёные нашли воду.": (*CYRILLIC, "koi8-r", "cp866"),
    "Міський голова відкрив новий міст через річку після двох років будівництва.": (*CYRILLIC, "koi8-u"),
    "Її поїзд прибув до Києва вчора ввечері.": (*CYRILLIC, "koi8-u"),
    "Рибарите в пристанището обявиха стачка.": (*CYRILLIC, "koi8-r"),
    "Изборите ще се проведат през май, съобщи министърът.": (*CYRILLIC, "koi8-r"),
    "Влада је саопштила да ће цене горива порасти за три одсто.": ("cp1251", "iso8859-5"),
    "Οι ψαράδες κατέβηκαν σε απεργία.": ("cp1253", "iso8859-7"),
    "Άγνωστοι έκλεψαν πίνακα από το μουσείο, είπε η αστυνομία.": ("cp1253", "iso8859-7"),
    "Świadek nie przyszedł, więc sąd odroczył rozprawę do piątku.": ("cp1250", "iso8859-2"),
    "Rząd ogłosił, że ceny paliw wzrosną o trzy procent.": ("cp1250", "iso8859-2"),
    "Rybáři v přístavu vstoupili do stávky.": ("cp1250", "iso8859-2"),
    "A polgármester két év építkezés után megnyitotta a folyó feletti új hidat.": ("cp1250", "iso8859-2"),
    "Tanık gelmediği için mahkeme duruşmayı cuma gününe erteledi.": ("cp1254", "iso8859-9"),
    "İstanbul'da dün şiddetli yağmur yağdı.": ("cp1254", "iso8859-9"),
    "Meras po dvejų metų statybų atidarė naują tiltą per upę.": ("cp1257",),
    "הממשלה הודיעה שמחירי הדלק יעלו.": ("cp1255",),
    "أعلنت الحكومة أن أسعار الوقود سترتفع.": ("cp1256", "iso8859-6"),
    "Die Fischer im Hafen streiken gegen hohe Preise für Öl.": WESTERN,
    "Les pêcheurs du port se sont mis en grève à cause des prix.": WESTERN,
    "El señor pidió más información.": WESTERN,
    "La città è già piena perché c'è la festa.": WESTERN,
    "O prefeito inaugurou a nova ponte sobre o rio após dois anos de construção.": WESTERN,
    "Fiskerne strejker på grund af høje priser.": WESTERN,
    "Pormestari avasi uuden sillan joen yli kahden vuoden työn jälkeen.": WESTERN,
    "Það rigndi í Reykjavík, sagði þulurinn.": WESTERN,
    "The mayor said “it’s open” – and left the café.": ("cp1252",),
    "市長は二年間の工事を経て、川にかかる新しい橋を開通させた。": ("shift-jis",),
    "コンピュータのメーカーは日本とヨーロッパで新しい製品を発表しました。": ("shift-jis", "euc-jp"),
    "政府宣布油價將上漲百分之三。": ("gb18030", "big5"),
    "시장은 2년간의 공사 끝에 강 위의 새 다리를 개통했다.": ("euc-kr",),
}


@pytest.mark.parametrize(
    ("sentence", "encoding"), [(text, encoding) for text, encodings in SENTENCES.items() for encoding in encodings]
)
def test_a_sentence_is_read_in_its_encoding(sentence: str, encoding: str) -> None:
    assert decode(sentence.encode(encoding)) == sentence


@pytest.mark.parametrize("encoding", ["cp1251", "koi8-r", "cp866"])
def test_a_long_text_that_is_mostly_english_shows_its_few_russian_words(encoding: str) -> None:
    text = 'The newspaper was called "Pravda".\n' * 200 + 'Газета "Правда" вышла.\n'
    assert decode(text.encode(encoding)) == text
