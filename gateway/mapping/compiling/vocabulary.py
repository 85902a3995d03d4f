"""Every word of the mapping language with what it says: what the compiler takes, the reference and the schema list.

A word that stands here and is not compiled, or the other way round, does not exist: compilers take their keys from
these tables. Words only; what they do is in `compile.py`, `sections.py`, `rules.py` and `pairs.py`.
"""

from __future__ import annotations

TOP: dict[str, str] = {
    "map": "a name",
    "note": "words for people",
    "extends": "another map that this one changes: `x12/004010/856`. Mappings are laid over key by key, checks by "
    "`id`, all else as a whole",
    "remove": "what is taken away of what it extends: `[levels.T]`",
    "event": "the event that it makes; `{by: purpose, original: ..., replace: ...}` where a field chooses; "
    "`canonical` where the document is the event",
    "advice": "the advice that it makes, in place of an event",
    "codes": "code tables by name: a file of `codes/`, or codes and what they mean; `use:` adds to a file",
    "file": "how the file is made: delimiter, header, encoding, records, namespaces",
    "group_by": "columns whose equal values put rows into one event",
    "emit": "the loop of which each occurrence makes an event; `{loop: W19, join: true}` makes one event of those "
    "that differ in nothing but their lines",
    "header": "the section of the whole document, before its lines",
    "summary": "the section of the whole document, after its lines",
    "levels": "sections by HL03, nested by their pointers; absent ones are legal",
    "loops": "sections by the segment that opens them, the pointer or path of a list, or `row`",
    "carry": "what the document says once of all its lines",
    "locals": "names of values that are read for expressions and for the choice of the event, and are no field of it",
    "checks": "what must hold",
    "tests": "more about the samples beside the map",
    "ignore": "places that are known and are no fact: not reported as unmapped",
    "faults": "`line`: a fault refuses its line and not the document",
}

SECTION: dict[str, str] = {
    "note": "words for people",
    "into": "the list that it fills; `carry`: its values fall through to the lines below; `split`: it makes the "
    "entries of the loop that it stands in; without it the fields are those of what it stands in",
    "fields": "field -> place, or `{at: place, ...}`, or a list of those, each with its `when`",
    "loops": "sections inside it",
    "repeats": "what repeats without being a loop: segments, or elements in groups",
    "each": "one entry for each such segment (`REF[LS]`), with what follows it",
    "count": "place of the number of entries; what has no segment of its own is an entry as well",
    "set": "fixed values of its entries, by which they are chosen for writing",
    "constants": "place -> text, written where its segment is written anyway",
    "computed": "place -> expression, written only",
    "segments": "order of writing where it is not that of the fields",
    "way": "`read`: another section writes it",
    "when": "expression; entries of which it is false are neither read nor written",
    "most": "how many lines one loop around them holds",
    "otherwise": "`true`: read only where nothing else filled the list",
    "nearest": "segments that a loop which splits does not look for in the loop around it",
    "like": "all as in that loop: `LX.AT7`",
}

REPEAT: dict[str, str] = {
    "each": "segment that repeats: `REF[LS]`",
    "at": "first elements of the groups, where elements of the segment repeat: `[6, 9, 12]`",
    "run": "`true`: what follows a segment, up to the next of its like, is of its entry and of no other",
    **{key: SECTION[key] for key in ("into", "fields", "way", "when", "otherwise", "set", "like")},
}

