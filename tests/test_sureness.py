"""Sure, in doubt, or not understood: what each ranking leads to."""

from pathlib import Path

import pytest

from ivr.content import Content
from ivr.rasa import Reading
from ivr.second_reading import blend
from ivr.sureness import Verdict, doubted, judge, likelier_command
from ivr.thresholds import Thresholds, read_thresholds
from ivr.yaml_file import ContentError
from tests.conftest import ROOT

THRESHOLDS = Thresholds(
    threshold=0.5,
    ambiguity_threshold=0.1,
    doubt_threshold=0.1,
    third_threshold=0.2,
    command_threshold=0.8,
    refuse_threshold=0.6,
    crisis_threshold=0.2,
    care_threshold=0.25,
    comfort_threshold=0.15,
    calm_threshold=0.75,
    beside_threshold=0.2,
    leaning_threshold=0.5,
    context_weight=0.8,
    reply_threshold=0.7,
    trace_threshold=0.05,
    standing_threshold=0.9,
    told_threshold=0.8,
    unclear_speech=0.4,
)
FALLBACK = ("nlu_fallback", 0.5)


@pytest.mark.parametrize(
    ("ranking", "verdict"),
    [
        ([("cure", 0.9), ("lumps", 0.05)], Verdict(("cure",), sure=True)),
        ([FALLBACK, ("cure", 0.4), ("lumps", 0.35), ("ect", 0.19)], Verdict(("cure", "lumps"))),
        ([FALLBACK, ("cure", 0.4), ("lumps", 0.35), ("ect", 0.2), ("tests", 0.2)], Verdict(("cure", "lumps", "ect"))),
        ([FALLBACK, ("cure", 0.4), ("lumps", 0.05)], Verdict(("cure",))),
        ([FALLBACK, ("cure", 0.09), ("lumps", 0.05)], Verdict()),
        ([FALLBACK, ("repeat", 0.3), ("cure", 0.2), ("lumps", 0.15)], Verdict(("cure", "lumps"))),
        ([FALLBACK, ("goodbye", 0.45), ("affirm", 0.3)], Verdict()),
        ([("outside_leaflet", 0.7), ("cure", 0.3)], Verdict(("outside_leaflet",), sure=True)),
        ([("outside_leaflet", 0.55), ("cure", 0.3)], Verdict(("cure",))),
        ([FALLBACK, ("outside_leaflet", 0.4), ("cure", 0.3)], Verdict(("cure",))),
        ([FALLBACK, ("outside_leaflet", 0.4), ("cure", 0.05)], Verdict(("outside_leaflet",), sure=True)),
        ([FALLBACK, ("cure", 0.4), ("emergency", 0.3)], Verdict(("emergency",), sure=True)),
        ([FALLBACK, ("distress", 0.2), ("cure", 0.16)], Verdict(("distress",), sure=True)),
        ([FALLBACK, ("emergency", 0.2), ("distress", 0.16)], Verdict(("emergency",), sure=True)),
        ([FALLBACK, ("distress", 0.2), ("emergency", 0.16)], Verdict(("distress",), sure=True)),
        ([FALLBACK, ("emergency", 0.2), ("cure", 0.16), ("distress", 0.15)], Verdict(("cure",))),
        ([("distress", 0.5), ("crisis", 0.25)], Verdict(("crisis",), sure=True)),
        ([("distress", 0.5), ("crisis", 0.24)], Verdict(("distress",), sure=True)),  # and is named beside
        ([("distress", 0.5), ("wish_to_die", 0.15), ("crisis", 0.1)], Verdict(("wish_to_die",), sure=True)),
        ([("cure", 0.6), ("wish_to_die", 0.1), ("crisis", 0.1)], Verdict(("wish_to_die",), sure=True)),
        ([("person", 0.6), ("crisis", 0.3)], Verdict(("crisis",), sure=True)),
        ([("emergency", 0.5), ("crisis", 0.3)], Verdict(("emergency",), sure=True)),
        ([("cure", 0.6), ("crisis", 0.2)], Verdict(("crisis",), sure=True)),
        ([("cure", 0.6), ("crisis", 0.19)], Verdict(("cure",), sure=True)),
        ([("cure", 0.6), ("emergency", 0.24)], Verdict(("cure",), sure=True)),
        ([("cure", 0.7), ("distress", 0.2)], Verdict(("cure",), sure=True)),
        ([("cure", 0.6), ("distress", 0.3)], Verdict(("cure",), sure=True)),
        ([("distress", 0.6), ("cure", 0.3)], Verdict(("distress",), sure=True)),
        ([FALLBACK, ("cure", 0.3), ("distress", 0.2)], Verdict(("cure",))),
        ([FALLBACK, ("cure", 0.35), ("distress", 0.25)], Verdict(("distress",), sure=True)),
        ([FALLBACK, ("cure", 0.37), ("distress", 0.25)], Verdict(("cure",))),
        ([FALLBACK, ("cure", 0.3), ("lumps", 0.26), ("distress", 0.25)], Verdict(("distress",), sure=True)),
        ([FALLBACK, ("repeat", 0.3), ("distress", 0.25), ("cure", 0.2)], Verdict(("cure",))),
        ([("cure", 0.55), ("distress", 0.4)], Verdict(("cure",), sure=True)),
        ([("topic_of_yesterday", 0.9)], Verdict()),
        ([FALLBACK], Verdict()),
    ],
)
def test_a_ranking_leads_to(ranking: list[tuple[str, float]], verdict: Verdict, content: Content) -> None:
    found = judge(Reading(ranking[0][0], tuple(ranking)), THRESHOLDS, content)
    assert (found.topics, found.sure) == (verdict.topics, verdict.sure)


