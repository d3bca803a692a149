"""Looks and rules of the page: one style sheet, one theme, one Content-Security-Policy."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import gradio

# Nothing on the page may come from, or go to, another host: not fonts, not pictures, not forms.
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; media-src 'self' blob:; "
    "worker-src 'self' blob:; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
)

CSS = """
.gradio-container { max-width: 1440px !important; width: 100% !important; margin: 0 auto !important; }
#top h1 { margin: 0; font-size: 1.5rem; letter-spacing: -.01em; }
#top p { margin: 2px 0 0; color: var(--body-text-color-subdued); }
.evidence { line-height: 1.55; max-height: 78vh; overflow-y: auto; padding-right: 4px; }
.evidence .card { border: 1px solid var(--border-color-primary); border-radius: 10px; padding: 14px 18px;
  margin: 0 0 12px; background: var(--background-fill-primary); }
.evidence .card:target { border-color: var(--color-accent); box-shadow: 0 0 0 2px var(--color-accent-soft); }
.evidence h4 { margin: 0; font-size: 1rem; line-height: 1.35; font-weight: 600; }
.evidence h4 a { color: inherit; text-decoration-color: var(--border-color-primary); text-underline-offset: 3px; }
.evidence .number { color: var(--color-accent); font-weight: 700; margin-right: 2px; }
.evidence .facts, .evidence .quiet, .note { color: var(--body-text-color-subdued); font-size: .85rem; margin: 4px 0; }
.evidence blockquote { margin: 8px 0 0; padding: 0; border: 0; color: var(--body-text-color-subdued); }
.evidence mark { background: color-mix(in srgb, var(--color-accent) 16%, transparent); color: var(--body-text-color);
  padding: 1px 0; border-radius: 2px; }
.evidence summary { cursor: pointer; margin: 8px 0; color: var(--body-text-color-subdued); }
.reading { max-width: 70ch; line-height: 1.65; }
.reading h3 { margin: 0 0 2px; }
a.cite { text-decoration: none; font-weight: 600; }
iframe.sheet { width: 100%; height: 1180px; border: 1px solid var(--border-color-primary); border-radius: 8px;
  background: white; }
footer { display: none !important; }
"""


def theme() -> gradio.Theme:
    """Gradio's soft theme in one calm blue, with the fonts that the machine has: nothing is fetched."""
    import gradio

    system = ["system-ui", "-apple-system", "Segoe UI", "Roboto", "Noto Sans", "sans-serif"]
    return gradio.themes.Soft(
        primary_hue="blue", neutral_hue="slate", font=system, font_mono=["ui-monospace", "monospace"]
    )
