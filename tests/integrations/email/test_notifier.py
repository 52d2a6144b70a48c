import socket
import time
from urllib.parse import quote

import pytest

from incident.integrations.email.notifier import Email
from incident.integrations.notifier import Delivered, Message, NotSent, Refused, TryAgain
from tests.integrations.deadlines import AT_ONCE, IN_TIME, SHORT, once_heard
from tests.integrations.email.servers import PASSWORD, USER, Scripted, check, free_port, mail_server

PEOPLE = ["maya@example.com", "tom@example.com"]


def a_mail(**fields):
    settings = {
        "to": PEOPLE,
        "text": "NOBODY WAS PAGED: no such key.\n\nINC-1 Uploads fail",
        "link": "https://desk.example/incidents/INC-1",
        "at": "2021-07-10T02:00:00+00:00",
    }
    given = {
        "delivery_id": 7,
        "action": "mail",
        "target": "2 people",
        "subject": "[SEV1] INC-1 Uploads fail: NOBODY WAS PAGED",
        "dedup_key": "ic/testtest/1/alarm-1-refused/g1",
        "intent_key": "ic/testtest/1/alarm-1-refused/g1/mail",
        "settings": settings | fields.pop("settings", {}),
    }
    return Message(**given | fields)


def url(port, *, scheme="smtp", login="", sender="desk@example.com"):
    return f"{scheme}://{login}127.0.0.1:{port}?from={sender}"


LOGIN = f"{quote(USER, safe='')}:{quote(PASSWORD, safe='')}@"


def test_a_mail_reaches_everybody_with_the_reason_and_the_link():
    with mail_server() as (port, kept):
        result = Email(url(port)).send(a_mail())

    (mail,) = kept.mails
    assert result == Delivered({"mailed": 2, "left_out": {}})
    assert kept.recipients == [PEOPLE]
    assert mail["Subject"] == "[SEV1] INC-1 Uploads fail: NOBODY WAS PAGED"
    assert mail["From"] == "Incident desk <desk@example.com>"
    assert mail["Date"] == "Sat, 10 Jul 2021 02:00:00 +0000"
    assert "NOBODY WAS PAGED: no such key." in mail.get_content()
    assert "https://desk.example/incidents/INC-1" in mail.get_content()


def test_a_mail_sent_twice_can_be_recognised():
    with mail_server() as (port, kept):
        notifier = Email(url(port))
        for intent in ("one", "one", "another"):
            notifier.send(a_mail(intent_key=intent))

    first, second, third = (mail["Message-ID"] for mail in kept.mails)
    assert first == second != third
    assert first.endswith("@example.com>")


@pytest.mark.parametrize("text", ["Zürich schläft.\n.\n..\nEnde", "Plain\n.\n..\nEnd"])
def test_what_people_write_stays_what_they_wrote(text):
    subject = "[SEV1] INC-1 Große Störung ☎\u2028: NOBODY WAS PAGED"

    with mail_server() as (port, kept):
        Email(url(port)).send(a_mail(subject=subject, settings={"text": text, "link": ""}))

    (mail,) = kept.mails
    assert mail["Subject"] == "[SEV1] INC-1 Große Störung ☎ : NOBODY WAS PAGED"
    assert mail.get_content().replace("\r\n", "\n") == f"{text}\n"


def test_what_no_mail_can_carry_is_left_out_of_it():
    text = "Half a \ud800 and a \x00" + "long " * 5000

    with mail_server() as (port, kept):
        result = Email(url(port)).send(a_mail(settings={"text": text}))

    assert isinstance(result, Delivered)
    assert len(kept.mails[0].get_content()) < 21_000


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\u2028", "\x85"])
def test_no_header_can_be_smuggled_in(end):
    subject = f"Uploads fail{end}Bcc: sam@example.com{end}{end}Buy"
    mallory = f"sam@example.com>{end}RCPT TO:<tom@example.com"

    with mail_server() as (port, kept):
        Email(url(port)).send(a_mail(subject=subject, settings={"to": [PEOPLE[0], mallory]}))

    (mail,) = kept.mails
    assert (mail["Bcc"], kept.recipients) == (None, [[PEOPLE[0]]])
    assert mail["Subject"].startswith("Uploads fail")


