import pytest

import prompts

EXPECTED = {
    "answer": {"sentences", "refusal"},
    "answer-request": {"passages", "question"},
    "digest": {"sentences", "refusal"},
    "digest-request": {"passages"},
    "standalone": set(),
    "standalone-request": {"conversation", "question"},
}


def test_every_prompt_is_there_with_its_variables():
    assert {name: set(prompts.load(name).variables) for name in prompts.names()} == EXPECTED


@pytest.mark.parametrize("name", EXPECTED)
def test_a_prompt_says_its_version(name):
    template = prompts.load(name)
    assert template.version >= 1
    assert not template.text.startswith("version")
    assert len(template.fingerprint) == 12


def test_a_missing_or_unknown_variable_raises():
    template = prompts.load("answer-request")
    with pytest.raises(prompts.PromptError, match="needs: passages"):
        template.fill(question="why?")
    with pytest.raises(prompts.PromptError, match="does not know: tone"):
        template.fill(question="why?", passages="", tone="warm")


def test_an_unknown_prompt_raises():
    with pytest.raises(prompts.PromptError, match="no prompt 'nothing'"):
        prompts.load("nothing")


@pytest.mark.parametrize("hostile", ["$question", "${question}", "{question}", "{{question}}", "$$", "%s", "\\1", "$"])
def test_values_are_never_read_as_templates(hostile):
    filled = prompts.load("answer-request").fill(passages=hostile, question="SECRET")
    assert hostile in filled
    assert filled.count("SECRET") == 1
