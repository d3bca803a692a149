"""The prompts, kept as text files beside this one; nothing here knows what is put into them.

A file begins with `version: N`, an empty line, then the text with `$name` for each variable (`$$` for a dollar).
"""

from __future__ import annotations

import hashlib
import string
from dataclasses import dataclass
from functools import cache
from importlib import resources


class PromptError(ValueError):
    """A prompt that does not exist, or variables that are not the prompt's own. A mistake in the program."""


@dataclass(frozen=True, slots=True)
class Template:
    """One prompt. `version` goes up whenever its text changes; `fingerprint` says which text it really was."""

    name: str
    version: int
    text: str

    @property
    def variables(self) -> frozenset[str]:
        """The names that `fill` needs, all of them and no other."""
        return frozenset(string.Template(self.text).get_identifiers())

    @property
    def fingerprint(self) -> str:
        """12 hexadecimal digits of the text's SHA-256."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:12]

    def fill(self, **variables: str) -> str:
        """Put in the variables, each exactly once: what stands in a value is never read as a template again.

        Raises PromptError when a variable is missing or unknown.
        """
        missing, unknown = self.variables - variables.keys(), variables.keys() - self.variables
        if missing or unknown:
            names = ", ".join(sorted(missing or unknown))
            raise PromptError(f"The prompt {self.name!r} {'needs' if missing else 'does not know'}: {names}.")
        return string.Template(self.text).substitute(variables)


@cache
def load(name: str) -> Template:
    """The prompt of this name. Raises PromptError when there is none or it is malformed."""
    file = resources.files(__name__) / f"{name}.md"
    if not file.is_file():
        raise PromptError(f"There is no prompt {name!r}.")
    head, _, text = file.read_text(encoding="utf-8").partition("\n\n")
    label, _, number = head.partition(":")
    if label != "version" or not number.strip().isdigit() or not string.Template(text).is_valid():
        raise PromptError(f"The prompt {name!r} must begin with 'version: N' and an empty line, then a valid template.")
    return Template(name, int(number), text.strip() + "\n")


def names() -> tuple[str, ...]:
    """All prompts, by name."""
    return tuple(
        sorted(f.name.removesuffix(".md") for f in resources.files(__name__).iterdir() if f.name.endswith(".md"))
    )
