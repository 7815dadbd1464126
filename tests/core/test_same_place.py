"""When two entries are one place: phone and street, name and street; never a chain's two towns or two tenants."""

from typing import Any

import pytest

from handrail.core.same_place import Entry, closeness, digits_of, entry_of, likely_same, street_of

HERE: dict[str, Any] = {
    "name": "River House",
    "organization": "River House Inc",
    "street": "12 Mill Lane",
    "suite": "",
    "zip5": "81101",
    "phone": "719-555-0142",
}


def entry(**values: Any) -> Entry:
    told = HERE | values
    order = ("name", "organization", "street", "suite", "zip5", "phone")
    return entry_of(*(told[key] for key in order))


@pytest.mark.parametrize(
    ("other", "likely"),
    [
        ({}, "same"),
        ({"phone": "(719) 555-0142 x3", "street": "12 Mill Ln.", "name": "RIVER HOUSE, LLC"}, "same"),
        ({"phone": "719-555-0199"}, "same"),  # another number, the same name
        ({"phone": ""}, "same"),
        ({"name": "River House, Evening Groups"}, "same"),  # the number, and one name within the other
        ({"name": "River Lodge", "organization": ""}, "same"),  # the number, half of the words, alone at the street
        ({"name": "Quill Clinic", "organization": "Quill"}, "maybe"),  # the number alone: it may have a new owner
        ({"name": "Quill Clinic", "organization": "Quill", "phone": "719-555-0199"}, "maybe"),  # the street alone
        ({"street": "80 Oak Street"}, "maybe"),  # moved, or a second house
        ({"street": "80 Oak Street", "name": "Quill", "organization": ""}, ""),  # one switchboard
        ({"street": "80 Oak Street", "phone": "719-555-0199"}, ""),
        ({"zip5": "81140", "street": "80 Oak Street"}, ""),  # a chain in two towns, with one number
        ({"zip5": "81140"}, ""),
    ],
)
def test_the_rule(other, likely):
    assert likely_same(entry(), entry(**other)) == likely_same(entry(**other), entry()) == likely


def test_two_tenants_of_one_building_are_not_asked_about():
    here = {"suite": "Suite 4", "phone": "719-555-0101"}
    other = {"name": "Quill Clinic", "organization": "Quill"}
    assert likely_same(entry(**here), entry(**other, suite="Suite 9")) == ""
    assert likely_same(entry(**here), entry(**other, suite="#4")) == "maybe"
    assert likely_same(entry(**here), entry(**other)) == "maybe"
    assert likely_same(entry(**here), entry(suite="Suite 9")) == "same"  # a suite changes, the name does not


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("River House 1", "River House 2"),
        ("River House", "River House 2"),
        ("River House Womens Residential Treatment", "River House Mens Residential Treatment"),
        ("River House Outpatient", "River House Detox"),
        ("River House II", "River House III"),
    ],
)
def test_names_that_tell_apart_are_put_before_an_editor(one, other):
    assert likely_same(entry(name=one, organization=""), entry(name=other, organization="")) == "maybe"


def test_where_a_source_lists_several_at_a_street_half_of_a_name_is_not_enough():
    lodge = entry(name="River Lodge", organization="")
    assert likely_same(entry(), lodge, is_only=False) == "maybe"
    assert likely_same(entry(), entry(name="River House Groups"), is_only=False) == "same"


def test_a_shelter_without_a_street_is_known_by_number_and_name():
    hidden = entry(street="- - -")
    assert likely_same(hidden, entry(street="")) == "same"
    assert likely_same(hidden, entry(street="", name="River House, Delaney")) == ""
    assert likely_same(hidden, entry(street="", phone="719-555-0199")) == ""
    assert likely_same(hidden, entry()) == "maybe"


def test_the_closest_of_several_is_the_one_with_the_name_the_number_and_the_suite():
    here = entry(suite="Suite 4")
    near = [entry(suite="Suite 4"), entry(suite="Suite 9"), entry(phone=""), entry(name="River Lodge", phone="")]
    closest = [closeness(here, each) for each in near]
    assert closest == sorted(closest, reverse=True)
    assert len(set(closest)) == len(closest)


@pytest.mark.parametrize(
    ("text", "street"),
    [
        ("100 North Main Street, Suite 4", "100 n main st"),
        ("100 N. Main St #4", "100 n main st"),
        ("200 Floral Street 2nd floor", "200 floral st"),
        ("1455 Dixon Ave., 1st and 2nd Floors", "1455 dixon ave"),
        ("Building 4, 200 Hospital Drive", "200 hospital dr"),
        ("1 First Avenue Bldg. 5", "1 1st ave"),
        ("P.O. Box 9, 12 Mill Rd", "12 mill rd"),
        ("12 Mill Road, PO Box 9", "12 mill rd"),
        ("P.O. Box 12", "po box 12"),
        ("Box Elder Road 5", "box elder rd 5"),
        ("Main Street", "main st"),
        ("- - -", ""),
    ],
)
def test_a_street_is_compared_without_suite_and_in_short_words(text, street):
    assert street_of(text) == street


@pytest.mark.parametrize(
    ("phone", "digits"),
    [
        ("719-555-0142", "7195550142"),
        ("+1 (719) 555 0142 x30", "7195550142"),
        ("719.555.0142 ext 9", "7195550142"),
        ("555-0142", ""),
        ("911", ""),
        ("", ""),
    ],
)
def test_a_number_is_its_ten_digits(phone, digits):
    assert digits_of(phone) == digits
