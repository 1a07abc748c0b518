"""A notice as Slack's blocks, within Slack's limits. What it says may be anybody's words: none becomes a mention."""

from typing import Any

from hub.sdk.channel import Notice

LONGEST_TITLE = 150
LONGEST_TEXT = 2900
LONGEST_FIELD = 1900
MOST_FIELDS = 10
MOST_LINKS = 20


def payload(notice: Notice) -> dict[str, Any]:
    """The message: `text` for notifications, and the blocks that are shown."""
    blocks: list[dict[str, Any]] = [{"type": "header", "text": _plain(notice.title, LONGEST_TITLE)}]
    if notice.text.strip():
        blocks.append({"type": "section", "text": _plain(notice.text, LONGEST_TEXT)})
    # A section has ten fields at the most.
    for start in range(0, len(notice.facts), MOST_FIELDS):
        fields = [_field(*fact) for fact in notice.facts[start : start + MOST_FIELDS]]
        blocks.append({"type": "section", "fields": fields})
    links = [*notice.actions, *([("Open", notice.link)] if notice.link else [])][:MOST_LINKS]
    if links:
        # Links in a text and no buttons: those ask the app for an address of its own that answers clicks.
        shown = "  ·  ".join(_link(label, address) for label, address in links)
        blocks.append({"type": "section", "text": {"type": "mrkdwn", "text": shown[:LONGEST_TEXT], "verbatim": True}})
    text = escape(f"{notice.title}. {notice.text}".strip()[:LONGEST_TEXT])
    return {"text": text, "blocks": blocks, "unfurl_links": False, "unfurl_media": False}


def escape(text: str) -> str:
    """`text` so that Slack reads no mention, link or command in it."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _plain(text: str, longest: int) -> dict[str, Any]:
    return {"type": "plain_text", "text": _cut(text.strip() or "–", longest), "emoji": False}


def _field(label: str, value: str) -> dict[str, Any]:
    return _plain(f"{label}: {value}", LONGEST_FIELD)


def _link(label: str, address: str) -> str:
    # An address has neither of these; a label may have both.
    address = address.replace("|", "%7C").replace("<", "%3C").replace(">", "%3E").replace(" ", "%20")
    return f"<{address}|{escape(_cut(label, 75)).replace('|', '/')}>"


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"
