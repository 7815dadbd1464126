"""Every rule against every kind of message, way, hour and word: what goes out obeys, whatever was asked for."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from handrail.core.contact import (
    CHANNELS,
    OTHER_ANSWERS,
    WAYS,
    ContactRule,
    call_words,
    is_safe_hour,
    next_safe_at,
    said_start,
    said_stop,
    why_not_reach,
    why_not_way,
)
from handrail.core.messages import KINDS, MAX_TEXT, as_text, is_gsm, letters_in, most_letters, telling_word
from handrail.core.replies import HELP, LATER, NOTE, START, STOP, YES, is_just_stop, meaning_of
from handrail.core.safety import DANGERS, dangers_in_words
from handrail.gateways.gate import Blocked, deliver

ZONES = ("America/Denver", "America/New_York", "Pacific/Guam", "Australia/Lord_Howe", "America/St_Johns", "UTC")
hours = st.one_of(st.none(), st.tuples(st.integers(0, 23), st.integers(0, 23)).filter(lambda pair: pair[0] != pair[1]))
moments = st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2027, 12, 31)).map(  # noqa: DTZ001
    lambda naive: naive.replace(tzinfo=UTC)
)
rules = st.builds(
    ContactRule,
    channel=st.sampled_from(CHANNELS),
    address=st.sampled_from(["", "+13035550142", "bird@example.org"]),
    may_voicemail=st.booleans(),
    if_other_answers=st.sampled_from([*OTHER_ANSWERS, "made up"]),
    say_we_are=st.sampled_from(["", "the library"]),
    may_talk_with=st.sampled_from(["", "My sister Ana"]),
    hours=hours,
    timezone=st.sampled_from(ZONES),
    language=st.sampled_from(["en", "es"]),
    is_stopped=st.booleans(),
    stopped_at=st.one_of(st.just(""), moments.map(datetime.isoformat)),
    line_until=st.one_of(st.just(""), moments.map(datetime.isoformat)),
)
kinds = st.sampled_from(sorted(KINDS))


def in_hours(rule: ContactRule, now: datetime) -> bool:
    """Written out a second time, as a list of hours, so that the two must agree."""
    if rule.hours is None:
        return True
    start, end = rule.hours
    safe = [*range(start, end)] if start < end else [*range(start, 24), *range(end)]
    return now.astimezone(ZoneInfo(rule.timezone)).hour in safe


@given(rule=rules, kind=kinds, channel=st.sampled_from(CHANNELS), now=moments)
def test_whatever_goes_out_obeys_the_rule(rule, kind, channel, now):
    try:
        deliver(message_id="m", kind=kind, channel=channel, rule=rule, words="News.", now=now, how="fake")
    except Blocked:
        return
    assert channel == rule.channel
    assert channel in KINDS[kind].channels
    assert channel in ("text", "email")
    assert rule.address
    assert in_hours(rule, now)
    assert not rule.line_until or now < datetime.fromisoformat(rule.line_until)
    if rule.is_stopped:
        assert kind == "stop_confirm"
        assert timedelta() <= now - datetime.fromisoformat(rule.stopped_at) <= timedelta(minutes=5)


@given(rule=rules, kind=kinds, now=moments)
def test_what_the_rule_allows_does_go_out(rule, kind, now):
    allowed = (
        rule.channel in KINDS[kind].channels
        and rule.address
        and not rule.is_stopped
        and in_hours(rule, now)
        and (not rule.line_until or now < datetime.fromisoformat(rule.line_until))
    )
    if allowed:
        assert deliver(message_id="m", kind=kind, channel=rule.channel, rule=rule, words="News.", now=now, how="fake")


@given(rule=rules, now=moments)
def test_after_stop_nothing_goes_but_one_confirmation_and_after_start_all_is_as_before(rule, now):
    stopped = said_stop(rule, now)
    for channel in CHANNELS:
        for kind in ["", *KINDS]:
            later = now + timedelta(minutes=5, seconds=1)
            assert why_not_reach(stopped, channel=channel, now=later, kind=kind) is not None
            if kind != "stop_confirm":
                assert why_not_reach(stopped, channel=channel, now=now, kind=kind) is not None
            assert why_not_reach(stopped, channel=channel, now=now, kind=kind, is_voicemail=True) is not None or kind
    assert not call_words(stopped)
    back = said_start(stopped)
    assert (back.channel, back.address, back.hours, back.may_talk_with) == (
        rule.channel,
        rule.address,
        rule.hours,
        rule.may_talk_with,
    )


@given(rule=rules, now=moments)
def test_the_words_of_a_call_never_offer_what_the_rule_forbids(rule, now):
    words = call_words(rule)
    if rule.channel != "call" or rule.is_stopped or not rule.address:
        assert words == {}
        assert why_not_reach(rule, channel="call", now=now) is not None
        return
    assert (words["voicemail"] == "none") == (not rule.may_voicemail)
    assert words["other"] in OTHER_ANSWERS
    if rule.if_other_answers not in OTHER_ANSWERS or (rule.if_other_answers == "say_from" and not rule.say_we_are):
        assert words["other"] == "hang_up"


@given(rule=rules, way=st.sampled_from(WAYS), now=moments)
def test_a_contact_is_no_breach_where_the_rule_allowed_it_a_moment_ago(rule, way, now):
    broken = why_not_way(rule, way=way, now=now)
    if way == "they_came":
        assert broken is None
        return
    channel, is_voicemail = ("call", True) if way == "voicemail" else (way, False)
    if why_not_reach(rule, channel=channel, now=now, is_voicemail=is_voicemail) is None:
        assert broken is None
    if channel != rule.channel:
        assert broken is not None


def test_a_call_written_down_just_after_stop_or_after_the_hours_is_no_breach():
    evening = datetime(2026, 3, 2, 17, 20, tzinfo=UTC)
    rule = ContactRule(channel="call", address="+13035550142", hours=(9, 17))
    assert why_not_way(rule, way="call", now=evening) is None
    assert why_not_way(rule, way="call", now=evening + timedelta(minutes=15)) == "outside_safe_hours"
    stopped = said_stop(ContactRule(channel="call", address="+13035550142"), evening)
    assert why_not_way(stopped, way="call", now=evening + timedelta(minutes=5)) is None
    assert why_not_way(stopped, way="call", now=evening + timedelta(minutes=31)) == "person_said_stop"
    assert why_not_way(rule, way="voicemail", now=evening - timedelta(hours=2)) == "no_voicemail"


@given(rule=rules, now=moments)
@example(ContactRule(hours=(2, 3), timezone="America/New_York"), datetime(2026, 3, 8, 6, 30, tzinfo=UTC))
@example(ContactRule(hours=(1, 2), timezone="America/New_York"), datetime(2026, 11, 1, 5, 30, tzinfo=UTC))
@example(ContactRule(hours=(23, 1), timezone="America/Denver"), datetime(2026, 11, 1, 6, 0, tzinfo=UTC))
def test_a_message_that_waits_waits_for_a_safe_hour_also_when_clocks_change(rule, now):
    moment = next_safe_at(rule, now)
    assert moment >= now
    assert is_safe_hour(rule, moment) or rule.hours == (2, 3), "an hour that the clock leaves out this night"
    assert moment - now <= timedelta(hours=25)


@given(rule=rules)
def test_a_rule_survives_the_store_and_an_old_one_reads_as_the_safest(rule):
    assert ContactRule.from_data(rule.as_data()) == rule
    old = {key: value for key, value in rule.as_data().items() if key not in ("may_talk_with", "stopped_at")}
    assert (ContactRule.from_data(old).may_talk_with, ContactRule.from_data(old).stopped_at) == ("", "")


# --- the words ----------------------------------------------------------------------------------
@given(name=st.text(max_size=300), service=st.text(max_size=300), phone=st.text(max_size=60))
@example("Á" * 200, "€" * 200, "")
@example("[]{}" * 50, "~" * 200, "^" * 60)
@example("%(name)s", "%s %(phone)s %%", "")
def test_one_text_is_one_text_whoever_writes(name, service, phone):
    words = as_text("%(service)s: %(name)s, call %(phone)s. STOP to end.", name=name, service=service, phone=phone)
    assert is_gsm(words)
    assert letters_in(words) <= MAX_TEXT
    assert words.endswith(". STOP to end.")
    assert "\n" not in words


def test_letters_that_take_two_places_count_twice_and_accents_a_text_lacks_are_left_off():
    assert letters_in("[€]") == 6
    assert letters_in("ñ¿é") == 3
    assert as_text("Sí, %(name)s: código y mamá.", name="Íñigo", service="") == "Si, Iñigo: codigo y mama."
    wide = as_text("Привет, %(name)s. STOP", name="Анна" * 40, service="")
    assert not is_gsm(wide)
    assert letters_in(wide) <= most_letters(wide) == 70
    assert wide.endswith(". STOP")


@pytest.mark.parametrize(
    "words", ["Fentanyl news", "your detox bed", "la METADONA", "sobredosis", "Hope Recovery", "rehab"]
)
def test_a_word_that_tells_does_not_go_out(words):
    rule = ContactRule(channel="text", address="+13035550142")
    assert telling_word(words)
    with pytest.raises(Blocked, match="not_neutral"):
        deliver(message_id="m", kind="news", channel="text", rule=rule, words=words, now=datetime.now(UTC), how="fake")


@pytest.mark.parametrize(
    ("words", "reason"), [("x" * 161, "message_too_long"), ("see https://x.example/a", "not_neutral")]
)
def test_a_long_text_and_a_link_do_not_go_out(words, reason):
    rule = ContactRule(channel="text", address="+13035550142")
    with pytest.raises(Blocked, match=reason):
        deliver(message_id="m", kind="news", channel="text", rule=rule, words=words, now=datetime.now(UTC), how="fake")


@pytest.mark.parametrize("name", ["Molly", "Crystal", "Herb", "Mary Jane", "Next Step", "Harbor Line", "Clean Slate"])
def test_a_name_is_no_telling_word(name):
    assert telling_word(f"Hi, this is {name}.") == ""


# --- what they answer ---------------------------------------------------------------------------
STOPS = (
    "STOP|stop|Stop.|STOP!!|s t o p|stoppp|STOPALL|stop all|QUIT|end|Revoke|OPT OUT|opt-out|OPTOUT|cancel|UNSUBSCRIBE"
    "|please stop|ok stop now|STOP IT|ALTO|¡Alto!|parar|PARE|Basta|¡ya basta!|cancelar|NO MAS|no más|Terminar"
    "|please stop texting me|Stop messaging this number|Don't text me|do not ever contact me|dont call me"
    "|take me off your list|remove my number please|quit texting me|no more texts|I want to opt out|unsubscribe me"
    "|no me escriban mas|No me llamen|por favor no me mande mensajes|deje de escribirme|no quiero mas mensajes"
    "|no quiero que me llamen|borren mi numero|déjenme en paz"
)
PLEAS = (
    "I can't stop|help me stop|I want to stop|how do i stop using|he won't stop calling me|why don't you text me"
    "|you dont call me|please don't stop texting me|no me llamaron|nadie me llama|he won't leave me alone"
    "|cancel my appointment|hello|I need a bed||💥|no deja de llamarme"
)


@pytest.mark.parametrize(
    "text",
    STOPS.split("|"),
)
def test_stop_and_its_kin_are_stop(text):
    assert meaning_of(text) == STOP


@given(
    word=st.sampled_from(
        ["stop", "quit", "end", "cancel", "unsubscribe", "alto", "pare", "basta", "no más", "opt out"]
    ),
    before=st.text(" .,!?¡¿\n\t-_'\"()*💥", max_size=6),
    after=st.text(" .,!?\n\t-_'\"()*💥", max_size=6),
    upper=st.booleans(),
)
def test_case_accents_and_marks_do_not_count(word, before, after, upper):
    assert meaning_of(before + (word.upper() if upper else word) + after) == STOP


@pytest.mark.parametrize(
    "text",
    PLEAS.split("|"),
)
def test_a_plea_is_no_stop(text):
    assert meaning_of(text) == NOTE
    assert not is_just_stop(text)


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        *[(text, YES) for text in ("YES", "yes.", "Sí", "SI", "si por favor", "ok", "Okay!")],
        *[(text, LATER) for text in ("LATER", "later!", "Luego", "más tarde", "not now")],
        *[(text, HELP) for text in ("HELP", "help!", "Ayuda", "INFO")],
        *[(text, START) for text in ("START", "UNSTOP", "Empezar")],
        *[(text, NOTE) for text in ("yes but my mom is here", "help me please", "start again tomorrow?")],
    ],
)
def test_the_other_answers(text, meaning):
    assert meaning_of(text) == meaning


@given(st.text(max_size=400))
def test_any_text_has_one_meaning_and_no_crash(text):
    assert meaning_of(text) in (STOP, START, YES, LATER, HELP, NOTE)
    assert set(dangers_in_words(text)) <= set(DANGERS)


@pytest.mark.parametrize(
    ("text", "danger"),
    [
        ("I think he OD'd", "overdose"),
        ("overdose", "overdose"),
        ("she is not breathing", "overdose"),
        ("he won’t wake up", "overdose"),
        ("no respira", "overdose"),
        ("NO SE DESPIERTA", "overdose"),
        ("tuvo una sobredosis", "overdose"),
        ("I want to kill myself", "suicide"),
        ("i dont want to live", "suicide"),
        ("me quiero morir", "suicide"),
        ("no quiero vivir", "suicide"),
        ("she had a seizure", "sick"),
        ("he hits me", "violence"),
        ("mi esposo me pega", "violence"),
    ],
)
def test_words_of_danger_are_seen(text, danger):
    assert danger in dangers_in_words(text)


@pytest.mark.parametrize("text", ["YES", "ok to talk at 5", "I need a bed", "gracias", "my odd job", "good day"])
def test_plain_words_are_no_danger(text):
    assert dangers_in_words(text) == ()
