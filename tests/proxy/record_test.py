#!/usr/bin/env python3
"""A consent record after ISO/IEC TS 27560 out of nothing but a log's
directory, as docs/LEDGER.md maps it. Writes TAP; BUILD names the folder of the
programs."""

import glob
import hashlib
import json
import os
import re
import sys

from stage import Message, Stage, expect, play

POST = ["POST /.consent/choice HTTP/1.1",
        "Content-Type: application/x-www-form-urlencoded",
        "User-Agent: secret-browser/9", "Referer: https://library.example/"
        "secret-page", "X-Forwarded-For: 203.0.113.9"]
CONFIG = ['notice = { controller = "Library Foundation"; contact = '
          '"mailto:privacy@library.example"; policy_url = "/privacy"; '
          'address = "1 Long Street, Ankara"; jurisdiction = "EU TR"; '
          'languages = [ "en", "tr" ]; }',
          'log = { retain_days = 400; }', 'trusted = "127.0.0.1"']


def choose(stage, form, cookie=None):
    client = stage.client()
    lines = POST + ([f"Cookie: {cookie}"] if cookie else [])
    stage.ask(client, lines + [f"Content-Length: {len(form)}"],
              form.encode())
    answer = Message(client)
    expect("303", answer.start.split()[1])
    return answer.values("Set-Cookie")[0].split(";")[0]


def read_text(log, kind, digest):
    with open(f"{log}/{kind}/{digest}.json", "rb") as file:
        text = file.read()
    expect(digest, hashlib.sha256(text).hexdigest())
    return json.loads(text)


def record(log, entry):
    """The record of one choice. A field that has no source raises."""
    policy = read_text(log, "policies", entry["policy"])
    notice = read_text(log, "notices", entry["notice"])
    terms = notice["terms"]
    kinds = entry["granted"] + entry["denied"]
    return {
        "header": {
            "schema_version": entry["version"], "record_id": entry["id"],
            "pii_principal_id": entry.get("sub")},
        "processing": {
            "privacy_notice": [entry["notice"], notice["policy_url"]],
            "language": [entry["lang"], notice["lang"]],
            "purposes": [{
                "purpose": kind,
                "text": notice["banner"],
                "rules": [rule for rule in policy["rules"]
                          if rule["category"] == kind]} for kind in kinds],
            "lawful_basis": terms["basis"],
            "pii_information": policy["rules"],
            "sensitive_pii_category": policy["sensitive"],
            "pii_controllers": notice["controller"],
            "recipient_third_parties": policy["vendors"],
            "collection_method": [entry["act"], entry["via"]],
            "retention_period": [terms["lifetime_days"],
                                 terms["retain_days"]],
            "jurisdiction": terms["jurisdiction"],
            "withdrawal_method": [terms["withdraw"], notice["control"]]},
        "party": {
            "party_id": notice["site"], "party_name": notice["controller"],
            "party_address": terms["address"],
            "party_contact": notice["contact"]},
        "event": {
            "event_time": entry["time"],
            "validity_duration": terms["lifetime_days"],
            "entity_id": [entry["node"], entry["kid"]],
            "event_type": [entry["act"], entry["signal"]],
            "event_state": {"given": entry["granted"],
                            "refused": entry["denied"]}}}


def choices(log):
    found = []
    for path in sorted(glob.glob(f"{log}/entries/*.jsonl")):
        with open(path, encoding="utf-8") as file:
            found += [entry for entry in map(json.loads, file)
                      if entry.get("type") == "choice"]
    return found


def every_field_is_there():
    """R-26: and it is what the configuration and the visitor said."""
    with Stage(CONFIG) as stage:
        log = os.path.join(stage.daemon.folder, "log")
        cookie = choose(stage, "action=choose&category=ads&lang=tr")
        choose(stage, "action=withdraw", cookie)
        choose(stage, "action=reject")
        chosen, withdrawn, refused = choices(log)
        found = record(log, chosen)
        for part in ("header", "processing", "party", "event"):
            for name, what in found[part].items():
                if name != "recipient_third_parties":   # this site has none
                    expect((name, True), (name, bool(what)))
        expect(["tr", "tr"], found["processing"]["language"])
        expect("EU TR", found["processing"]["jurisdiction"])
        expect([185, 400], found["processing"]["retention_period"])
        expect("/.consent", found["processing"]["withdrawal_method"][0])
        expect({"party_id": "library.example",
                "party_name": "Library Foundation",
                "party_address": "1 Long Street, Ankara",
                "party_contact": "mailto:privacy@library.example"},
               found["party"])
        expect({"given": ["ads"], "refused": ["analytics"]},
               found["event"]["event_state"])
        expect(found["header"]["pii_principal_id"],
               record(log, withdrawn)["header"]["pii_principal_id"])
        expect(None, record(log, refused)["header"]["pii_principal_id"])


def what_is_absent_is_nowhere():
    """R-23: no address, no browser, no page in any file of the log."""
    with Stage(CONFIG) as stage:
        log = os.path.join(stage.daemon.folder, "log")
        choose(stage, "action=accept")
        for folder, _, names in os.walk(log):
            for name in names:
                with open(os.path.join(folder, name), "rb") as file:
                    expect(None, re.search(
                        rb"secret-|203\.0\.113|127\.0\.0\.1", file.read()))


if __name__ == "__main__":
    sys.exit(play([every_field_is_there, what_is_absent_is_nowhere]))
