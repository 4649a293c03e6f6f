#!/usr/bin/env python3
"""consentctl diff: a case for each kind of change; TAP on stdout."""

import json
import os
import re
import subprocess
import tempfile

CTL = os.path.join(os.environ.get("BUILD", "build/release"), "consentctl")

POLICY = """version = "1";
unknown_cookie = "analytics";
third_parties = "listed";
categories = ( { id = "essential"; required = true; },
               { id = "analytics"; }, { id = "marketing"; } );
vendors = ( "mine" );
sensitive = ( "/account*" );
cookies = (
  { name = "_x*"; category = "analytics"; lifetime = "2 days"; },
  { name = "ad"; category = "marketing"; },
  { name = "s"; category = "essential"; ground = "requested";
    purpose = "Signs you in"; } );
resources = (
  { host = "ads.example"; category = "marketing"; },
  { host = "cdn.example"; category = "essential"; },
  { path = "/collect*"; category = "analytics"; },
  { inline = "myTracker("; category = "analytics"; } );
"""

MINE = """name = "Mine"; provider = "Us"; category = "analytics";
purpose = "Counts";
hosts = "mine.example";
inline = "mine.push(";
cookies = ( "_mine" );
storage = ( "mine-key" );
"""

OTHER = """name = "Other"; provider = "Them"; category = "marketing";
purpose = "Sells";
hosts = ( "other.example", "more.example/p*" );
cookies = ( "_other", { name = "_oid"; lifetime = "1 year"; } );
"""


