"""Drafted sentences against the passages that they cite: `verify(text, passages)`.

words ── numbers ── names ── drafts ── dates ── contrast ── relations ── support ── check; judged apart
"""

from assistant.answers import ClaimCheck
from assistant.verify.check import Evidence, verify

__all__ = ["ClaimCheck", "Evidence", "verify"]
