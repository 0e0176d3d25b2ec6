"""A link, mail address or phone number in a draft must come from us: none is invented, and none is a stranger's.

It comes from us when a cited source has it (an article with a page of its own: those of its site), when the company told
it to this customer before, or when the policy's list allows its domain. Where there is such a list, a link outside of it does not pass although a source has it, for sources
can be tampered with. What only the customer wrote grants nothing: that is how a stranger's link gets into a reply.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import urlsplit

from assist.case import Sentence
from assist.guards._gate import Context, Guard, OnFailure

_WEB = re.compile(
    r"(?:[a-z][a-z+.-]{1,12}://|www\.)[^\s<>()\[\]\"'”“]+|\b(?:[a-z0-9-]+\.)+[a-z]{2,}/[^\s<>()\[\]\"'”“]+",
    re.IGNORECASE,
)
_SCRIPT = re.compile(r"\b(?:javascript|data|vbscript|file):[^\s]+", re.IGNORECASE)
_DOMAIN = re.compile(
    r"\b(?:[a-z0-9-]+\.)+(?:com|org|net|io|co|de|uk|eu|fr|at|ch|it|nl|es|pl|ru|cn|us|info|biz|app|dev|shop|xyz|top|site|online|club|link"
    r"|click|live|me|ly|gl|ai|example|test)\b",
    re.IGNORECASE,
)  # fmt: skip
# "example [dot] com" and "example(.)com" are read as links by people.
_DOTTED = re.compile(r"\s?[\[({]\s?(?:dot|punkt|\.)\s?[\])}]\s?", re.IGNORECASE)
_CODE = re.compile(r"<(?:URL|EMAIL|IP)_\d+>")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
# Seven digits and more, as in "+44 113 496 0000"; shorter ones are amounts and dates, which `figures` knows.
_PHONE = re.compile(
    r"(?<![\w-])(?!\d{1,4}[./-]\d{1,2}[./-]\d{1,4}(?!\d|[./-]\d))\+?\(?\d(?:[\s()./-]{0,2}\d){6,}(?![\w-])"
)


class _Links:
    name = "links"
    on_failure: OnFailure = "closed"
    why: Mapping[str, str] = {
        "en": "“{found}” is not in the sources of this sentence, or the policy does not allow it. Do not send it unless you "
        "know that it is right.",
        "de": "„{found}“ steht in keiner Quelle dieses Satzes, oder die Richtlinie erlaubt es nicht. Nur senden, wenn Sie "
        "wissen, dass es stimmt.",
    }

    def check(self, sentence: Sentence, context: Context) -> str | None:
        """Give the first link or number to reach somebody that does not come from us."""
        text = _DOTTED.sub(".", sentence.text)
        if script := _SCRIPT.search(text):
            return script.group()
        evidence = _ours(sentence, context)
        own = {code for codes in context.case.contact.values() for code in codes}
        # A masked link or address comes back when the draft is shown: a stranger's would pass behind its code.
        for code in _CODE.findall(text):
            if code not in own and code not in evidence:
                return str(code)
        allowed = context.house.links if context.house is not None else ()
        for bare in _addresses(text):
            listed = _matches(_host(bare), allowed)
            if not listed and (allowed or not _told(bare, sentence, context)):
                return bare
        digits = {_digits(found) for found in _PHONE.findall(evidence)}
        return next((str(found) for found in _PHONE.findall(text) if _digits(found) not in digits), None)


def _addresses(text: str) -> Iterator[str]:
    for pattern in (_WEB, _MAIL, _DOMAIN):
        for match in pattern.finditer(text):
            yield match.group().rstrip(".,;:!?…")


def _ours(sentence: Sentence, context: Context) -> str:
    told = (part for one in context.granting(sentence) for part in (one.title, one.text, one.url) if part)
    return "\n".join([context.said_text, *told])


def _told(address: str, sentence: Sentence, context: Context) -> bool:
    """Tell whether the company gave an address before, or a cited source has it: one of its own site, if it has one."""
    # "example.com/help" must not pass because "example.com/helpdesk" is known.
    pattern = re.compile(rf"(?<![\w.-]){re.escape(_plain(address))}(?![\w-])")
    if pattern.search(_plain(context.said_text)):
        return True
    for one in context.granting(sentence):
        text = _plain("\n".join(part for part in (one.title, one.text, one.url) if part))
        if pattern.search(text) and (not one.url or _site(_host(one.url)) == _site(_host(address))):
            return True
    return False


def _site(host: str) -> str:
    """Give the part of a host that its owner registered: "larkfell.co.uk" of "help.larkfell.co.uk"."""
    labels = host.split(".")
    second = len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in {"co", "com", "org", "net", "ac", "gov"}
    return ".".join(labels[-3 if second else -2 :])


def _host(address: str) -> str:
    if "@" in address and "://" not in address:
        return address.rpartition("@")[2].casefold()
    try:
        return (urlsplit(address if "://" in address else f"//{address}").hostname or "").casefold()
    except ValueError:
        return ""


def _matches(host: str, allowed: Iterable[str]) -> bool:
    for one in allowed:
        if host in (one, f"www.{one}") or (one.startswith("*.") and (host == one[2:] or host.endswith(one[1:]))):
            return True
    return False


def _plain(text: str) -> str:
    return re.sub(r"https?://|www\.", "", text.casefold())


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def guard() -> Guard:
    """Give the guard."""
    return _Links()