FIELD: dict[str, str] = {
    "at": "the place, in the format's own tongue; a list for the parts of a value, or for all places of a list",
    "else": "further places, or `carry` (from a level above), `ordinal` (its number), `sender` (who sent it)",
    "as": "the converter; the field's own by default",
    "code": "the code table",
    "unknown": "what becomes of a code that the table does not know: `fault`, `pass` (goes on as sent), `null` (is "
    "not there), `keep` (goes on as `x12:ZZ`, which no table can mean)",
    "xref": "the text identifies a `part`, `unit`, `site`, `location` or `party`: in the partner's words in the "
    "document, in ours in the event, by the cross-references of the document's day; `{of: part, miss: fault}`",
    "required": "`true`: absence is a fault",
    "default": "what absence means",
    "with": "element -> text written beside it; one right before a part that is not written stays away as well",
    "way": "`read`, `write`, `both`, or `beside` (written only into a segment that is written anyway)",
    "split": "the mark that parts several texts in one place",
    "single": "`true`: read only where the segment stands once",
    "read": "expression for what the document does not say",
    "write": "expression for what the event does not say",
    "count": "tag counted in the document (`HL`); read only",
    "unless": "field whose equal makes this one needless to write",
    "when": "expression; where it is false the field is neither read nor written",
    "needs": "written only where that place has a text",
    "minus": "amounts below zero that have no sign: `{at: SAC.01, is: A, else: C}`, `{when: ...}`",
    "less": "expression: the element tells the quantity less this",
    "empty": "texts that mean that nothing is there (`00000000`)",
    "repeat": "XML: the element written again for each text of a list",
    "note": "words for people",
}

XREF: dict[str, str] = {
    "of": "what is identified: `part`, `unit`, `site`, `location`, `party`",
    "qualifier": "of a part: `BP` the buyer's number, `VP` the supplier's own; by default what the place says",
    "within": "field that says of which part a unit is, or in which site a location is",
    "miss": "what becomes of an identifier that nobody knows: `pass` (default: goes on as sent, and its line waits "
    "in the work queue for a cross-reference), `fault` (the document waits there), `null` (is not there, and the "
    "document says so)",
}

CHECK: dict[str, str] = {
    "id": "its name, the code of its fault",
    "level": "HL level whose entries it looks at",
    "loop": "loop whose entries it looks at; a loop inside another as `PO1.SCH`",
    "when": "expression; it is looked at only where this is true",
    "expr": "expression that must not be false",
    "severity": "`fault` (default) refuses, `warn` only tells",
    "text": "what is told",
    "note": "words for people",
}

TEST: dict[str, str] = {
    "in": "name of the sample",
    "out": "name of what it must become",
    "roundtrip": "how it must come back: `bytes`, `canonical` (default), `none`",
    "references": 'what identifiers mean in it, for fields with `xref`: `{part: {"BP:4711": BRK-100}}`',
    "note": "words for people",
}

CONVERTERS: dict[str, str] = {
    "text": "text",
    "decimal": "a decimal number: `10.125`",
    "implied": "digits with implied decimals: `1234` is 12.34 (X12 Nn)",
    "int": "a whole number",
    "boolean": "two texts",
    "date": "a day, as CCYYMMDD or YYMMDD",
    "datetime": "X12: day, time, zone code and century in one to four places",
    "period": "X12: a format and a text in two places (DTM05, DTM06): `D8`, `DT`, `RD8`, ...",
    "iso": "ISO 8601, the day by calendar, week or year; day and time may stand in two places",
    "isodate": "the day of an ISO 8601 time",
    "formatted": "a time or day in a form that is spelled out",
    "duration": "ISO 8601 (`P1DT12H`), or a number and a unit in two places",
    "party": "`qualifier:identifier`, of two places or one",
}

OPTIONS: dict[str, str] = {
    "trim": "`true`: blanks off when read",
    "clip": "words for people: cut to so many characters when written, with blanks for what X12 cannot hold",
    "join": "mark between the texts of several places",
    "upper": "`true`: in upper case, both ways",
    "lower": "`true`: in lower case, both ways",
    "pad": "written with a fill up to so many characters, and read without it",
    "fill": "the fill, a blank by default",
    "side": "side of the fill: `right` (default) or `left`",
    "zero_fill": "digits written with leading zeros up to so many, and read without them",
    "qualifier": "qualifier where the document has none",
    "places": "how many decimals are implied, 2 by default",
    "point": "the decimal point",
    "group": "the mark between thousands",
    "sign": "`last`: the minus stands behind",
    "true": "texts that mean yes; the first is written",
    "false": "texts that mean no; the first is written",
    "whole_days": "`true`: midnight is written as the day alone",
    "place": "field of the party whose zone tells a time that names none",
    "edge": "`start` or `end` of a range",
    "format": "the form, of `CCYY YY MM MMM DD DDD hh mm ss` and marks",
    "in": "unit of the number: `seconds`, `minutes`, `hours`, `days`, `weeks`",
}
