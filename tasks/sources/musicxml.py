"""The four-part chorales of the music21 corpus, quarter by quarter, and which share a tune.

The files are MusicXML in a zip. In these every part is one voice without chords, so a part is its
notes and rests one after another; grace notes take no time. music21 itself is never imported.
"""

import math
import os
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from tasks.task import package_folder

LOWEST = 21  # A0, the leftmost key of a piano, in MIDI numbers
SEMITONES = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}


class Piece(NamedTuple):
    """A chorale, sampled at every quarter note."""

    name: str
    frames: np.ndarray
    """``(quarters, 88)`` bool: which keys are sounding, from its first to its last note."""
    melody: list[int]
    """MIDI numbers of the upper part at the quarters where it does not rest."""


def chorales() -> list[Piece]:
    """All pieces of the corpus in exactly four parts, by name."""
    folder = os.path.join(package_folder("music21", "music21"), "corpus", "bach")
    pieces = []
    for name in sorted(os.listdir(folder)):
        if name.endswith(".mxl"):
            parts = _score(os.path.join(folder, name)).findall("part")
            if len(parts) == 4:
                pieces.append(_piece(name.removesuffix(".mxl"), [list(_notes(p)) for p in parts]))
    return pieces


def tunes(pieces: Sequence[Piece]) -> np.ndarray:
    """For each piece the number of its tune, ``(pieces,)``.

    Pieces are of one tune if, in whatever key, their melodies share 11 moves up or down in a row,
    however long notes are held or repeated, or if they share 9 chords in a row. With shorter runs
    unlike tunes fall together; with longer ones settings of a tune that differ in ornaments part.
    """
    tune, met = np.arange(len(pieces)), dict[tuple[object, ...], int]()
    for number, piece in enumerate(pieces):
        moves = [b - a for a, b in pairwise(piece.melody) if a != b]
        chords = [np.flatnonzero(frame) for frame in piece.frames if frame.any()]
        progressions = [tuple((b - a[0]).tolist()) for a, b in pairwise(chords)]
        for sequence, run in ((moves, 11), (progressions, 8)):
            for start in range(len(sequence) - run + 1):
                other = met.setdefault(tuple(sequence[start : start + run]), number)
                tune[tune == tune[number]] = tune[other]
    return tune


def _score(path: str) -> ET.Element:
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if name.endswith("xml")]
        (name,) = (name for name in names if not name.startswith("META-INF"))
        return ET.fromstring(archive.read(name))


def _notes(part: ET.Element) -> Iterator[tuple[float, float, int]]:
    """Begin and end of each note, in quarters, and its MIDI number."""
    now, divisions = 0.0, 1
    for element in part.iterfind("measure/*"):
        if element.tag == "attributes":
            divisions = int(element.findtext("divisions") or divisions)
        elif element.tag in ("note", "forward"):
            end = now + int(element.findtext("duration") or 0) / divisions
            pitch = element.find("pitch")
            if pitch is not None and end > now:
                step, octave = pitch.findtext("step") or "", int(pitch.findtext("octave") or 0)
                alter = int(pitch.findtext("alter") or 0)
                yield now, end, 12 * (octave + 1) + SEMITONES[step] + alter
            now = end


def _piece(name: str, parts: list[list[tuple[float, float, int]]]) -> Piece:
    quarters = math.ceil(max(end for notes in parts for _, end, _ in notes))
    frames, melody = np.zeros((quarters, 88), bool), []
    for part, notes in enumerate(parts):
        for begin, end, pitch in notes:
            first, last = math.ceil(begin), math.ceil(end)
            frames[first:last, pitch - LOWEST] = True
            melody += [pitch] * (last - first) if part == 0 else []
    sounding = np.flatnonzero(frames.any(1))
    return Piece(name, frames[sounding[0] : sounding[-1] + 1], melody)
