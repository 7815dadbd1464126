"""docs/ranking.md, made from core.match's own rule and core.openings' own hours."""

from handrail.core.answers import DEFINITIONS, FEWEST, LATE_MINUTES, WINDOW_DAYS
from handrail.core.facts import SETTINGS
from handrail.core.match import RULE
from handrail.core.needs import KINDS, MUSTS, PAYERS, Choice
from handrail.core.openings import AGEING_TIMES, FRESH_HOURS


def page() -> str:
    """The whole page as Markdown."""
    rule = "\n".join(f"{number}. {sentence}" for number, sentence in enumerate(RULE, start=1))
    return _PAGE.format(
        rule=rule,
        ages=_ages(),
        days=WINDOW_DAYS,
        fewest=FEWEST,
        late=LATE_MINUTES,
        answers="\n".join(f"| `{name}` | {words} |" for name, words in DEFINITIONS.items()),
        kinds=_rows(KINDS),
        payers=_rows(PAYERS),
        musts=_rows(MUSTS),
        settings="\n".join(f"| {name} | `{fact}` | {level} |" for name, fact, level in SETTINGS),
    )


def _rows(table: dict[str, Choice]) -> str:
    return "\n".join(
        f"| `{choice.key}` | `{choice.code}` | {', '.join(f'`{fact}`' for fact in choice.facts) or 'none'} |"
        for choice in table.values()
    )


def _ages() -> str:
    rows = []
    for kind, hours in FRESH_HOURS.items():
        rows.append(f"| {kind} | to {hours} h | to {hours * AGEING_TIMES} h | older, or never said |")
    return "\n".join(rows)


_PAGE = """# How places are ranked

This page is made from `handrail/core/match.py`, `needs.py`, `openings.py`, `answers.py` and `facts.py`. Do not edit
it by hand.

## The rule

{rule}

The finder, the desk and `handrail find` use this one rule. A person may also order by distance alone (nearest), or by
what is soonest: room confirmed, then same-day start, then walk-in, then the next opening, then distance. What is left
out is the same in every order.

The number that settles ties is the first 16 hexadecimal digits of SHA-256 over the program's id, a bar, and the date in
UTC. Anybody can work it out again.

## How openings age

| | fresh: "3 openings. Confirmed 3 h ago." | ageing: "Had 1 opening yesterday. Call first." | "We do not know." |
|---|---|---|---|
{ages}

The hours are settings (`FRESH_BEDS_HOURS`, `FRESH_VISITS_HOURS`). Openings are never shown without who said so and
when.

## How answers are counted

Once an hour the worker counts, for each place, the referrals that this service sent in the last {days} days. A place
with two entries has one count. A place that was asked fewer than {fewest} times has none; a median, a reason for no,
and arrivals are given only where {fewest} or more stand behind them. The counts are of requests, and never say whose.

| figure | what it counts |
|---|---|
{answers}

Silence counts against a place: a referral whose clock ran out was asked and not answered. A place is ranked as hard to
get into when half of its answers took more than {late} minutes, or it left more than half of our requests without an
answer, or said no more often than yes.

## What can be picked

Any one of the facts being yes is a fit. A place is left out when all of them are no.

| kind | code | facts |
|---|---|---|
{kinds}

| payer | code | facts |
|---|---|---|
{payers}

| must-have | code | facts |
|---|---|---|
{musts}

For `no_up_front` the good answer is no.

## Settings and levels of care

A level is only a candidate, drawn from the setting a program names. It is never a verified level. Levels are named
after The ASAM Criteria, 4th edition; this project is not affiliated with or endorsed by ASAM.

| setting | fact | candidate level |
|---|---|---|
{settings}
"""
