"""What the checks of the pager path find, and how they say it."""

from datetime import UTC, datetime, timedelta

from incident.rules import proofs
from incident.rules.proofs import Service, Shift, Ways

NOW = datetime(2021, 7, 10, 2, 0, tzinfo=UTC)
APP = Service("PAPP00", "The app", "active", "PCORE0", "Core")


def hours(n):
    return NOW + timedelta(hours=n)


def turn(name="Maya", *, start=None, end=None, level=1):
    return Shift(name.lower(), name, f"{name}@example.com", "Europe/Berlin", level, start, end)


def found(shifts, zone="UTC"):
    return {one.name: one for one in proofs.of_on_call("primary", APP, shifts, at=NOW, zone=zone)}


def test_somebody_who_is_always_on_call_leaves_no_gap():
    assert proofs.first_gap([turn()], since=NOW) is None


def test_turns_that_follow_each_other_leave_no_gap():
    shifts = [turn("Tom", start=hours(8), end=hours(30)), turn(start=hours(-4), end=hours(8))]

    assert proofs.first_gap(shifts, since=NOW) is None


def test_the_first_moment_without_anybody_is_the_gap():
    shifts = [turn(start=hours(-4), end=hours(16)), turn("Tom", start=hours(20), end=hours(40))]

    assert proofs.first_gap(shifts, since=NOW) == hours(16)


def test_a_turn_that_ends_within_a_longer_one_opens_no_gap():
    shifts = [turn(start=hours(-4), end=hours(40)), turn("Tom", start=hours(-2), end=hours(1))]

    assert proofs.first_gap(shifts, since=NOW) is None


def test_a_gap_after_a_day_is_not_told_yet():
    assert proofs.first_gap([turn(start=hours(-1), end=hours(24))], since=NOW) is None


def test_nobody_on_call_now_is_grave_and_names_the_policy():
    on_call = found([turn(start=hours(1), end=hours(9))])["on_call"]

    assert (on_call.ok, on_call.grave) == (False, True)
    assert "The policy Core has nobody on call now" in on_call.sentence


def test_a_gap_later_today_is_told_by_the_clock_of_the_target():
    checks = found([turn(start=hours(-4), end=hours(16))], zone="Europe/Berlin")

    assert checks["on_call"].ok
    assert "nobody on call from 20:00 CEST" in checks["next_day"].sentence
    assert checks["next_day"].grave


def test_a_gap_tomorrow_is_told_with_its_date():
    sentence = found([turn(start=hours(-4), end=hours(23))])["next_day"].sentence

    assert "from 11 Jul 01:00 UTC" in sentence


def test_a_service_that_is_disabled_or_in_maintenance_wakes_nobody():
    for status, words in (("disabled", "is disabled"), ("maintenance", "is in maintenance")):
        service = Service("PAPP00", "The app", status, "PCORE0", "Core")
        finding = proofs.of_service("primary", "PAPP00", service)

        assert finding.grave
        assert words in finding.sentence


def test_a_service_that_is_busy_with_incidents_still_takes_pages():
    service = Service("PAPP00", "The app", "critical", "PCORE0", "Core")

    assert proofs.of_service("primary", "PAPP00", service).ok


def test_a_service_that_is_gone_is_grave_and_one_nobody_named_is_not():
    assert proofs.of_service("primary", "PAPP00", None).grave
    unnamed = proofs.of_service("primary", "", None)
    assert (unnamed.ok, unnamed.grave) == (False, False)


def test_an_address_that_rings_nowhere_is_told_with_the_name():
    ways = {"maya": Ways(wakes=False), "tom": Ways(wakes=True, phone="+1 555 0100")}

    finding = proofs.of_reach("primary", [turn(), turn("Tom", level=2)], ways)

    assert finding.grave
    assert finding.sentence.startswith("Maya is on call for primary without an app")


def test_whoever_can_be_reached_is_well():
    assert proofs.of_reach("primary", [turn()], {"maya": Ways(wakes=True)}).ok


def test_the_lowest_level_that_has_anybody_now_is_woken_first():
    shifts = [turn(start=hours(3)), turn("Tom", level=2), turn("Ada", level=3)]

    assert [shift.name for shift in proofs.first_woken(shifts, NOW)] == ["Tom"]


def test_who_is_on_call_is_kept_with_telephone_and_end_of_the_turn():
    kept = proofs.as_kept([turn(end=hours(6))], {"maya": Ways(wakes=True, phone="+1 5550100")})

    assert kept == [
        {
            "name": "Maya",
            "email": "Maya@example.com",
            "phone": "+1 5550100",
            "zone": "Europe/Berlin",
            "until": hours(6).isoformat(),
        }
    ]
