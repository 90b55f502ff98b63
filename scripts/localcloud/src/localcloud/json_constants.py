"""Numbers that Python reads and JSON does not have."""


def no_constant(name: str) -> None:
    """Refuse NaN, Infinity and -Infinity, which Python reads as numbers; for `json.loads`."""
    raise ValueError(f"{name} is not JSON")
