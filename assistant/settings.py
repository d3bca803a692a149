"""The assistant's settings are the index's: one class, one reader of the environment."""

from index.settings import Settings, is_in_environment

__all__ = ["Settings", "is_in_environment"]
