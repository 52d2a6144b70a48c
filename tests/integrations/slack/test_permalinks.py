import pytest

from incident.integrations.slack.permalinks import permalink, place_in


def test_an_address_leads_back_to_its_message():
    address = permalink("C024BE91L", "1625875200.000200")

    assert address == "https://slack.com/archives/C024BE91L/p1625875200000200"
    assert place_in(f"see <{address}>") == ("C024BE91L", "1625875200.000200")


def test_a_reply_s_address_names_its_thread():
    address = permalink("C024BE91L", "1625875260.000300", "1625875200.000200")

    assert address.endswith("/p1625875260000300?thread_ts=1625875200.000200&cid=C024BE91L")
    assert place_in(address) == ("C024BE91L", "1625875260.000300")


@pytest.mark.parametrize(("channel", "ts"), [("c<script>", "1.2"), ("C1", "soon"), ("", "")])
def test_what_is_none_of_slack_s_names_gets_no_address(channel, ts):
    assert permalink(channel, ts) == ""


@pytest.mark.parametrize("text", ["", "https://example.org/archives/C1/p1", "INC-42"])
def test_no_place_is_read_where_there_is_none(text):
    assert place_in(text) is None


def test_a_workspace_s_own_address_is_understood():
    said = "https://desk.slack.com/archives/C0EMERGENCY/p1625875200000200?thread_ts=1.1"

    assert place_in(said) == ("C0EMERGENCY", "1625875200.000200")
