"""The shipped rates of `harness/experiment/rates.py`, from the records of one machine.

python benchmarks/rates.py OUT     for each architecture: seconds an operation, the median over
                                   its cells
"""

import sys

from harness.experiment.cost import Costs
from harness.experiment.store import Store


def main() -> None:
    """Print them as they stand in the file."""
    store = Store(sys.argv[1])
    records = [r for i in store.ids() if (r := store.get(i)) and not r.probe]
    for name, rate in sorted(Costs(records).rates().items()):
        print(f'    "{name}": {rate:.2g},')


if __name__ == "__main__":
    main()
