"""The one-page digest of a window of articles."""

from assistant.digests.daily import digest
from assistant.digests.digest import Digest, digest_of
from assistant.digests.make import Options

__all__ = ["Digest", "Options", "digest", "digest_of"]