@pytest.mark.parametrize(
    ("ranking", "beside"),
    [
        ([("distress", 0.6), ("cure", 0.2), ("lumps", 0.2)], "cure"),
        ([("distress", 0.6), ("cure", 0.19)], ""),
        ([("distress", 0.5), ("repeat", 0.25), ("cure", 0.2)], "cure"),
        ([FALLBACK, ("distress", 0.24), ("cure", 0.22)], "cure"),
        ([FALLBACK, ("cure", 0.3), ("distress", 0.27)], "cure"),
        ([FALLBACK, ("distress", 0.3), ("biopsy_how_long", 0.25)], ""),
        ([FALLBACK, ("distress", 0.3), ("emergency", 0.24), ("cure", 0.22)], ""),  # not past danger
        ([FALLBACK, ("distress", 0.3), ("cure", 0.24), ("emergency", 0.22)], "cure"),
        ([("distress", 0.5), ("crisis", 0.24)], "crisis"),
        ([("distress", 0.6), ("cure", 0.21), ("crisis", 0.1), ("wish_to_die", 0.1)], "crisis"),
        ([("distress", 0.6), ("cure", 0.21), ("crisis", 0.19)], "cure"),
        ([("emergency", 0.4), ("cure", 0.38)], ""),
        ([("crisis", 0.4), ("cure", 0.38)], ""),
        ([("person", 0.4), ("cure", 0.38)], ""),
        ([("outside_leaflet", 0.6), ("cure", 0.3)], ""),
    ],
)
def test_what_else_may_be_meant_is_kept_beside_comfort(
    ranking: list[tuple[str, float]], beside: str, content: Content
) -> None:
    assert judge(Reading(ranking[0][0], tuple(ranking)), THRESHOLDS, content).beside == beside


def test_a_plain_question_with_a_word_of_danger_gets_its_answer(content: Content) -> None:
    ranking = (("ect_less_common", 0.6), ("emergency", 0.3))
    reading = Reading("ect_less_common", ranking)
    assert judge(reading, THRESHOLDS, content).topics == ("emergency",)
    assert judge(reading, THRESHOLDS, content, is_calm=True).topics == ("ect_less_common",)
    likely = Reading("emergency", (("emergency", 0.6), ("ect_less_common", 0.3)))
    assert judge(likely, THRESHOLDS, content, is_calm=True) == Verdict(("ect_less_common",))
    sure = Reading("emergency", (("emergency", 0.8), ("ect_less_common", 0.1)))
    assert judge(sure, THRESHOLDS, content, is_calm=True).topics == ("emergency",)
    either = Reading("unwell_now", (("unwell_now", 0.6), ("emergency", 0.2), ("ect_less_common", 0.1)))
    assert judge(either, THRESHOLDS, content, is_calm=True).topics == ("unwell_now",)
    neither = Reading("unwell_now", (("unwell_now", 0.6), ("emergency", 0.14), ("ect_less_common", 0.1)))
    assert judge(neither, THRESHOLDS, content, is_calm=True).topics == ("ect_less_common",)


