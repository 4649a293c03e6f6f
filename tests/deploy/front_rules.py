"""What every recipe must do, whatever stands in front of consentd."""

from front import HOST, VISITOR
from tap import Broken, expect

FORGED = {"X_Forwarded_For": "203.0.113.9", "X_Forwarded_Proto": "http",
          "X_Real_IP": "203.0.113.9", "Forwarded": "for=203.0.113.9",
          "Consent": "essential, analytics", "Cookie": "_ga=GA1.1.1.1; lang=en"}


def trackers_are_withheld(front):
    answer = front.ask("/", Cookie="_ga=GA1.1.1.1; lang=en")
    expect((200, False, True),
           (answer.status, answer.has_tracker, answer.has_notice))
    expect([], [row for row in answer.fields.get_all("Set-Cookie") or ()
                if row.startswith("_ga=1")])
    expect(["lang=en"], front.arrived("/")["cookie"])


def address_and_scheme_arrive(front, hops):
    """What a visitor makes up does not: hops are those that the site sees."""
    front.ask("/address", **FORGED)
    found = front.arrived("/address")
    expect([", ".join([VISITOR, *hops])], found["x-forwarded-for"])
    expect(["https"], found["x-forwarded-proto"])
    expect([HOST], found["host"])
    for name in ("x-real-ip", "forwarded"):
        expect((name, None), (name, found.get(name)))


def choices_work(front):
    cookies = front.choose("accept")
    answer = front.ask("/chosen", Cookie=cookies)
    expect((True, False), (answer.has_tracker, answer.has_notice))
    cookies = front.choose("withdraw", cookies)
    expect(False, front.ask("/chosen", Cookie=cookies).has_tracker)
    cookies = front.choose("reject")
    answer = front.ask("/chosen", Cookie=cookies)
    expect((False, False), (answer.has_tracker, answer.has_notice))


def nothing_passes_consentd(front):
    """Whatever is asked for, the site hears it from consentd alone."""
    before = len(front.site.heads)
    paths = ("/a", "//b", "/c/../d", "/%2e%2e/e", "/.well-known/x", "/f?g=h",
             "/readyz", "/metrics", "/healthz")
    for path in paths:
        for method in ("GET", "POST"):
            front.ask(path, method, b"x" if method == "POST" else None,
                      **FORGED)
    heads = front.site.heads[before:]
    if len(heads) < 2 * len(paths) - 4:
        raise Broken(f"{len(heads)} requests arrived")
    for path, fields in heads:
        told = [value for name, value in fields if name.lower() == "consent"]
        if told != ["essential"]:
            raise Broken(f"{path} arrived with Consent: {told}")


def plain_http_is_sent_to_tls(front):
    answer = front.ask("/plain", plain=True)
    expect((308, f"https://{HOST}/plain"),
           (answer.status, answer.fields["Location"]))
