#!/usr/bin/env python3
"""The bill of materials is one by SPDX 2.3, and names what is linked. Writes
TAP; BUILD names the folder of the programs."""

import json
import os
import re
import subprocess
import sys

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
BUILD = os.path.abspath(os.environ.get("BUILD", "build/release"))

# what the schema of SPDX 2.3 wants of a document and of each package
DOCUMENT = {"spdxVersion", "dataLicense", "SPDXID", "name",
            "documentNamespace", "creationInfo", "packages", "relationships"}
PACKAGE = {"SPDXID", "name", "downloadLocation"}
PURPOSES = {"APPLICATION", "LIBRARY", "OTHER"}
IDENTIFIER = re.compile(r"SPDXRef-[A-Za-z0-9.-]+$")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
LOCATOR = re.compile(r"pkg:(deb/debian|npm|generic)/[^@\s]+@[^\s]+$")


def make(**environment):
    return subprocess.run(
        [os.path.join(TOP, "tools/sbom"), BUILD], text=True, check=True,
        capture_output=True, env=dict(os.environ, **environment)).stdout


def needed():
    found = set()
    for name in ("consentd", "consentctl"):
        text = subprocess.run(
            ["readelf", "-dW", os.path.join(BUILD, name)], text=True,
            capture_output=True, check=True).stdout
        found |= set(re.findall(r"\(NEEDED\).*\[lib([a-z0-9]+)", text))
    return found


def locked():
    """What the tests install, by the lock files."""
    found = set()
    for folder in os.listdir(os.path.join(TOP, "tests")):
        path = os.path.join(TOP, "tests", folder, "package-lock.json")
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                found |= {place.rpartition("node_modules/")[2]
                          for place in json.load(file)["packages"] if place}
    return found


def main():
    text = make()
    bill = json.loads(text)
    packages = {row["SPDXID"]: row for row in bill["packages"]}
    ours = [row for row in packages.values()
            if row["primaryPackagePurpose"] == "APPLICATION"]
    libraries = {row["name"] for row in packages.values()
                 if row["primaryPackagePurpose"] == "LIBRARY"}
    tested = {row["name"] for row in packages.values()
              if row["primaryPackagePurpose"] == "OTHER"}
    related = {name for row in bill["relationships"]
               for name in (row["spdxElementId"], row["relatedSpdxElement"])}
    chosen = os.path.exists(os.path.join(TOP, "LICENSE"))
    results = [
        ("a document has what the schema wants",
         DOCUMENT <= bill.keys() and bill["spdxVersion"] == "SPDX-2.3"
         and bill["dataLicense"] == "CC0-1.0"
         and bool(TIME.match(bill["creationInfo"]["created"]))
         and bill["documentNamespace"].startswith("https://")
         and "#" not in bill["documentNamespace"]),
        ("so has each package",
         all(PACKAGE <= row.keys() and IDENTIFIER.match(row["SPDXID"])
             and row["primaryPackagePurpose"] in PURPOSES
             and LOCATOR.match(row["externalRefs"][0]["referenceLocator"])
             for row in packages.values())),
        ("no name is there twice", len(packages) == len(bill["packages"])),
        ("relations are of what is there, and of all of it",
         related == packages.keys() | {"SPDXRef-DOCUMENT"}),
        ("it describes both programs",
         {row["name"] for row in ours} == {"consentd", "consentctl"}),
        ("each library that is linked is of a package",
         all(any(name.rstrip("0123456789") in each for each in libraries)
             for name in needed() - {"asan", "ubsan", "brotlidec",
                                     "brotlienc", "crypto", "z", "m"})),
        ("what tests install is there, and test-only",
         tested == locked() and all(
             row["comment"].startswith("test-only")
             for row in packages.values() if row["name"] in tested)),
        ("a licence is said where the owner chose one, and only there",
         all((row["licenseDeclared"] != "NOASSERTION") == chosen
             for row in ours)),
        ("equal input, equal output", text == make()),
        ("the time can be given", '"1970-01-01T00:00:01Z"'
         in make(SOURCE_DATE_EPOCH="1"))]
    print(f"1..{len(results)}")
    for number, (title, holds) in enumerate(results, 1):
        print(f"{'ok' if holds else 'not ok'} {number} - {title}")
    return not all(holds for _, holds in results)


if __name__ == "__main__":
    sys.exit(main())