@pytest.mark.parametrize(
    ("ranking", "command"),
    [
        ([("slower", 0.45), ("normal_speed", 0.35)], "slower"),
        ([("slower", 0.45), ("normal_speed", 0.34)], ""),
        ([("slower", 0.45), ("text_me", 0.4)], ""),
        ([("affirm", 0.45), ("more", 0.4)], ""),
        ([("goodbye", 0.45), ("repeat", 0.4)], ""),
        ([("slower", 0.45), ("cure", 0.4)], ""),
        ([("slower", 0.8)], ""),
    ],
)
def test_of_two_commands_the_likelier_is_obeyed(
    ranking: list[tuple[str, float]], command: str, content: Content
) -> None:
    assert likelier_command(ranking, THRESHOLDS, content) == command


def test_a_sure_answer_keeps_the_next_best_named_topics(content: Content) -> None:
    ranking = (("cure", 0.8), ("repeat", 0.05), ("lumps", 0.04), ("ect", 0.03), ("biopsy", 0.01))
    assert judge(Reading("cure", ranking), THRESHOLDS, content).others == ("lumps", "ect")


def test_the_thresholds_stand_in_config_yml() -> None:
    assert 0 < read_thresholds(ROOT / "config.yml").doubt_threshold < 1


def test_missing_or_odd_thresholds_are_named(tmp_path: Path) -> None:
    config = tmp_path / "config.yml"
    config.write_text("pipeline:\n- name: FallbackClassifier\n  threshold: 2\n  ambiguity_threshold: 0.1\n")
    with pytest.raises(ContentError) as error:
        read_thresholds(config)
    assert [problem.split(": ")[1] for problem in error.value.problems] == [
        "threshold",
        "doubt_threshold",
        "third_threshold",
        "command_threshold",
        "refuse_threshold",
        "crisis_threshold",
        "care_threshold",
        "comfort_threshold",
        "calm_threshold",
        "beside_threshold",
        "leaning_threshold",
        "context_weight",
        "reply_threshold",
        "trace_threshold",
        "standing_threshold",
        "told_threshold",
        "unclear_speech",
    ]


def test_leaning_words_are_read_by_their_context(content: Content) -> None:
    alone = Reading("nlu_fallback", (FALLBACK, ("ect_alongside", 0.3), ("ect_how_many", 0.25), ("cure", 0.1)), 0.9)
    in_context = Reading("ect_how_many", (("ect_how_many", 0.8), ("ect_alongside", 0.01)))
    blended = blend(alone, in_context, THRESHOLDS)
    assert blended.intent == "ect_how_many"
    assert sum(share for _, share in blended.ranking) == pytest.approx(1)


def test_words_that_stand_alone_are_read_by_themselves() -> None:
    alone = Reading("nlu_fallback", (FALLBACK, ("cure", 0.45), ("lumps", 0.2)), 0.1)
    in_context = Reading("lumps", (("lumps", 0.6), ("cure", 0.3)))
    assert blend(alone, in_context, THRESHOLDS).ranking[0][0] == "cure"
    leaning = Reading(alone.intent, alone.ranking, 0.9)
    assert blend(leaning, in_context, THRESHOLDS).ranking[0][0] == "lumps"


def test_readings_that_agree_on_nothing_stay_in_doubt() -> None:
    nothing = Reading("nlu_fallback", (FALLBACK, ("lumps", 0.02)), 0.9)
    assert blend(nothing, nothing, THRESHOLDS).intent == "nlu_fallback"
    even = Reading("nlu_fallback", (FALLBACK, ("lumps", 0.4), ("cure", 0.38)), 0.9)
    assert blend(even, even, THRESHOLDS).intent == "nlu_fallback"
    silent = Reading("nlu_fallback", (FALLBACK,), 0.9)
    only_in_context = Reading("lumps", (("lumps", 0.9),))
    assert blend(silent, only_in_context, THRESHOLDS).ranking[0][0] == "lumps"


def test_unclear_speech_turns_an_answer_into_a_question(content: Content) -> None:
    sure = Verdict(("cure",), sure=True, others=("lumps", "ect"))
    assert doubted(sure, content) == Verdict(("cure", "lumps"))
    assert doubted(Verdict(("emergency",), sure=True), content) == Verdict(("emergency",), sure=True)
    assert doubted(Verdict(("repeat",), sure=True), content) == Verdict(("repeat",), sure=True)
    assert doubted(Verdict(("cure", "lumps")), content) == Verdict(("cure", "lumps"))
    assert doubted(Verdict(), content) == Verdict()
