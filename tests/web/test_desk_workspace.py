import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from handrail.actions import ask, assess, match, person, refer
from handrail.core.journey import CLOCKS, STAGES
from handrail.core.safety import DANGERS, FLAGS
from handrail.records.casebook.choices import DECLINE_REASONS, REFERRAL_STATES
from handrail.records.casebook.models import Consent, HelpRequest, Option, Referral, TimelineEntry
from handrail.records.ledger.models import Entry
from handrail.web.desk import timeline, words
from handrail.web.doors import SEEN_COOKIE
from tests import build
from tests.cast import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(cast: Cast) -> Client:
    return at_desk(cast.tasha)


def at_desk(member) -> Client:
    client = Client()
    client.force_login(member)
    client.post("/account/lock/", {"password": "handrail-demo"})
    assert client.cookies[SEEN_COOKIE].value
    return client


def page_of(row: HelpRequest) -> str:
    return f"/desk/r/{row.pk}/"


def form(row: HelpRequest, **fields) -> dict[str, str]:
    fresh = HelpRequest.objects.get(pk=row.pk)
    return {"version": fresh.version, "seen_at": timezone.now().isoformat(), **fields}


def contact(row: HelpRequest, **fields) -> dict[str, str]:
    given = {"outcome": "reached", "note": "Wants to start", "next_step": "Call River House", "by": "+30 min"}
    return form(row, **{**given, **fields})


def test_the_page_shows_the_rule_the_words_and_enters_the_reading(desk: Client, cast: Cast) -> None:
    row = build.talking(actor=cast.actor("tasha"), now=timezone.now(), name="Kayla", flags=["pregnant", "injects"])
    page = desk.get(page_of(row)).content.decode()
    assert "Text only" in page
    assert "303-555-0142" in page
    assert "No voicemail" in page
    assert "“I want to feel better”" in page
    assert "Never confirm to anyone that we know Kayla." in page
    assert "Pregnant, 48 h" in page
    assert Entry.objects.filter(stream=row.stream, verb="read", actor=cast.actor("tasha").key).count() == 1


def test_a_family_request_shows_the_wall(desk: Client, cast: Cast) -> None:
    row = build.talking(actor=cast.actor("tasha"), now=timezone.now(), who="someone")
    assert b"Do not say whether we know the person they care about." in desk.get(page_of(row)).content


def test_every_code_the_desk_shows_has_words() -> None:
    assert set(words.STAGES) == set(STAGES)
    assert set(words.DANGERS) == set(DANGERS)
    assert set(words.FLAGS) >= set(FLAGS) - {"wants_medicine"}
    assert set(words.OUTCOMES) == set(ask.OUTCOMES)
    assert set(words.DECLINES) == set(DECLINE_REASONS)
    assert set(words.REFERRAL_STATES) == set(REFERRAL_STATES)
    assert set(words.NEXT_ACTIONS) >= {clock.next_action for clock in CLOCKS.values()}


@pytest.mark.parametrize("query", ["", "?show=notes", "?show=contacts", "?matches=more", "?prompt=99", "?prompt=x"])
def test_the_page_draws_with_every_address(desk: Client, cast: Cast, query: str) -> None:
    row = build.referral(cast.river_house, actor=cast.actor("tasha"), now=timezone.now()).request
    assert desk.get(page_of(row) + query).status_code == 200


@pytest.mark.parametrize("name", ["luis", "sam", "eli"])
def test_other_roles_find_no_such_page(cast: Cast, name: str) -> None:
    row = build.request(now=timezone.now())
    client = at_desk(getattr(cast, name))
    assert client.get(page_of(row)).status_code == 404
    assert client.post(page_of(row) + "contact/", contact(row)).status_code == 404


def test_a_request_that_is_not_there_is_404(desk: Client) -> None:
    assert desk.get(f"/desk/r/{uuid4()}/").status_code == 404
    assert desk.post(f"/desk/r/{uuid4()}/contact/").status_code == 404


