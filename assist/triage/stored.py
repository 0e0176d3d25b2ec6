"""Writes a classifier as plain arrays and reads it back; nothing that is read can run code."""

from __future__ import annotations

import io
import zipfile

import numpy as np
import scipy.sparse as sp

from assist.errors import InvalidInput
from assist.triage.calibration import Calibration
from assist.triage.intent import IntentClassifier
from assist.triage.likeness import PIECES, WORDS, Likeness, Read

FORMAT = 1


def dump(classifier: IntentClassifier) -> bytes:
    """Give a classifier as a compressed NumPy archive: numbers and label names, no text of any ticket."""
    wording, calibration = classifier.examples.wording, classifier.calibration
    out = io.BytesIO()
    np.savez_compressed(
        out,
        format=np.array(FORMAT),
        labels=np.array(classifier.labels, dtype=np.str_),
        rarity=classifier.likeness.rarity.astype(np.float16),
        meaning=classifier.examples.meaning.astype(np.float16),
        data=wording.data.astype(np.float16),
        indices=wording.indices.astype(np.int32),
        indptr=wording.indptr.astype(np.int64),
        weights=classifier.weights,
        curve=np.append(calibration.weights, calibration.bias).astype(np.float32),
        floors=np.array([calibration.confidence_floor, calibration.familiar_floor], dtype=np.float32),
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
            *curve, bias = archive["curve"].tolist()
            confidence_floor, familiar_floor = archive["floors"].tolist()
            return IntentClassifier(
                archive["labels"].tolist(),
                Likeness(archive["rarity"].astype(np.float32)),
                Read(archive["meaning"].astype(np.float32), wording),
                archive["weights"],
                Calibration(np.array(curve, dtype=np.float32), bias, confidence_floor, familiar_floor),
            )
    except (KeyError, ValueError, OSError, zipfile.BadZipFile) as error:
        raise InvalidInput(
            "the stored classifier cannot be read", where="triage", hint="`assist triage train` makes it anew."
        ) from error
