#!/usr/bin/env python3
"""What a visitor may keep of a choice. Proofs are checked by code that is not
ours. Writes TAP; BUILD names the folder of the programs."""

import glob
import json
import os
import sys

from stage import HERE, Message, Stage, expect, play

sys.path.insert(0, os.path.join(HERE, "..", "ctl"))
import tlog     # noqa: E402

POST = ["POST /.consent/choice HTTP/1.1",
        "Content-Type: application/x-www-form-urlencoded"]


def choose(stage, form, cookie=None):
    """Answers with Consent-Entry and the cookie."""
    client = stage.client()
    lines = POST + ([f"Cookie: {cookie}"] if cookie else [])
    stage.ask(client, lines + [f"Content-Length: {len(form)}"],
              form.encode())
    answer = Message(client)
    expect("303", answer.start.split()[1])
    token = [each.split(";")[0] for each in answer.values("Set-Cookie")]
    return int(value(answer, "Consent-Entry")), token[0]


def value(answer, name):
    return ", ".join(answer.values(name))


def get(stage, target, *lines):
    client = stage.client()
    stage.ask(client, [f"GET {target} HTTP/1.1", *lines])
    return Message(client)


def key_of(stage):
    path, = glob.glob(os.path.join(stage.daemon.folder,
                                   "keys/*.ed25519.pem"))
    return tlog.write_vkey(tlog.public_key(path), "library.example/consent")


def holds(receipt, key):
    try:
        tlog.check_receipt(json.dumps(receipt), key)
    except (AssertionError, ValueError):
        return False
    return True


def a_grant_has_its_receipt():
    """R-22: the visitor's own entry, by the token alone."""
    with Stage() as stage:
        seq, token = choose(stage, "action=accept")
        answer = get(stage, "/.consent/receipt", f"Cookie: {token}")
        expect("200", answer.start.split()[1])
        expect("no-store", value(answer, "Cache-Control"))
        expect(f'attachment; filename="consent-receipt-{seq}.json"',
               value(answer, "Content-Disposition"))
        receipt = json.loads(answer.body)
        entry = json.loads(receipt["entry"])
        expect((seq, "accept"), (entry["seq"], entry["act"]))
        key = key_of(stage)
        expect(True, holds(receipt, key))
        for name in receipt:
            for at in range(0, len(receipt[name]), 97):
                bent = dict(receipt)
                text = receipt[name]
                other = "A" if text[at] != "A" else "B"
                bent[name] = text[:at] + other + text[at + 1:]
                expect((name, at, False), (name, at, holds(bent, key)))


def nobody_else_gets_it():
    """R-25: by its number only what names nobody is given away."""
    with Stage() as stage:
        seq, token = choose(stage, "action=accept")
        refused, cookie = choose(stage, "action=reject")
        expect("404", get(stage, f"/.consent/receipt?seq={seq}")
               .start.split()[1])
        expect("404", get(stage, "/.consent/receipt").start.split()[1])
        expect("404", get(stage, "/.consent/receipt", f"Cookie: {cookie}")
               .start.split()[1])
        for query in ("seq=0", "seq=999999", "seq=-1", "seq=x", "other=1"):
            expect((query, "404"), (query, get(
                stage, f"/.consent/receipt?{query}").start.split()[1]))
        answer = get(stage, f"/.consent/receipt?seq={refused}")
        receipt = json.loads(answer.body)
        expect(True, holds(receipt, key_of(stage)))
        expect("reject", json.loads(receipt["entry"])["act"])


def it_survives_a_notary():
    """What was signed by one is proven by the next."""
    with Stage() as stage:
        _, token = choose(stage, "action=accept")
        first = json.loads(get(stage, "/.consent/receipt",
                               f"Cookie: {token}").body)
        stage.kill("notary")
        second = json.loads(get(stage, "/.consent/receipt",
                                f"Cookie: {token}").body)
        expect(first["entry"], second["entry"])
        for receipt in (first, second):
            expect(True, holds(receipt, key_of(stage)))


def the_page_of_choices_leads_to_it():
    with Stage() as stage:
        link = b'<a download href="/.consent/receipt'
        seq, token = choose(stage, "action=accept")
        expect(True, link + b'">' in get(
            stage, "/.consent/", f"Cookie: {token}").body)
        expect(False, link in get(stage, "/.consent/").body)
        refused, cookie = choose(stage, "action=reject")
        page = get(stage, f"/.consent/?saved={refused}", f"Cookie: {cookie}")
        expect(True, link + f'?seq={refused}">'.encode() in page.body)


def asking_too_often_is_told():
    with Stage(["limits : { choices = 4; };"]) as stage:
        refused, _ = choose(stage, "action=reject")
        codes = [get(stage, f"/.consent/receipt?seq={refused}")
                 .start.split()[1] for _ in range(4)]
        expect(["200", "200", "200", "429"], codes)


if __name__ == "__main__":
    sys.exit(play((a_grant_has_its_receipt, nobody_else_gets_it,
                  it_survives_a_notary, the_page_of_choices_leads_to_it,
                  asking_too_often_is_told)))
