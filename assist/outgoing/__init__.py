"""The one door: whatever leaves this process - model, embedding, log, metric, error, export - goes through here.

`release` lets texts out to a model or an embedding server, `scrubbed` cleans what is logged, told in errors or
exported, `label` what names a metric. What stands in the database is masked already; the door is for what slipped by.
"""

from assist.outgoing.door import Destination, Sent, handling, inside, release
from assist.outgoing.scrub import label, scrubbed, scrubbed_json
from assist.outgoing.seen import SEEN

__all__ = [
    "SEEN",
    "Destination",
    "Sent",
    "handling",
    "inside",
    "label",
    "release",
    "scrubbed",
    "scrubbed_json",
]
