"""``python -m scoring`` is what make calls."""

from scoring.cli import main

main()
