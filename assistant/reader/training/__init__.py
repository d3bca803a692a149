"""How the reader is trained. Nothing here is imported when Briefing answers."""
