"""Makes plain text of what helpdesks hold: HTML becomes text, quoted mail and signatures go."""

from __future__ import annotations

import re
from collections.abc import Sequence

from html2text import HTML2Text
from mailparser_reply import EmailReplyParser

from assist.helpdesk import Attachment

LANGUAGES = ["en", "de", "fr", "it", "nl", "es"]
# Beyond this a text is a log or a mail bomb; its beginning says what there is to say.
MOST = 90_000
# Quoted lines that nothing follows; between an author's own lines they are what the answer is to.
_TAIL = re.compile(r"(\n\s*>[^\n]*|\n\s*)+\Z")
_HEAD = re.compile(r"\A(\s*>[^\n]*\n)+")
_QUOTED = re.compile(r"^\s*>", re.MULTILINE)
_BLANK = re.compile(r"\n{3,}")
_TRAILING = re.compile(r"[ \t\u00a0]+$", re.MULTILINE)


def from_html(html: str) -> str:
    """Give the text of HTML: links keep their address, pictures and styles go, lists and quotes stay readable."""
    parser = HTML2Text(bodywidth=0)
    parser.ignore_images = True
    parser.ignore_emphasis = True
    parser.ignore_mailto_links = True
    parser.single_line_break = False
    parser.ul_item_mark = "-"
    parser.use_automatic_links = True
    # Else `&uuml;` would become a bare u.
    parser.unicode_snob = True
    return tidy(parser.handle(html[: 4 * MOST]).replace("\u00a0", " "))


def own_words(text: str) -> str:
    """Give what a mail's author wrote: without quotes, signature and disclaimer; all of it when nothing is left."""
    mail = EmailReplyParser(languages=LANGUAGES).read(tidy(text))
    own = "\n\n".join(reply.body.strip() for reply in mail.replies[:1] if reply.body.strip())
    own = _TAIL.sub("", own)
    below = _HEAD.sub("", own)
    # Written below the quote; with more quotes between, each answers one of them and stays beside it.
    own = own if _QUOTED.search(below) else below
    return tidy(own) or tidy(text)


def tidy(text: str) -> str:
    """Give a text with plain line ends, no more than one empty line at a time, at most 90,000 characters."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    return _BLANK.sub("\n\n", _TRAILING.sub("", plain)).strip()[:MOST]


def said(text: str, attachments: Sequence[Attachment] = ()) -> str:
    """Give a message's text; one that holds only files says so, since an empty message says nothing."""
    return text or "\n".join(f"[{one.type}]" for one in attachments)