def test_a_contact_is_saved_with_its_next_step(desk: Client, cast: Cast) -> None:
    row = build.request(now=timezone.now())
    desk.post("/desk/take-next/")
    answer = desk.post(page_of(row) + "contact/", contact(row, by="+30 min"))
    assert answer.headers["Location"] == page_of(row) + "#write"
    row.refresh_from_db()
    assert row.stage == "talking"
    assert row.next_note == {"text": "Call River House"}
    assert timedelta(minutes=29) < row.next_at - timezone.now() <= timedelta(minutes=30)


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("next_step", " ", "Add a next step and a time"),
        ("by", "", "Give a time, such as 2:40 AM or +30 min."),
        ("by", "soon", "Give a time, such as 2:40 AM or +30 min."),
        ("outcome", "", "Choose what happened."),
    ],
)
def test_no_save_without_a_next_step_and_the_text_is_kept(desk: Client, cast: Cast, field, value, said) -> None:
    row = build.request(now=timezone.now())
    desk.post("/desk/take-next/")
    page = desk.post(page_of(row) + "contact/", contact(row, note="A long careful note", **{field: value}))
    assert page.status_code == 422
    text = page.content.decode()
    assert said in text
    assert "A long careful note" in text
    assert HelpRequest.objects.get(pk=row.pk).stage == "new"


def test_a_stale_page_shows_both_versions_and_keeps_the_text(desk: Client, cast: Cast) -> None:
    now = timezone.now()
    row = build.talking(actor=cast.actor("tasha"), now=now - timedelta(minutes=5))
    typed = contact(row, outcome="note", note="What I typed")
    other = HelpRequest.objects.get(pk=row.pk)
    assess.record_safety(
        other, actor=cast.actor("omar"), safe_now=True, naloxone="yes", note="At home", now=timezone.now()
    )
    page = desk.post(page_of(row) + "contact/", typed)
    assert page.status_code == 409
    text = page.content.decode()
    assert "Saved meanwhile" in text
    assert "At home" in text
    assert "What I typed" in text
    assert not TimelineEntry.objects.filter(request=row, kind="note").exists()
    again = {**typed, "version": HelpRequest.objects.get(pk=row.pk).version}
    assert desk.post(page_of(row) + "contact/", again).status_code == 302


def test_what_the_clock_notes_is_no_clash(desk: Client, cast: Cast) -> None:
    now = timezone.now()
    row = build.talking(actor=cast.actor("tasha"), now=now)
    typed = contact(row, outcome="note")
    typed["version"] = str(int(typed["version"]) - 1)
    assert desk.post(page_of(row) + "contact/", typed).status_code == 302


def test_a_draft_is_kept_sealed_and_comes_back_and_goes_when_saved(desk: Client, cast: Cast) -> None:
    row = build.talking(actor=cast.actor("tasha"), now=timezone.now())
    kept = desk.post(page_of(row) + "keep/", contact(row, note="Half a sentence"))
    assert kept.content.decode().startswith("Draft kept ")
    assert "Half a sentence" not in str(dict(desk.session))
    assert "Half a sentence" in desk.get(page_of(row)).content.decode()
    desk.post(page_of(row) + "contact/", contact(row))
    assert "Half a sentence" not in desk.get(page_of(row)).content.decode()


def test_a_form_posted_at_a_locked_page_is_kept_too(desk: Client, cast: Cast) -> None:
    row = build.talking(actor=cast.actor("tasha"), now=timezone.now())
    del desk.cookies[SEEN_COOKIE]
    answer = desk.post(page_of(row) + "contact/", contact(row, note="Typed before the lock"))
    assert answer.headers["Location"].startswith("/account/lock/?next=")
    desk.post("/account/lock/", {"password": "handrail-demo"})
    back = desk.get(page_of(row) + "contact/", follow=True)
    assert "Typed before the lock" in back.content.decode()


def test_safety_and_needs_lead_to_matches_with_reasons(desk: Client, cast: Cast) -> None:
    row = build.talking(actor=cast.actor("tasha"), now=timezone.now(), flags=["pregnant"])
    missing = desk.post(page_of(row) + "safety/", form(row, naloxone="no"))
    assert missing.status_code == 422
    desk.post(page_of(row) + "safety/", form(row, safe_now="yes", naloxone="no"))
    page = desk.get(page_of(row)).content.decode()
    assert "from them" in page
    assert "Save their needs first" in page
    lost = desk.post(page_of(row) + "needs/", form(row, kinds="medicine", place="Nowhere at all"))
    assert lost.status_code == 422
    assert "We do not know this place" in lost.content.decode()
    saved = desk.post(
        page_of(row) + "needs/", form(row, kinds="medicine", payer="medicaid", place="Fernhollow, CO", miles="25")
    )
    assert saved.status_code == 302
    page = desk.get(page_of(row)).content.decode()
    assert "River House" in page
    assert "Takes Medicaid" in page
    assert "Offer to Bird" in page


