"""What a hidden Markov model learned, and the states that it goes through over a sequence."""

from collections.abc import Callable
from typing import Any

import numpy as np

from architectures.markov import Chain
from harness.probes.reading import rounded

EMITTED = 24
"""Most symbols whose emissions are shown: those with the highest probability in some state."""


def chain_parts(
    model: Any, inputs: np.ndarray, name: Callable[[int], str], steps: int
) -> tuple[list[dict[str, Any]], int | None]:
    """The chain itself, its path over the first ``steps`` of the sequence, and of a classifier,
    which has a chain for each class, the class: its chain is the one that is shown."""
    label = None
    if model.use == "classify":
        answer = model.predict(inputs[None], np.array([len(inputs)]))
        label = int(answer[0].argmax())
    chain: Chain = model.chains[label or 0]
    stays = np.diag(chain.transitions)
    part: dict[str, Any] = {
        "form": "chain",
        "name": "chain",
        "of_class": label,
        "states_are_labels": model.use == "tag",
        "start": rounded(chain.start),
        "transitions": rounded(chain.transitions),
        "numbers": {"states": len(stays), "stay": rounded(stays), "use": model.use},
    }
    if chain.emissions is not None:
        seen = np.sort(np.argsort(-chain.emissions.max(0), kind="stable")[:EMITTED])
        part["emissions"] = rounded(chain.emissions[:, seen])
        # A classifier closes each sequence by a symbol of its own, the last one.
        end = model.vocabulary - 1 if model.use == "classify" else None
        part["emitted"] = ["end" if token == end else name(int(token)) for token in seen]
        part["symbols"] = chain.emissions.shape[1]
    else:
        assert chain.means is not None
        part["means"] = rounded(chain.means)
    path = most_probable_path(chain, inputs)
    posterior = chain.smooth(inputs[None], np.array([len(inputs)]))[0]
    walked = {
        "form": "path",
        "name": "path",
        "path": path[:steps].tolist(),
        "posterior": rounded(posterior[:steps].T),
        "numbers": {
            "changes": int((np.diff(path) != 0).sum()),
            "visited": len(set(path.tolist())),
            "sure": rounded(posterior[np.arange(len(path)), path].mean()),
        },
    }
    return [part, walked], label


def most_probable_path(chain: Chain, inputs: np.ndarray) -> np.ndarray:
    """The one sequence of states, ``(time,)``, that is most probable given all the inputs
    ``(time[, dim])`` (Viterbi 1967; Rabiner 1989)."""
    log = chain.log_likelihoods(inputs[None], np.array([len(inputs)]))[0]
    moves = np.log(chain.transitions)
    best, came_from = np.log(chain.start) + log[0], []
    for now in log[1:]:
        reached = best[:, None] + moves
        came_from.append(reached.argmax(0))
        best = reached.max(0) + now
    path = [int(best.argmax())]
    for before in reversed(came_from):
        path.append(int(before[path[-1]]))
    return np.array(path[::-1])
