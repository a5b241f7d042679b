"""The terminal phone: what a developer types, and what they read."""

from click.testing import CliRunner

from ivr.cli import main
from ivr.content import Content


def held(address: str, typed: str) -> str:
    return CliRunner().invoke(main, ["call", "--to", address], input=typed).output


def test_a_call_takes_keys_words_and_silence(local_line: str, content: Content) -> None:
    shown = held(local_line, "2\n\nwhat was that\n0\n2\ngoodbye\n")
    for text in (
        "This is an automated information line about breast cancer in the skin.",
        "[answer: symptoms]",
        "[silence]",
        content.phone.prompts.silence[0].split("?")[0],
        "+448088006000 rings, called by +442079460000",
        "The Helpline is busy just now.",
        "[goodbye]",
        "(The call was hung up by the line.)",
    ):
        assert text in shown, shown


def test_the_end_of_input_hangs_up(local_line: str) -> None:
    assert "(The call was hung up by the caller.)" in held(local_line, "2\n")
