"""``python -m ivr``: the commands of the line."""

from ivr.cli import main

main(prog_name="ivr")