def test_tls_is_used_where_it_is_offered(tls, certificate, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with mail_server(tls_context=tls, authenticator=check, auth_require_tls=True) as (port, kept):
        result = Email(url(port, login=LOGIN)).send(a_mail())

    assert isinstance(result, Delivered)
    assert (kept.under_tls, kept.logged_in) == ([True], [USER])


def test_tls_from_the_first_byte(tls, certificate, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with mail_server(ssl_context=tls) as (port, kept):
        result = Email(url(port, scheme="smtps")).send(a_mail())

    assert isinstance(result, Delivered)
    assert len(kept.mails) == 1


@pytest.mark.parametrize(("scheme", "option"), [("smtp", "tls_context"), ("smtps", "ssl_context")])
def test_a_certificate_nobody_vouches_for_gets_nothing(tls, scheme, option, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", "/dev/null")
    with mail_server(**{option: tls}) as (port, kept):
        result = Email(url(port, scheme=scheme)).send(a_mail())

    assert result == TryAgain("The mail server's certificate could not be verified")
    assert kept.mails == []


def test_a_password_does_not_go_out_in_plain_sight():
    hello = ["220 hello", "250-mail\r\n250 AUTH PLAIN LOGIN", "235 fine"]
    with Scripted(*hello, host="127.0.0.2") as server:
        address = url(server.port, login=LOGIN).replace("127.0.0.1", "127.0.0.2")
        result = Email(address).send(a_mail())

    why = "The mail server offers no encryption, so it gets no password from us"
    assert result == Refused(why)
    assert [line.split()[0] for line in server.lines] == [b"ehlo"]


def test_a_wrong_password_is_refused_in_words():
    with mail_server(authenticator=check, auth_require_tls=False) as (port, kept):
        result = Email(url(port, login="desk%40example.com:wrong@")).send(a_mail())

    assert result == Refused("The mail server refused the user or password (535)")
    assert kept.mails == []


def test_somebody_the_server_does_not_know_does_not_keep_it_from_the_others():
    with mail_server() as (port, kept):
        kept.refused = {PEOPLE[1]: "550 no such mailbox"}
        result = Email(url(port)).send(a_mail())

    assert result == Delivered({"mailed": 1, "left_out": {PEOPLE[1]: "550"}})
    assert kept.recipients == [[PEOPLE[0]]]


@pytest.mark.parametrize(
    ("answer", "result"),
    [
        ("550 we want no such mail", Refused("The mail server answered 550: we want no such mail")),
        ("451 greylisted", TryAgain("The mail server answered 451: greylisted")),
    ],
)
def test_what_the_server_says_to_the_mail_decides(answer, result):
    with mail_server() as (port, kept):
        kept.answer = answer
        assert Email(url(port)).send(a_mail()) == result


@pytest.mark.parametrize(
    ("said", "result"),
    [
        (["554 go away"], Refused("The mail server answered 554: go away")),
        (["421 too busy"], TryAgain("The mail server answered 421: too busy")),
        (
            ["220 hi", "250 mail", "452 full"],
            TryAgain("The mail server answered 452: full"),
        ),
        (["220 hi", "250 mail", "250 ok", "553 who?", "450 later"], TryAgain),
        (["220 hi", None], TryAgain("The mail server did not answer")),
        ([None], TryAgain("The mail server could not be reached")),
        (["HTTP/1.1 400 Bad Request"], TryAgain),
    ],
)
def test_whatever_a_server_says_first_is_no_reason_to_doubt(said, result):
    with Scripted(*said) as server:
        found = Email(url(server.port), read_timeout=SHORT).send(a_mail())

    assert found == result or (isinstance(result, type) and isinstance(found, result))
    assert not getattr(found, "ambiguous", False)


@pytest.mark.parametrize("end", [30, None])
def test_a_mail_that_was_on_its_way_may_have_arrived(end):
    said = ["220 hi", "250 mail", "250 ok", "250 ok", "250 ok", "354 go on", end]
    with Scripted(*said) as server:
        result = Email(url(server.port), read_timeout=SHORT).send(a_mail())

    assert result == TryAgain("The mail server did not answer", ambiguous=True)


def test_a_server_that_drips_is_cut_when_its_time_is_up():
    with Scripted("220 hi", "250 " + "x" * 500, drip=0.05) as server:
        notifier = Email(url(server.port))
        once_heard(server, notifier.close)
        began = time.monotonic()
        result = notifier.send(a_mail())

    assert result == TryAgain("The mail server did not answer")
    assert time.monotonic() - began < IN_TIME


def test_a_server_that_says_nothing_is_left_in_time():
    with socket.create_server(("127.0.0.1", 0)) as mute:
        began = time.monotonic()
        result = Email(url(mute.getsockname()[1]), read_timeout=AT_ONCE).send(a_mail())

    assert result == TryAgain("The mail server could not be reached")
    assert time.monotonic() - began < IN_TIME


def test_where_nobody_listens_it_is_tried_again():
    result = Email(url(free_port())).send(a_mail())

    assert result == TryAgain("The mail server could not be reached")


@pytest.mark.parametrize(
    "wrong", ["localhost:25", "http://mail.example", "smtp://", "smtp://mail.example:many"]
)
def test_an_address_that_is_none_is_said_and_nothing_is_tried(wrong):
    result = Email(wrong).send(a_mail())

    assert isinstance(result, NotSent)
    assert "SMTP_URL" in result.reason


def test_without_anybody_to_mail_there_is_nothing_to_send():
    result = Email(url(free_port())).send(a_mail(settings={"to": ["nobody at home"]}))

    assert result == Refused("There is nobody to mail")
