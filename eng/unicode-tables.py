"""Writes the tables of characters under src/Palimpsest.Core/Text/Patterns.

unicode-tokenizers.txt   classes and lower case as the reference tokenizers have them, from a measured list:
                         python3 eng/unicode-tables.py tokenizers <golden>/tokenizers/components/unicode.json
unicode-python.txt       what str's methods know, asked of the Python that runs this (3.11, so that it is Unicode 14.0):
                         python3 eng/unicode-tables.py python
"""
import json
import pathlib
import sys
import unicodedata

FOLDER = pathlib.Path(__file__).parent.parent / "src/Palimpsest.Core/Text/Patterns"
SOURCE = "Derived from the Unicode Character Database (c) Unicode, Inc., Unicode License v3. Made by eng/unicode-tables.py."
FORM = "name: a-b c, a set.  name> a-b+d, each of a to b goes d further; /2, every other one; a=b c, one becomes several. Hexadecimal."
EVERY = [c for c in range(0x110000) if not 0xD800 <= c < 0xE000]


def ranges(codes):
    found = []
    for code in sorted(codes):
        if found and found[-1][1] == code - 1:
            found[-1][1] = code
        else:
            found.append([code, code])
    return found


def set_line(name, codes):
    return f"{name}: " + " ".join(f"{a:X}" if a == b else f"{a:X}-{b:X}" for a, b in ranges(codes))


def map_lines(name, mapping):
    single = sorted((code, ord(text) - code) for code, text in mapping.items() if len(text) == 1)
    parts, i = [], 0
    while i < len(single):
        first, shift = single[i]
        step = 2 if i + 1 < len(single) and single[i + 1] == (first + 2, shift) else 1
        last = first
        while i + 1 < len(single) and single[i + 1] == (last + step, shift):
            last += step
            i += 1
        i += 1
        parts.append(f"{first:X}" + (f"-{last:X}" if last > first else "") + f"{shift:+X}" + ("/2" if step == 2 and last > first else ""))
    several = (f"{name}> {code:X}=" + " ".join(f"{ord(c):X}" for c in text) for code, text in sorted(mapping.items()) if len(text) > 1)
    return [f"{name}> " + " ".join(parts), *several]


def write(name, head, lines):
    text = "\n".join([f"# {head} {SOURCE}", f"# {FORM}", *lines]) + "\n"
    (FOLDER / name).write_text(text, encoding="ascii", newline="\n")


def tokenizers(path):
    data = json.loads(pathlib.Path(path).read_text())

    def codes(part, field):
        ends = ([int(end, 16) for end in item.split("-")] for item in data[part][field])
        return {code for pair in ends for code in range(pair[0], pair[-1] + 1)}

    write("unicode-tokenizers.txt", "Characters as tokenizers 0.23.3 takes them: each table is of the version of Unicode that its library was built with (8, 9 or 17).", [
        set_line("punctuation", codes("bert_pre_tokenizer", "punctuation")),
        set_line("numeric", codes("digits", "numeric")),
        set_line("control", codes("bert_clean_text", "removed")),
        set_line("nonspacing", codes("bert_strip_accents", "removed")),
        set_line("mark", codes("strip_accents", "removed")),
        *map_lines("lower", {int(code, 16): "".join(chr(int(c, 16)) for c in to.split()) for code, to in data["lowercase"]["map"].items()}),
    ])


def python():
    if unicodedata.unidata_version != "14.0.0":
        sys.exit(f"This Python has Unicode {unicodedata.unidata_version}; the table is of 14.0.0 (Python 3.11).")

    def such(rule):
        return {c for c in EVERY if rule(chr(c))}

    def changed(method, otherwise=str):
        return {c: method(chr(c)) for c in EVERY if method(chr(c)) != otherwise(chr(c))}

    write("unicode-python.txt", "Characters as str's methods of Python 3.11 take them: Unicode 14.0.", [
        set_line("alpha", such(str.isalpha)),
        set_line("decimal", such(str.isdecimal)),
        set_line("digit", such(str.isdigit)),
        set_line("numeric", such(str.isnumeric)),
        set_line("printable", such(str.isprintable)),
        set_line("upper", such(str.isupper)),
        set_line("lower", such(str.islower)),
        set_line("title", such(lambda c: unicodedata.category(c) == "Lt")),
        # What str.title and str.lower (for a final sigma) hold for cased and for letters that do not count: not shown, but asked.
        set_line("cased", such(lambda c: (c + "a").title().endswith("a"))),
        set_line("ignorable", such(lambda c: ("A" + c + "\u03A3").lower().endswith("\u03C2") and not (c + "\u03A3").lower().endswith("\u03C2"))),
        *map_lines("lower", changed(str.lower)),
        *map_lines("upper", changed(str.upper)),
        *map_lines("title", changed(str.title, str.upper)),
        *map_lines("fold", changed(str.casefold)),
    ])


if __name__ == "__main__":
    if sys.argv[1:2] == ["tokenizers"] and len(sys.argv) == 3:
        tokenizers(sys.argv[2])
    elif sys.argv[1:] == ["python"]:
        python()
    else:
        sys.exit(__doc__)
