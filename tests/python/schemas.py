"""Holds messages against the published schemas of ISO 20022.

Reads {"valid": {name: text}, "broken": {name: text}} and fails unless every valid message is valid
and every broken one is not. The schemas are the files in the packages that schemas.txt names.
"""

import json
import sys
from importlib.metadata import files

from lxml import etree

PREFIX = "urn:iso:std:iso:20022:tech:xsd:"


def schemas():
    """Each schema by its namespace."""
    found = {}
    for package in ("camt053", "pain001"):
        for file in files(package) or []:
            if file.name.startswith(("pain.00", "camt.05")) and file.name.endswith(".xsd"):
                found.setdefault(PREFIX + file.name.removesuffix(".xsd"), file.locate())
    return found


def wrong(known, text):
    """What the schema of the message has against it."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    document = etree.fromstring(text.encode(), parser)
    namespace = etree.QName(document).namespace
    if namespace not in known:
        return [f"no schema for {namespace}"]
    schema = etree.XMLSchema(etree.parse(str(known[namespace]), parser))
    schema.validate(document)
    return [f"line {error.line}: {error.message}" for error in schema.error_log]


def main():
    known = schemas()
    stage = json.load(sys.stdin)
    failed = False
    for name, text in stage["valid"].items():
        found = wrong(known, text)
        print(f"{name}: {'valid' if not found else found}")
        failed = failed or bool(found)
    for name, text in stage["broken"].items():
        found = wrong(known, text)
        print(f"{name}: {'refused' if found else 'NOT REFUSED'}")
        failed = failed or not found
    print(f"{len(stage['valid'])} messages held against {len(known)} schemas")
    sys.exit(1 if failed or not stage["valid"] else 0)


main()
