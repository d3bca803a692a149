"""Cleaning takes away, and only what no reader would miss."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.clean import clean, clean_line, line_keys, visible, without_lines

PIECES = st.sampled_from(
    ["Share", " ", "\n", "\n\n", "The talks stalled.", "Read more", "e\u0301", "\u200b", "\u202e", "\x00", "Photo: Ann",
     "\ud800", "a b", "\u2028", "km. km", "- item", "\xa0", "Sign up for our newsletter", "، سلام\u200cها", "!"]
)  # fmt: skip
TEXTS = st.one_of(st.text(), st.lists(PIECES).map("".join))


@given(TEXTS)
def test_the_words_of_the_result_are_a_subsequence_of_the_words_of_the_input(text):
    remaining = iter(visible(text).split())
    assert all(word in remaining for word in clean(text).split())


@given(TEXTS)
def test_what_is_visible_is_a_subsequence_of_the_input_but_for_composed_letters(text):
    remaining = iter(unicodedata.normalize("NFD", text.replace("\r\n", "\n")))
    white = " \n"
    for character in unicodedata.normalize("NFD", visible(text)):
        assert character in white or character in remaining


@given(TEXTS)
def test_cleaning_twice_changes_nothing_more(text):
    assert clean(clean(text)) == clean(text)


@given(TEXTS)
def test_paragraphs_are_separated_by_one_empty_line(text):
    cleaned = clean(text)
    assert cleaned == cleaned.strip()
    assert "\n\n\n" not in cleaned
    assert all("\n" not in paragraph for paragraph in cleaned.split("\n\n"))


@pytest.mark.parametrize(
    "line",
    ["Share", "Share this article", "Share on Facebook", "Facebook Twitter Email Print", "Read more", "READ MORE »",
     "Read also: Talks stall again", "Advertisement", "Story continues below advertisement", "Skip to main content",
     "Sign up for our daily newsletter", "Get the day's top stories delivered to your inbox.",
     "We use cookies to improve your experience.", "Accept all cookies", "Photo: Ann Lee/Agency", "(Photo: A bridge)",
     "Image source, Getty Images", "Image caption, The bridge in May", "Follow us on Twitter", "Leave a comment",
     "© 2024 The Paper. All rights reserved.", "Related: What the accord says", "3 min read", "Subscribe now",
     "By continuing to use this site you agree to our terms."]
)  # fmt: skip
def test_furniture_of_a_page_goes(line):
    assert clean(f"The talks stalled in August.\n\n{line}\n\nThey went on in May.") == (
        "The talks stalled in August.\n\nThey went on in May."
    )


@pytest.mark.parametrize(
    "line",
    ["Share prices fell by a tenth on Monday.", "Read more books, she told the children.", "What problems can arise",
     "Interview", "He urged them to subscribe to the newsletter.", "Email is older than the web.",
     "Photography was banned.",
     "They control about 600 square kilometers. km of territory.", "Cookies were sold at the fair.",
     "“Share the burden”, the minister said.", "The print edition sold out.", "Watch houses were built in 1820."]
)  # fmt: skip
def test_content_that_resembles_furniture_stays(line):
    assert clean(f"First.\n\n{line}\n\nLast.") == f"First.\n\n{line}\n\nLast."


def test_a_share_button_behind_the_last_sentence_goes():
    assert (
        clean("Now there are negotiations, — said one. Share\n\nNext.")
        == "Now there are negotiations, — said one.\n\nNext."
    )
    assert clean("The broker sold his Share") == "The broker sold his Share"


def test_invisible_characters_go_and_white_space_among_controls_stays_white_space():
    assert (
        clean("the\u200b tal\xadks\u202e st\U000e0041alled\ufeff\x00 \ud800here\x1fnow") == "the talks stalled here now"
    )


def test_joiners_stay_where_they_are_spelling_and_go_elsewhere():
    assert clean("می\u200cخواهم a\u200db \U0001f468\u200d\U0001f469") == "می\u200cخواهم ab \U0001f468\u200d\U0001f469"


def test_letters_and_their_accents_become_one_character():
    assert clean("Cafe\u0301") == "Café"


def test_lines_wrapped_by_a_program_become_paragraphs_again():
    wrapped = (
        "The council said on Monday that the bridge over the river\n"
        "would stay closed until the spring, because the pillars had\n"
        "been damaged by ice and nobody could say yet what a repair\n"
        "would cost.\n\nShopkeepers asked for help."
    )
    assert clean(wrapped) == wrapped.replace("\nwould", " would").replace("\nbeen", " been") + ""


def test_lines_that_are_paragraphs_stay_apart():
    text = "The council met.\nIt closed the bridge.\nNobody knows why it did so on a Monday."
    assert clean(text).split("\n\n") == text.split("\n")


def test_a_text_of_nothing_but_furniture_is_empty():
    assert clean(" Share \n\n Read more ") == ""


def test_a_title_becomes_one_line():
    assert clean_line(" The\u200b bridge\n is  closed ") == "The bridge is closed"


def test_lines_are_recognised_and_taken_out_by_their_keys():
    text = "Story 1.\n\nThis is a report of the Daily.\n\nInterview\n\n" + "word " * 80
    keys = line_keys(clean(text))
    assert len(keys) == 1  # neither what is shorter than three words nor a long paragraph
    assert "Daily" not in without_lines(clean(text), set(keys))
    assert without_lines("This is a report of the Daily.", set(keys)) == "This is a report of the Daily."
