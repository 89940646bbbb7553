"""The figures of a report, one file each; all of them take plain values and give a Drawing."""
