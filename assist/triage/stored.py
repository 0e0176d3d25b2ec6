"""Writes a classifier as plain arrays and reads it back; nothing that is read can run code."""

from __future__ import annotations

import io
import zipfile
from dataclasses import astuple

import numpy as np
import scipy.sparse as sp

from assist.errors import InvalidInput
from assist.triage.calibration import Calibration
from assist.triage.intent import IntentClassifier
from assist.triage.likeness import PIECES, WORDS, Likeness, Read

FORMAT = 2


def dump(classifier: IntentClassifier) -> bytes:
    """Give a classifier as a compressed NumPy archive: numbers and label names, no text of any ticket."""
    wording = classifier.examples.wording
    out = io.BytesIO()
    np.savez_compressed(
        out,
        format=np.array(FORMAT),
        labels=np.array(classifier.labels, dtype=np.str_),
        rarity=classifier.likeness.rarity.astype(np.float16),
        middle=classifier.likeness.middle,
        meaning=classifier.examples.meaning.astype(np.float16),
        inner=classifier.examples.inner.astype(np.float16),
        data=wording.data.astype(np.float16),
        indices=wording.indices.astype(np.int32),
        indptr=wording.indptr.astype(np.int64),
        weights=classifier.weights,
        calibration=np.array(astuple(classifier.calibration), dtype=np.float64),
    )
    return out.getvalue()


def load(content: bytes) -> IntentClassifier:
    """Give the classifier; raises `InvalidInput` for anything but an archive of this format."""
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as archive:
            if int(archive["format"]) != FORMAT:
                raise InvalidInput("the classifier is of another format", where="triage", hint="Train it anew.")
            shape = (len(archive["meaning"]), PIECES + WORDS)
            wording = sp.csr_matrix(
                (archive["data"].astype(np.float32), archive["indices"], archive["indptr"]), shape=shape
            )
            return IntentClassifier(
                archive["labels"].tolist(),
                Likeness(archive["rarity"].astype(np.float32), archive["middle"]),
                Read(archive["meaning"].astype(np.float32), wording, archive["inner"].astype(np.float32)),
                archive["weights"],
                Calibration(*archive["calibration"].tolist()),
            )
    except (EOFError, KeyError, TypeError, ValueError, OSError, zipfile.BadZipFile) as error:
        raise InvalidInput(
            "the stored classifier cannot be read", where="triage", hint="`assist triage train` makes it anew."
        ) from error
