"""The reader as the judge of drafted sentences."""

from __future__ import annotations

import pytest

from assistant.verify.judged import READ, ReaderSupport, stretches

TEXT = (
    "The ferry left Samos at noon with 60 passengers. A wave broke its bow door an hour later, the coast guard said. "
    "Fishermen from the nearby village saved most of the people. The captain was arrested in the evening. "
    "He had been warned of the storm by radio. Three other ferries stayed in the harbour that day."
)


@pytest.fixture(scope="module")
def support() -> ReaderSupport:
    return ReaderSupport()


def test_a_probability_comes_back_for_any_text(support: ReaderSupport) -> None:
    assert support("Anything at all.", "") == 0.0
    assert 0 <= support("?", "One sentence.") <= 1
    assert support("The ferry left Samos at noon with 60 passengers.", TEXT) > 0.5


def test_a_long_text_is_read_where_it_shares_most_words() -> None:
    found = stretches("The captain was arrested.", "Nothing else happened here. " * 50 + TEXT)
    assert len(found) == READ
    assert "The captain was arrested" in found[0]
