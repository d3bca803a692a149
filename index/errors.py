"""The errors that Briefing raises on purpose. Each message says what happened, to which input, and what to do.

    BriefingError                exit code 1
    ├── InputError           2   an argument, a question, a file or a setting is wrong
    ├── NothingFound         3   the request was fine, but there is nothing to work on
    ├── LibraryError         4   the library on disk cannot be used as asked
    │   ├── LibraryBusy      5   another process is writing to it
    │   ├── LibraryReadOnly  6   it cannot be written to
    │   ├── LibraryTooNew    7   a newer version of Briefing wrote it
    │   ├── WrongEmbedder    8   it was embedded by another model
    │   └── LibraryDamaged   9   the archive itself is hurt
    ├── SourceError         10   one input could not be read; the rest of the batch goes on
    └── ModelError          11   a model could not be loaded or did not answer

A front end catches BriefingError once, shows the message and, on the command line, leaves with `exit_code`.
"""

from __future__ import annotations


class BriefingError(Exception):
    """Base of all errors whose message is meant to be shown to the user as it is."""

    exit_code = 1


class InputError(BriefingError):
    """An argument, a question, a file or a setting is wrong."""

    exit_code = 2


class NothingFound(BriefingError):
    """The request was fine, but there is nothing to work on."""

    exit_code = 3


class LibraryError(BriefingError):
    """The library on disk cannot be used as asked."""

    exit_code = 4


class LibraryBusy(LibraryError):
    """Another process is writing to the library."""

    exit_code = 5


class LibraryReadOnly(LibraryError):
    """The library cannot be written to."""

    exit_code = 6


class LibraryTooNew(LibraryError):
    """The library was written by a newer version of Briefing."""

    exit_code = 7


class WrongEmbedder(LibraryError):
    """The library was embedded by another model than the configured one."""

    exit_code = 8


class LibraryDamaged(LibraryError):
    """The archive itself is hurt; a repair from it is not possible."""

    exit_code = 9


class SourceError(BriefingError):
    """One input could not be read; the rest of the batch goes on."""

    exit_code = 10


class ModelError(BriefingError):
    """A model could not be loaded or did not answer."""

    exit_code = 11
