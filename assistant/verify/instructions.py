"""Sentences of an article that speak to a language model instead of telling news: they back nothing. Pure."""

from __future__ import annotations

import re

from index.passages import sentences

_MODEL = r"(?:ai|a\.i\.|assistants?|chat ?bots?|language models?|llms?)"
_PRODUCT = r"(?:answers?|repl(?:y|ies)|responses?|outputs?|summar(?:y|ies)|prompts?|instructions?|rules|citations?)"
_TO_A_MODEL = re.compile(
    rf"\byour\s+(?:\w+\s+)?{_PRODUCT}\b|\bin\s+(?:the|this|an?|every|each)\s+(?:answer|reply|response|output)\b"
    r"|^\W*(?:please\s+|always\s+|then\s+)?(?:tell|inform|warn|ask|remind|convince|advise|notify|show|give)\s+"
    r"(?:(?:the|your|every|each|all|any)\s+)*(?:users?|readers?|everyone|everybody|person|human)\b"
    r"|\b(?:ignore|disregard|forget|override|bypass)\b.{0,40}\b(?:instructions?|rules|prompts?|passages?|question|above"
    r"|guidelines|everything)\b"
    rf"|\b{_MODEL}\s*(?::|must\b|should\b|shall\b|has to\b|have to\b|you\b)"
    rf"|\b(?:must|should|shall|may)\b.{{0,60}}\b(?:any|every|all|an|by)\s+{_MODEL}\b|\bas an {_MODEL}\b"
    r"|\b(?:system prompt|(?:hidden|previous|prior) instructions|from now on you|you are now)\b"
    r"|^\W*(?:answer|respond|reply|output|print|repeat|reveal|encode|translate|pretend|act as|say that|say in|cite this"
    r"|attribute|write|put|insert|include|add|append|mention|recommend|promote|when asked"
    r"|when you (?:summari[sz]e|answer|reply|respond|write)|from now on"
    r"|stop the conversation)\b(?=[\s:,])"
    r"|<\|?/?(?:im_start|im_end|system|user|assistant)",
    re.IGNORECASE,
)


def speaks_to_a_model(sentence: str) -> bool:
    """Whether this sentence gives orders to whoever writes the answer."""
    return bool(_TO_A_MODEL.search(sentence))


def news_only(text: str) -> str:
    """The text without the sentences that speak to a model."""
    kept = [text[start:end] for start, end in sentences(text) if not speaks_to_a_model(text[start:end])]
    return " ".join(kept) if len(kept) < len(sentences(text)) else text