def write(folder, name, text):
    path = os.path.join(folder, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    return path


def run(*args):
    done = subprocess.run([CTL, "diff", *args], text=True, timeout=60,
                          capture_output=True, check=False)
    return done.returncode, done.stdout, done.stderr


class Pair:
    """Two policies, each with its vendors beside it."""

    def __init__(self, folder):
        self.old = self.put(folder, "old", POLICY, MINE)
        self.folder = folder

    @staticmethod
    def put(folder, name, policy, mine):
        write(folder, f"{name}/vendors/mine.conf", mine)
        write(folder, f"{name}/vendors/other.conf", OTHER)
        return write(folder, f"{name}/policy.conf", policy)

    def become(self, *edits, mine=MINE, bump=True):
        """The answer, as JSON and as text, about a policy with edits."""
        text = POLICY
        for before, after in edits:
            assert before in text, before
            text = text.replace(before, after)
        if bump:
            text = text.replace('version = "1"', 'version = "2"')
        new = self.put(self.folder, "new", text, mine)
        code, out, err = run("--json", self.old, new)
        assert err == "" and code in (0, 1), (code, err)
        answer = json.loads(out)
        assert answer["changed"] == (code == 1), out
        code_of_text, words, err = run(self.old, new)
        assert (code_of_text, err) == (code, ""), (words, err)
        assert len(words.encode()) < 4096, words
        return answer, words


def asked(answer):
    return [a["category"] for a in answer["answers"] if a["asked_again"]]


def reasons(answer, category):
    return {(r["fact"], r["name"] if "name" in r else "", r["change"])
            for a in answer["answers"] if a["category"] == category
            for r in a["reasons"]}


def things(answer):
    return {(t["kind"], t.get("name") or t.get("host") or t.get("path")):
            (t["before"]["category"], t["after"]["category"])
            for t in answer["things"]}


def row(words, what):
    """The cells of a row of the table."""
    for line in words.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        if cells[0] == what:
            return cells[1:]
    raise AssertionError(f"no row {what}:\n{words}")


def check_same_policy_is_no_change(pair):
    answer, words = pair.become(bump=False)
    assert not answer["changed"] and asked(answer) == []
    assert "it is the same policy" in words, words
    assert not answer["version_unchanged"]


def check_rules_that_move_are_no_change(pair):
    answer, words = pair.become(
        ('  { name = "ad"; category = "marketing"; },\n', ""),
        ('cookies = (', 'cookies = (\n { name = "ad"; category = '
         '"marketing"; },'), bump=False)
    assert not answer["changed"], answer
    assert "and nobody is asked again." in words, words


def check_a_rule_that_decides_the_same_is_no_change(pair):
    answer, _ = pair.become(
        ("resources = (", 'resources = ( { host = "x.ads.example"; '
         'path = "/y*"; category = "marketing"; },'
         '{ path = "/collect/a"; category = "analytics"; },'
         '{ host = "img.example"; category = "essential"; },'))
    assert answer["things"] == [], answer["things"]


def check_cookie_moves(pair):
    answer, words = pair.become(
        ('"ad"; category = "marketing"', '"ad"; category = "analytics"'))
    assert things(answer) == {("cookie", "ad"): ("marketing", "analytics")}
    assert asked(answer) == ["analytics", "marketing"]
    assert reasons(answer, "analytics") == {("cookie", "ad", "new")}
    assert reasons(answer, "marketing") == {("cookie", "ad", "gone")}
    cells = row(words, "cookie `ad`")
    assert cells[:2] == ["marketing", "analytics"], cells
    assert re.fullmatch(r".*/new/policy\.conf:10", cells[2]), cells
    assert "cookie `ad` is new" in words and "cookie `ad` is gone" in words


def check_cookie_comes_and_goes(pair):
    answer, words = pair.become(
        ('  { name = "ad"; category = "marketing"; },\n',
         '  { name = "promo"; category = "marketing"; },\n'))
    assert things(answer) == {
        ("cookie", "ad"): ("marketing", "analytics"),
        ("cookie", "promo"): ("analytics", "marketing")}
    assert row(words, "cookie `promo`")[0] == "analytics (unnamed)"
    assert row(words, "cookie `ad`")[2].startswith("was ")
    assert asked(answer) == ["marketing"]
    assert "- `analytics`: nobody, answers stand" in words, words


def check_glob_narrows(pair):
    answer, _ = pair.become(
        ('"_x*"; category = "analytics"', '"_xy*"; category = "marketing"'))
    assert things(answer) == {("cookie", "_xy*"): ("analytics", "marketing")}


def check_host_comes_goes_and_moves(pair):
    answer, words = pair.become(
        ("resources = (", 'resources = ( { host = "new.example"; category = '
         '"analytics"; },'),
        ('"ads.example"; category = "marketing"',
         '"ads.example"; category = "analytics"'))
    assert things(answer) == {
        ("resource", "new.example"): (None, "analytics"),
        ("resource", "ads.example"): ("marketing", "analytics")}
    assert row(words, "host `new.example`")[:2] == ["passes", "analytics"]
    assert ("host", "new.example", "new") in reasons(answer, "analytics")
    answer, words = pair.become(
        ('  { host = "ads.example"; category = "marketing"; },\n', ""))
    assert row(words, "host `ads.example`")[:2] == ["marketing", "passes"]


def check_path_narrows_without_asking(pair):
    answer, words = pair.become(('"/collect*"', '"/collect/v2*"'))
    assert things(answer) == {
        ("resource", "/collect*"): ("analytics", None)}, answer["things"]
    assert asked(answer) == []
    assert row(words, "path `/collect*`")[:2] == ["analytics", "passes"]


def check_methods_are_told_apart(pair):
    answer, words = pair.become(
        ('{ path = "/collect*"; ',
         '{ path = "/collect*"; method = [ "POST", "PUT" ]; '))
    # what was any method's is the two's alone now: a page's own are not
    assert row(words, "path `/collect*`")[:2] == ["analytics", "passes"]
    assert all("method" not in t for t in answer["things"])
    answer, words = pair.become(
        ('resources = (', 'resources = ( { path = "/beat"; method = "POST"; '
         'category = "marketing"; },'))
    assert [t["method"] for t in answer["things"]] == ["POST"]
    assert row(words, "path `/beat`, POST")[:2] == ["passes", "marketing"]


def check_inline_text_changes(pair):
    answer, words = pair.become(("myTracker(", "yourTracker("))
    assert things(answer) == {
        ("inline", "myTracker("): ("analytics", None),
        ("inline", "yourTracker("): (None, "analytics")}
    assert row(words, "inline `myTracker(`")[:2] == ["analytics", "passes"]
    assert asked(answer) == []


def check_vendor_comes(pair):
    answer, words = pair.become(('( "mine" )', '( "mine", "other" )'))
    assert answer["vendors"] == [
        {"vendor": "other", "before": None, "after": "marketing",
         "mode_after": "enforce"}]
    assert ("- `other` (Them) is **new** in marketing: 2 cookies, "
            "2 addresses\n") in words, words
    assert "|" not in words, words
    assert len(answer["things"]) == 4, answer["things"]
    assert asked(answer) == ["marketing"]
    assert ("- `marketing`: **everybody who answered**: vendor `other` is "
            "new\n") in words, words
    assert ("cookie", "_oid", "new") in reasons(answer, "marketing")


def check_vendor_goes(pair):
    answer, words = pair.become(("vendors = ( \"mine\" );\n", ""))
    assert answer["vendors"] == [
        {"vendor": "mine", "before": "analytics", "after": None,
         "mode_before": "enforce"}]
    assert ("- `mine` (Us) is **gone** from analytics: 1 cookie, 1 address, "
            "1 inline text, 1 storage key\n") in words, words
    assert asked(answer) == ["analytics"]


def check_vendor_moves(pair):
    answer, words = pair.become(
        ('( "mine" )', '( { name = "mine"; category = "marketing"; } )'))
    assert answer["vendors"] == [
        {"vendor": "mine", "before": "analytics", "after": "marketing",
         "mode_before": "enforce", "mode_after": "enforce"}]
    assert "**moves** from analytics to marketing" in words, words
    assert "|" not in words and len(answer["things"]) == 4, words
    assert asked(answer) == ["analytics", "marketing"]


def check_vendor_file_changes(pair):
    answer, words = pair.become(mine=MINE.replace(
        'hosts = "mine.example"', 'hosts = ( "mine.example", "m2.example" )')
        .replace('"mine-key"', '"other-key"'))
    assert things(answer) == {
        ("resource", "m2.example"): (None, "analytics"),
        ("storage", "mine-key"): ("analytics", None),
        ("storage", "other-key"): (None, "analytics")}
    assert row(words, "storage `mine-key`")[:2] == ["analytics", "passes"]
    assert reasons(answer, "analytics") == {
        ("storage", "mine-key", "gone"), ("storage", "other-key", "new")}
    answer, words = pair.become(mine=MINE.replace('"Us"', '"Them"'))
    assert reasons(answer, "analytics") == {("vendor", "mine", "changed")}
    assert ('- `provider of vendor mine`: "Us" → "Them"') in words, words
    assert "has another provider or other purposes" in words, words


def check_lifetime_asks_again(pair):
    answer, words = pair.become(("2 days", "30 days"))
    assert answer["things"] == [] and asked(answer) == ["analytics"]
    assert "cookie `_x*` lives 30 days, not 2 days" in words, words
    answer, _ = pair.become(("2 days", "48 hours"))
    assert asked(answer) == [] and answer["words"] == [
        {"text": "lifetime of cookie _x*", "before": "2 days",
         "after": "48 hours"}]


def check_words_alone_ask_nobody(pair):
    answer, words = pair.become(("Signs you in", "Keeps you in"), bump=False)
    assert answer["changed"] and asked(answer) == []
    assert not answer["version_unchanged"] and "Warning" not in words
    assert ('- `purpose of cookie s`: "Signs you in" → "Keeps you in"'
            ) in words, words


def check_switches(pair):
    for before, after, name, was, now in (
            ('third_parties = "listed"', 'third_parties = "unlisted"',
             "third_parties", "listed", "unlisted"),
            ('version', 'csp = "report"; version', "csp", "off", "report"),
            ('version', 'guard = false; version', "guard", "true", "false"),
            ('version', 'signals : { gpc = "ignore"; }; version',
             "signals.gpc", "reject", "ignore"),
            ('version', 'signals : { dnt = "reject"; }; version',
             "signals.dnt", "ignore", "reject"),
            ('version', 'past_limit = "pass"; version', "past_limit", "cut",
             "pass"),
            ('version', 'inline_limit = "1M"; version', "inline_limit",
             "2097152", "1048576"),
            ('"marketing"; }', '"marketing"; mode = "report"; }',
             "mode of marketing", "enforce", "report"),
            ('"marketing"; }', '"marketing"; action = "placeholder"; }',
             "action of marketing", "remove", "placeholder"),
            ('sensitive = ( "/account*" );', "", "sensitive /account*",
             "only essential things", None),
            ('"/account*"', '"/account*", "/shop*"', "sensitive /shop*",
             None, "only essential things"),
            ('unknown_cookie = "analytics"', 'unknown_cookie = "marketing"',
             "unknown_cookie", "analytics", "marketing")):
        edits = [(before, after)]
        if name.startswith(("mode", "action")):
            edits = [(f"id = {before}", f"id = {after}")]
        answer, words = pair.become(*edits)
        found = {s["switch"]: (s["before"], s["after"])
                 for s in answer["switches"]}
        assert found.get(name) == (was, now), (name, found)
        assert f"- `{name}`" in words, words


def check_mode_and_action_of_a_category(pair):
    answer, words = pair.become(
        ('id = "marketing"; }',
         'id = "marketing"; mode = "report"; action = "placeholder"; }'))
    # what goes with its category is told there, and not again for each
    assert "|" not in words, words
    assert things(answer) == {
        ("cookie", "ad"): ("marketing", "marketing"),
        ("resource", "ads.example"): ("marketing", "marketing")}
    assert asked(answer) == []


def check_mode_of_a_rule(pair):
    answer, words = pair.become(
        ('"ads.example"; category = "marketing"; ',
         '"ads.example"; category = "marketing"; mode = "report"; '))
    assert row(words, "host `ads.example`")[:2] == [
        "marketing", "marketing, only reported"], words
    assert asked(answer) == []
    assert answer["things"][0]["after"]["mode"] == "report"


def check_mode_of_a_vendor(pair):
    answer, words = pair.become(
        ('( "mine" )', '( { name = "mine"; mode = "report"; } )'))
    assert answer["vendors"] == [
        {"vendor": "mine", "before": "analytics", "after": "analytics",
         "mode_before": "enforce", "mode_after": "report"}]
    assert ("- `mine` (Us) is **only reported** now, in analytics: 1 cookie, "
            "1 address, 1 inline text, 1 storage key\n") in words, words
    assert "|" not in words and asked(answer) == [], words


def check_unknown_cookies_ask_again(pair):
    answer, words = pair.become(
        ('unknown_cookie = "analytics"', 'unknown_cookie = "marketing"'))
    assert reasons(answer, "marketing") == {("unknown", "", "new")}
    assert "cookies that no rule names are of it now" in words, words


def check_categories_come_and_go(pair):
    answer, words = pair.become(
        ('{ id = "marketing"; } )', '{ id = "ads"; } )'),
        ('category = "marketing"', 'category = "ads"'))
    assert asked(answer) == ["ads"], answer["answers"]
    assert "- `category ads` is **new**: needs consent" in words, words
    assert "- `category marketing` is **gone**, was: needs consent" in words
    assert "- `ads`: **everybody**: nobody answered it yet" in words, words
    assert "- `marketing`: nobody, it asks no more" in words, words


def check_revision_asks_again(pair):
    answer, words = pair.become(
        ('id = "marketing"; }', 'id = "marketing"; revision = 2; }'))
    assert asked(answer) == ["marketing"] and answer["changed"]
    assert "- `marketing`: **everybody who answered**: its `revision` is 2" \
        in words, words


def check_version_must_follow_the_meaning(pair):
    edit = ('"ads.example"', '"ads2.example"')
    answer, words = pair.become(edit, bump=False)
    assert answer["version_unchanged"] is True
    assert words.startswith(
        "## Policy 1\n\n> **Warning:** the meaning changed and "
        "`policy.version` is still \"1\":\n"), words
    answer, words = pair.become(edit)
    assert answer["version_unchanged"] is False
    assert words.startswith("## Policy 1 → 2\n\n###"), words


def check_many_facts_stay_short(pair):
    more = "".join(f'{{ name = "c{i}"; category = "marketing"; }}, '
                   for i in range(20))
    answer, words = pair.become(("cookies = (", f"cookies = ( {more}"))
    assert len(reasons(answer, "marketing")) == 20
    assert "; and 16 more\n" in words, words


def check_configurations_are_compared_too(pair):
    conf = """listen = "127.0.0.1:0"; upstream = "http://127.0.0.1:9";
site = "https://library.example";
policy : {{
@include "{}/policy.conf"
}};
vendor_directory = "old/vendors";
"""
    pair.become(('"ads.example"', '"ads2.example"'))
    old = write(pair.folder, "old.conf", conf.format("old"))
    new = write(pair.folder, "new.conf", conf.format("new"))
    code, out, err = run(old, new)
    assert code == 1 and "host `ads2.example`" in out, (out, err)
    assert run(old, old)[0] == 0


def check_bad_input_is_told(pair):
    code, out, err = run(pair.old)
    assert (code, out) == (2, "") and "usage: consentctl diff" in err
    code, out, err = run(pair.old, os.path.join(pair.folder, "none.conf"))
    assert (code, out) == (2, "") and "none.conf" in err, err
    bad = write(pair.folder, "bad.conf", POLICY.replace("version", "verson"))
    code, out, err = run(bad, pair.old)
    assert (code, out) == (2, "") and "did you mean" in err, err


def main():
    checks = [value for name, value in sorted(globals().items())
              if name.startswith("check_")]
    print(f"1..{len(checks)}")
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        pair = Pair(folder)
        for number, check in enumerate(checks, 1):
            name = check.__name__[len("check_"):].replace("_", " ")
            try:
                check(pair)
                print(f"ok {number} - {name}")
            except (AssertionError, KeyError, ValueError) as error:
                failed = True
                print(f"not ok {number} - {name}\n# {error!r}")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
