"""How durations are written, in logs, on a terminal and in the report."""


def format_duration(seconds: float) -> str:
    """Write seconds in one or two units: `89 s`, `16 min`, `2 h 10 min`, `2 days 8 h`."""
    minutes, hours = round(seconds / 60), round(seconds / 3600)
    if seconds < 90:
        return f"{seconds:.0f} s"
    if minutes < 90:
        return f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min" if hours < 48 else f"{hours // 24} days {hours % 24} h"
