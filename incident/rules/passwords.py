"""Which passwords are good enough: long, and not one that everybody tries first."""

from collections.abc import Iterable

SHORTEST, LONGEST = 12, 128

COMMON = frozenset(
    """
    123456789012 1234567890123 12345678901234 123456789123 123456123456 123123123123
    0123456789012 098765432109 111111111111 000000000000 112233445566 121212121212
    qwertyuiopas qwertyuiop12 qwertyuiop123 qwerty123456 qwertyqwerty asdfghjklqwe
    asdfasdfasdf zxcvbnm12345 1q2w3e4r5t6y 1qaz2wsx3edc qazwsxedcrfv q1w2e3r4t5y6
    abcdefghijkl abcdefgh1234 abcd1234abcd abc123abc123 aaaaaaaaaaaa abcabcabcabc
    password1234 password12345 password123456 passwordpassword mypassword123 newpassword123
    changeme1234 changemechangeme changemeplease letmeinletmein letmein12345 welcome12345
    welcomewelcome iloveyou1234 iloveyouiloveyou princess1234 sunshine1234 football1234
    baseball1234 superman1234 trustno1trustno1 dragon123456 monkey123456 master123456
    adminadminadmin admin1234567 administrator administrator1 rootrootroot superuser123
    correcthorsebatterystaple opensesame12 opensesame123 secretsecret secretpassword
    secret123456 testtesttest test12345678 testpassword defaultpassword temporary123
    temppassword1 pagerduty1234 pagerdutypagerduty slackslackslack oncalloncall oncall123456
    emergency911 incident1234 incidentdesk incidentincident
    """.split()  # noqa: SIM905 - the words stand on the page as people would type them
)
OURS = ("incident desk", "incident", "pagerduty", "slack")


def problem(password: str, *, known: Iterable[str] = ()) -> str:
    """What is wrong with a password, or nothing. `known` is what others know of its owner."""
    if len(password) < SHORTEST:
        return f"At least {SHORTEST} characters. A few words in a row are good."
    if len(password) > LONGEST:
        return f"At most {LONGEST} characters."
    if _plain(password) in COMMON or len(set(password)) < 4:
        return "This is one of the passwords that everybody tries first."
    if _is_mostly(password, (*OURS, *known)):
        return "This is too close to your name, your address or this product's name."
    return ""


def _plain(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())


def _is_mostly(password: str, words: Iterable[str]) -> bool:
    """Whether fewer than six letters are left when what anybody knows is taken out."""
    whole = left = _plain(password)
    for word in sorted({_plain(part) for part in words}, key=len, reverse=True):
        if len(word) >= 3:
            left = left.replace(word, "")
    return left != whole and sum(letter.isalpha() for letter in left) < 6