def test_only_what_they_gave_is_marked_as_from_them(desk: Client, cast: Cast) -> None:
    row = build.talking(actor=cast.actor("tasha"), now=timezone.now(), flags=["pregnant"])
    wrong = desk.post(page_of(row) + "needs/", form(row, kinds="detox", must="pregnant", place="Nowhere at all"))
    text = re.sub(r"<[^>]+>", " ", wrong.content.decode())
    assert re.search(r"Help for pregnant people\s+from them", text)
    assert not re.search(r"detox\)?\s+from them", text)


def test_after_a_no_the_next_match_comes_first_and_who_said_no_comes_last(desk: Client, cast: Cast) -> None:
    now, tasha = timezone.now(), cast.actor("tasha")
    referral = build.referral(cast.river_house, actor=tasha, now=now)
    refer.decline(referral, actor=tasha, reason="no_opening", note="", now=now)
    rows = desk.get(page_of(referral.request)).context["matches"]["rows"]
    assert [(row["name"], str(row["ended"])) for row in rows] == [("Oak Street Clinic", ""), ("River House", "Said no")]


def test_from_offer_to_arrived_on_the_desk_alone(desk: Client, cast: Cast) -> None:
    row = build.matching(actor=cast.actor("tasha"), now=timezone.now())
    program = {"program": str(cast.river_house.pk)}
    desk.post(page_of(row) + "offer/", form(row, **program))
    option = Option.objects.get(request=row)
    assert {reason["about"] for reason in option.reasons} >= {"room", "medicine", "payer:medicaid"}
    refused = desk.post(page_of(row) + "refer/", form(row, **program))
    assert refused.status_code == 422
    assert "You can&#x27;t share with this program yet" in refused.content.decode()
    page = desk.get(page_of(row)).content.decode()
    assert "May Next Step tell River House about you" in page
    desk.post(page_of(row) + "consent/", form(row, answer="yes", scopes="details", **program))
    consent = Consent.objects.get(request=row)
    assert sorted(consent.scopes) == ["details", "minimum"]
    shown = re.sub(r"<[^>]+>|“|”", " ", page.replace("&#x27;", "'"))
    said = [part for part in re.split(r"(?<=[.?]) ", consent.words) if part]
    assert all(part in " ".join(shown.split()) for part in said)
    assert "how they may reach you" not in consent.words
    desk.post(page_of(row) + "refer/", form(row, **program))
    referral = Referral.objects.get(request=row)
    no_time = desk.post(page_of(row) + "answer/", form(row, referral=str(referral.pk), what="yes", visit="later"))
    assert no_time.status_code == 422
    desk.post(page_of(row) + "answer/", form(row, referral=str(referral.pk), what="yes", visit="tomorrow 9 AM"))
    assert "Said yes" in desk.get(page_of(row)).content.decode()
    desk.post(page_of(row) + "arrived/", form(row, referral=str(referral.pk)))
    assert HelpRequest.objects.get(pk=row.pk).stage == "arrived"


def test_a_no_from_the_person_is_kept_and_nothing_can_be_sent(desk: Client, cast: Cast) -> None:
    now = timezone.now()
    row = build.matching(actor=cast.actor("tasha"), now=now)
    match.offer(row, actor=cast.actor("tasha"), program_id=cast.river_house.pk, reasons=[], now=now)
    desk.post(page_of(row) + "consent/", form(row, answer="no", program=str(cast.river_house.pk)))
    assert Option.objects.get(request=row).choice == "no"
    assert not Consent.objects.filter(request=row).exists()
    assert b"Record yes" not in desk.get(page_of(row)).content


