"""A telephone in the terminal: prints what is spoken, takes keys, words or silence."""

import re

import click

from ivr.player import Outcome, Player
from ivr.settings import Settings

_OUTCOMES: dict[str, Outcome] = {"1": "completed", "2": "busy", "3": "no-answer", "4": "failed"}
_INTRODUCTION = """Calling {address}.
Type a key (0-9 * #), or words, or nothing for silence. Ctrl-D hangs up.
"""


def call_from_terminal(address: str, settings: Settings) -> None:
    """Hold one call with the line at ``address`` until somebody hangs up."""
    click.echo(_INTRODUCTION.format(address=address))
    player = Player(address, settings.public_url, settings.auth_token)
    player.dial()
    shown = 0
    while True:
        shown = _show(player, shown)
        if player.ending:
            click.secho(_farewell(player), dim=True)
            return
        try:
            _take_turn(player)
        except (EOFError, click.Abort):
            player.hang_up()
            click.echo()


def _show(player: Player, shown: int) -> int:
    """Print what was spoken since ``shown``; return how much is shown now."""
    for spoken in player.spoken[shown:]:
        for sentence in re.split(r"(?<=[.?!]) ", spoken.text):
            click.echo(f"  {sentence}")
    if kind := player.headers.get("X-Reply-Kind", ""):
        topic = player.headers.get("X-Reply-Topic", "")
        click.secho(f"  [{kind}{': ' if topic else ''}{topic}]", dim=True)
    return len(player.spoken)


def _take_turn(player: Player) -> None:
    if player.ringing:
        click.echo(f"\n  ... {player.ringing.number} rings, called by {player.ringing.caller_id} ...")
        answer = click.prompt(
            "How does it end? 1 answered, 2 busy, 3 no answer, 4 failed",
            type=click.Choice(list(_OUTCOMES)),
            default="1",
            show_choices=False,
        )
        player.end_transfer(_OUTCOMES[answer])
        return
    said = click.prompt("You", default="", show_default=False, prompt_suffix="> ").strip()
    if re.fullmatch(r"[0-9*#]", said):
        player.press(said)
    elif said:
        player.say(said)
    else:
        player.stay_silent()


def _farewell(player: Player) -> str:
    if player.ending != "application error":
        return f"  (The call was {player.ending}.)" if "hung" in player.ending else "  (The call ended.)"
    return (
        f"The line did not answer as a telephone line should: {player.fault}\n"
        "Is it running? Start it with `make run` in another terminal."
    )
