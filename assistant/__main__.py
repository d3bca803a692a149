"""`python -m assistant` is `briefing`."""

from assistant.cli import main

main()
