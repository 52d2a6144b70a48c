"""Only paths of our own are followed after a log-in."""

import pytest

from incident.rules.addresses import our_own

OURS = [
    "/",
    "/incidents/INC-42",
    "/incidents/INC-42#step-7",
    "/incidents?status=open&q=push",
    "/incidents?next=https://evil.com",
    "/a//b",
    "/%2F%2Fevil.com",
    "/@evil.com",
    "/:8000/x",
    "/profile?zone=Europe%2FBerlin",
]
STRANGERS = [
    None,
    "",
    "//evil.com",
    "///evil.com",
    "////evil.com",
    "/\\evil.com",
    "\\\\evil.com",
    "\\/evil.com",
    "/\\/evil.com",
    "https://evil.com",
    "https:evil.com",
    "http:/evil.com",
    "HTTPS://EVIL.COM",
    "javascript:alert(1)",
    "data:text/html,x",
    "evil.com",
    "evil.com/path",
    " /x",
    "/x y",
    "/x\ty",
    "/\t/evil.com",
    "/\n/evil.com",
    "/\r\nSet-Cookie: a=b",
    "/x\x00",
    "\x00/x",
    "/x\\y",
    "?next=/x",
    "#x",
    ".//evil.com",
    "/x\n",
]


@pytest.mark.parametrize("address", OURS)
def test_a_path_of_ours_is_kept(address):
    assert our_own(address) == address


@pytest.mark.parametrize("address", STRANGERS)
def test_anything_else_leads_to_the_front_page(address):
    assert our_own(address) == "/"
