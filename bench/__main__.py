"""``python -m bench`` is what make calls."""

from bench.cli import main

main()
