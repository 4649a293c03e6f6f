#!/usr/bin/env python3
"""The recipe of conf/deploy/cdn: a cache that keeps a page for each set of
choices. Writes TAP; BUILD names the folder of the programs."""

import sys

import front_rules as rules
from nginx_test import Nginx
from tap import expect, play


def main():
    with Nginx("cdn", [("/var/cache/nginx/library", "{folder}/cache")]) as \
            front:
        def seen(path, **fields):
            """Who answered, and whether the page has its tracker."""
            answer = front.ask(path, **fields)
            return answer.fields["Cache-Status"], answer.has_tracker

        def who_did_not_choose_shares_a_copy():
            expect(("MISS", False), seen("/kept"))
            expect(("HIT", False), seen("/kept"))

        def who_chose_has_another():
            cookies = front.choose("accept")
            expect(("MISS", True), seen("/kept", Cookie=cookies))
            expect(("HIT", True), seen("/kept", Cookie=cookies))
            expect(("HIT", False), seen("/kept"))

        def a_refusal_has_no_handle_and_a_copy():
            cookies = front.choose("reject")
            expect(("MISS", False), seen("/kept", Cookie=cookies))
            expect(("HIT", False), seen("/kept",
                                        Cookie=front.choose("reject")))

        def half_a_choice_passes_the_cache_by():
            cookies = front.choose("accept")
            for half in cookies.split("; "):
                status, has_tracker = seen("/kept", Cookie=half)
                expect("BYPASS", status)
                if "variant=" in half:      # a name alone proves nothing
                    expect(False, has_tracker)

        def a_signal_passes_the_cache_by():
            expect(("BYPASS", False), seen("/kept", Sec_GPC="1"))

        def a_made_up_name_spoils_nothing():
            cookies = front.choose("accept")
            name = cookies.split("variant=")[1].split(";")[0]
            forged = "__Host-consent=x; __Host-consent-variant=" + name
            seen("/spoiled", Cookie=forged)
            expect(("MISS", True), seen("/spoiled", Cookie=cookies))
            expect(("MISS", False), seen("/spoiled", Consent_Variant=name))

        def trackers_are_withheld():
            rules.trackers_are_withheld(front)

        def choices_work():
            rules.choices_work(front)

        def nothing_passes_consentd():
            rules.nothing_passes_consentd(front)

        return play((who_did_not_choose_shares_a_copy, who_chose_has_another,
                     a_refusal_has_no_handle_and_a_copy,
                     half_a_choice_passes_the_cache_by,
                     a_signal_passes_the_cache_by,
                     a_made_up_name_spoils_nothing, trackers_are_withheld,
                     choices_work, nothing_passes_consentd))


if __name__ == "__main__":
    sys.exit(main())
