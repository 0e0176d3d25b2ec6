"""Makes assist/guards/grounding/wordnet/words.txt.gz from WordNet 3.0's own files; README.md says how."""

from __future__ import annotations

import gzip
import math
import re
import sys
from collections import defaultdict
from pathlib import Path

from spellchecker import SpellChecker

POS = {"noun": "n", "verb": "v", "adj": "a", "adv": "r"}
# Words that English text hardly has are left out: they make the file three times as large.
SELDOM = 100
SENSES = 5


def main(folder: Path, out: Path) -> None:
    """Read WordNet's files and write the part of them."""
    frequency = SpellChecker().word_frequency.dictionary
    total = sum(frequency.values())
    synsets: dict[str, tuple[list[str], list[tuple[str, str, str]]]] = {}
    for name, pos in POS.items():
        for line in (folder / f"data.{name}").read_text(encoding="latin-1").splitlines():
            if line.startswith("  "):
                continue
            fields = line.split("|")[0].split()
            count = int(fields[3], 16)
            words = [re.sub(r"\(.*\)", "", word).lower() for word in fields[4 : 4 + 2 * count : 2]]
            at = 5 + 2 * count
            pointers = [tuple(fields[at + 4 * n : at + 4 * n + 4]) for n in range(int(fields[at - 1]))]
            synsets[pos + fields[0]] = (words, [(kind, p.replace("s", "a") + to, st) for kind, to, p, st in pointers])
    senses: dict[str, list[str]] = defaultdict(list)
    for name, pos in POS.items():
        for line in (folder / f"index.{name}").read_text(encoding="latin-1").splitlines():
            fields = line.split()
            if line.startswith("  ") or "_" in fields[0]:
                continue
            if frequency.get(fields[0], 0) >= SELDOM:
                senses[fields[0]] += [pos + to for to in fields[6 + int(fields[3]) :][:SENSES]]
    numbers = {id: number for number, id in enumerate(synsets)}
    lines = []
    for words, pointers in synsets.values():
        up = [numbers[to] for kind, to, _ in pointers if kind in ("@", "@i")]
        like = [numbers[to] for kind, to, _ in pointers if kind in ("&", "$")]
        pairs = {"!": [], "+": []}
        for kind, to, st in pointers:
            kind = "+" if kind in ("+", "\\", "<") else kind
            here, there = int(st[:2], 16), int(st[2:], 16)
            if kind in pairs and here and there <= len(synsets[to][0]):
                one, other = words[here - 1], synsets[to][0][there - 1]
                if one in senses and (other in senses or kind == "!") and one != other:
                    pairs[kind].append(f"{one}:{other}" + (f":{numbers[to]}" if kind == "!" else ""))
        known = [word for word in words if word in senses]
        lines.append("\t".join(" ".join(map(str, part)) for part in (known, up, like, pairs["!"], pairs["+"])))
    lines.append("")
    for word in sorted(senses):
        rarity = -math.log((frequency[word] + 50) / total) / -math.log(50 / total)
        lines.append(f"{word}\t{rarity:.2f}\t{' '.join(str(numbers[to]) for to in senses[word])}")
    # No time in the header: the same input gives the same bytes.
    with gzip.GzipFile(out, "wb", compresslevel=9, mtime=0) as file:
        file.write("\n".join(lines).encode())


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
