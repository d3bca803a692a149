"""The tab for questions: chat at the left, the evidence of the last answer at the right."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from typing import Any

from assistant.answers import Answer
from assistant.chain import Assistant
from assistant.followup import Turn
from assistant.web.evidence import NOTHING_YET, inert, message, panel
from index.article import Article
from index.errors import BriefingError
from index.library import Library

AT_ONCE = 4  # questions answered side by side; more wait in Gradio's queue


def ask_tab(assistant: Assistant) -> None:
    """Draw the tab into the Blocks that are open."""
    import gradio

    library = assistant.library
    evidence = gradio.HTML(NOTHING_YET, elem_classes="evidence", render=False)
    since = gradio.Textbox("", label="Since", placeholder="2024-08-01", max_lines=1, render=False)
    until = gradio.Textbox("", label="Until", placeholder="2024-10-31", max_lines=1, render=False)
    outlets = gradio.Dropdown(
        list(library.sources()), value=[], label="Outlets", multiselect=True, info="All when empty", render=False
    )
    with gradio.Row():
        with gradio.Column(scale=3, min_width=320):
            gradio.ChatInterface(
                responder(assistant),
                chatbot=gradio.Chatbot(
                    label="Conversation",
                    show_label=False,
                    height="62vh",
                    latex_delimiters=[],
                    buttons=["copy"],
                    placeholder="Every sentence of an answer is copied from an article, with its place.",
                ),
                textbox=gradio.Textbox(
                    placeholder="Ask about your articles", label="Question", show_label=False, max_length=2_000
                ),
                additional_inputs=[since, until, outlets],
                additional_inputs_accordion=gradio.Accordion("Days and outlets", open=False, render=False),
                additional_outputs=[evidence],
                concurrency_limit=AT_ONCE,
                save_history=True,
                fill_height=False,
                api_name="ask",
            )
        with gradio.Column(scale=2, min_width=320):
            gradio.Markdown("### Evidence")
            evidence.render()  # type: ignore[no-untyped-call]


def responder(assistant: Assistant) -> Callable[..., Iterator[tuple[str, str]]]:
    """What the chat calls: a question, its history and filters in; messages and evidence out, as they grow."""

    def respond(
        question: str, history: list[Any], since: str = "", until: str = "", outlets: list[str] | None = None
    ) -> Iterator[tuple[str, str]]:
        options = {"since": since or None, "until": until or None, "sources": outlets or None}
        try:
            for answer in assistant.stream(question, history=turns(history), **options):
                yield message(answer), panel(answer, _articles(assistant.library, answer))
        except BriefingError as error:
            yield f"<p>{inert(str(error))}</p>", NOTHING_YET

    return respond


def turns(history: list[Any]) -> list[Turn]:
    """The earlier questions and answers of a Gradio history, as plain text."""
    found: list[Turn] = []
    for item in history:
        text = _plain(item.get("content", ""))
        if item.get("role") == "user":
            found.append(Turn(text))
        elif found:
            found[-1] = Turn(found[-1].question, text)
    return found


def _plain(content: Any) -> str:
    """Text of a message, whose content is a string or a list of blocks; without tags and notes."""
    blocks = content if isinstance(content, list) else [content]
    text = " ".join(block.get("text", "") if isinstance(block, dict) else str(block) for block in blocks)
    text = re.sub(r'<p class="note">.*?</p>', " ", text, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", text)).split())


def _articles(library: Library, answer: Answer) -> dict[str, Article]:
    ids = {citation.article_id for citation in (*answer.citations, *answer.related)}
    return {article_id: library.get(article_id) for article_id in ids}
