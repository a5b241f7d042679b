"""Where a caller is travels in the URL, and only as we wrote it."""

from itsdangerous import URLSafeTimedSerializer

from ivr.state import LIFETIME, State, StateSigner

SIGNER = StateSigner("secret")
STATE = State("CA1", place="topic:biopsy", keys=("topic:cure", "menu.4"), trail=("menu",), slow=True, misses=2)


def test_a_state_comes_back_as_it_went() -> None:
    assert SIGNER.unpack(SIGNER.pack(STATE), "CA1") == STATE
    assert SIGNER.unpack(SIGNER.pack(State("CA1")), "CA1") == State("CA1")


def test_another_calls_state_is_no_state() -> None:
    assert SIGNER.unpack(SIGNER.pack(STATE), "CA2") is None


def test_an_altered_truncated_or_foreign_token_is_no_state() -> None:
    token = SIGNER.pack(STATE)
    altered = ("A" if token[0] != "A" else "B") + token[1:]
    for wrong in ("", "x", altered, token[:-1], token[1:], token + "x", StateSigner("other").pack(STATE)):
        assert SIGNER.unpack(wrong, "CA1") is None, wrong


def test_an_old_token_is_no_state() -> None:
    class Yesterday(StateSigner):
        def __init__(self) -> None:
            super().__init__("secret")
            signer = self._serializer.make_signer("ivr.state")
            old = type("Old", (type(signer),), {"get_timestamp": lambda _: signer.get_timestamp() - LIFETIME - 1})
            self._serializer = URLSafeTimedSerializer("secret", salt="ivr.state", signer=old)

    assert SIGNER.unpack(Yesterday().pack(STATE), "CA1") is None


def test_a_rightly_signed_token_of_the_wrong_shape_is_no_state() -> None:
    writer = URLSafeTimedSerializer("secret", salt="ivr.state")
    for value in ([], "CA1", None, {"call": 1}, {"call": "CA1", "keys": "x"}, {"call": "CA1", "misses": "many"}):
        assert SIGNER.unpack(writer.dumps(value), "CA1") is None


def test_a_token_of_a_newer_version_still_works() -> None:
    writer = URLSafeTimedSerializer("secret", salt="ivr.state")
    assert SIGNER.unpack(writer.dumps({"call": "CA1", "slow": True, "new": 1}), "CA1") == State("CA1", slow=True)


def test_the_longest_state_fits_an_address() -> None:
    place = "topic:local_recurrence_difference:1"
    state = State("CA" + "0" * 32, place, (place,) * 6, place, place, (place,) * 8, True, 3, 3, 9)
    assert len(SIGNER.pack(state)) < 1000


def test_the_trail_is_short_and_holds_no_place_twice_running() -> None:
    state = State("CA1")
    for step in range(30):
        state = State("CA1", place=f"menu.{step}", trail=state.trail_from_here(f"menu.{step}"))
    assert len(state.trail) == 8
    assert state.trail_from_here(state.place) == state.trail
