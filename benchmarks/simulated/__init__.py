"""What is simulated to measure the intervals and tests of the report."""

from simulated import pairs, seeds, solved, tasks

CASES = (*seeds.CASES, *solved.CASES, *pairs.CASES, *tasks.CASES)
