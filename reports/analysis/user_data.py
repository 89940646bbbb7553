"""The tasks of a matrix that are the user's own data, and the rows that are there for control.

Which architecture such data needs is asked in `reports.analysis.advice`, as of any other task.
"""

from dataclasses import replace

from reports.analysis.results import Results, TaskInfo


def without_controls(results: Results) -> Results:
    """The results but for control rows, which are no tasks to be good at."""
    names = {control.name for _, control in controls(results) if control}
    if not names:
        return results
    return replace(results, cells=tuple(c for c in results.cells if c.task not in names))


def controls(results: Results) -> list[tuple[TaskInfo, TaskInfo | None]]:
    """Each task of the user's own with a record, and with its control row: the same task with the
    order of steps shuffled; None where that was not planned."""
    rows: dict[str, dict[str, TaskInfo]] = {}
    for task in results.tasks:
        record = next((c.record for c in results.cells if c.task == task.name and c.record), None)
        if record and record.facts:
            key = record.key.get("task", {})
            others = {k: v for k, v in key.get("parameters", {}).items() if k != "order"}
            row = rows.setdefault(f"{key.get('name')} {sorted(others.items())}", {})
            row[key.get("parameters", {}).get("order", "kept")] = task
    return [(row["kept"], row.get("shuffled")) for row in rows.values() if "kept" in row]


def control_of(results: Results, task: TaskInfo) -> TaskInfo | None:
    """The control row of a task, if it is the user's own and has one."""
    return next((control for t, control in controls(results) if t.name == task.name), None)


def only_user_data(results: Results) -> bool:
    """Whether the matrix has tasks of the user's own, and no others."""
    return 0 < len(controls(results)) == len(without_controls(results).tasks)