def test_a_programs_question_is_answered(desk: Client, cast: Cast) -> None:
    now = timezone.now()
    referral = build.referral(cast.river_house, actor=cast.actor("tasha"), now=now)
    refer.ask_question(referral, actor=cast.actor("luis"), question="Any seizures?", now=now)
    row = referral.request
    assert "Any seizures?" in desk.get(page_of(row)).content.decode()
    desk.post(page_of(row) + "answer/", form(row, referral=str(referral.pk), what="question", answer="None ever"))
    assert Referral.objects.get(pk=referral.pk).answer == "None ever"


def test_a_taken_back_yes_withdraws_what_was_asked(desk: Client, cast: Cast) -> None:
    referral = build.referral(cast.river_house, actor=cast.actor("tasha"), now=timezone.now())
    row = referral.request
    desk.post(page_of(row) + "consent/revoke/", form(row, program=str(cast.river_house.pk)))
    assert Referral.objects.get(pk=referral.pk).state == "withdrawn"
    assert HelpRequest.objects.get(pk=row.pk).stage == "matching"


def test_hand_back_needs_a_word_and_frees_the_request(desk: Client, cast: Cast) -> None:
    row = build.talking(actor=cast.actor("tasha"), now=timezone.now())
    assert desk.post(page_of(row) + "hand-back/", {"why": ""}).status_code == 422
    desk.post(page_of(row) + "hand-back/", {"why": "My shift ends"})
    row = HelpRequest.objects.get(pk=row.pk)
    assert row.in_queue
    assert row.owner is None


def test_a_new_code_is_shown_once_and_the_old_one_dies(desk: Client, cast: Cast) -> None:
    row = build.talking(actor=cast.actor("tasha"), now=timezone.now())
    page = desk.post(page_of(row) + "code/")
    assert page.status_code == 200
    assert HelpRequest.objects.get(pk=row.pk).code_hash != row.code_hash
    assert desk.get(page_of(row) + "code/").status_code == 405


def test_words_of_the_person_are_escaped(desk: Client, cast: Cast) -> None:
    evil = "<script>alert(1)</script>"
    row = build.request(now=timezone.now(), name=evil, words=evil, place=evil)
    assert evil not in desk.get("/desk/").content.decode()
    assert evil not in desk.get(page_of(row)).content.decode()
    ask.take(row, actor=cast.actor("tasha"), why=evil, now=timezone.now())
    assert evil not in desk.get(page_of(row)).content.decode()
    assert evil not in desk.get("/desk/mine/").content.decode()


def test_writing_is_no_way_round_the_printed_order(desk: Client, cast: Cast) -> None:
    row = build.request(now=timezone.now())
    page = desk.get(page_of(row)).content.decode()
    assert "Take them first, then write." in page
    assert 'name="next_step"' not in page
    answer = desk.post(page_of(row) + "contact/", contact(row))
    assert answer.headers["Location"] == page_of(row) + "take/"
    assert HelpRequest.objects.get(pk=row.pk).in_queue


def test_a_request_that_rests_is_read_and_not_written(desk: Client, cast: Cast) -> None:
    row = build.talking(actor=cast.actor("tasha"), now=timezone.now())
    person.pause(row, now=timezone.now())
    assert b"This request is not open." in desk.get(page_of(row)).content
    desk.post(page_of(row) + "contact/", contact(row))
    assert HelpRequest.objects.get(pk=row.pk).stage == "resting"


def test_a_note_can_go_to_their_own_page_and_is_never_cut_in_silence(desk: Client, cast: Cast) -> None:
    row = build.talking(actor=cast.actor("tasha"), now=timezone.now())
    desk.post(page_of(row) + "contact/", contact(row, outcome="note", note="See you at nine", for_them="yes"))
    entry = TimelineEntry.objects.get(request=row, kind="note", is_for_person=True)
    assert entry.body["note"] == "See you at nine"
    long = desk.post(page_of(row) + "contact/", contact(row, outcome="note", note="x" * 501, for_them="yes"))
    assert long.status_code == 422
    assert "This one has 501." in long.content.decode()


def test_lateness_on_a_step_in_ones_own_words_says_what_is_late() -> None:
    now = timezone.now()
    entry = TimelineEntry(kind="system", body={"what": "late", "action": "custom"}, at=now)
    assert timeline.line_of(entry, now).text == "We are late: next step."
