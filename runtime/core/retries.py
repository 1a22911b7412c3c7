"""When a failed callout is tried again."""

from __future__ import annotations

from runtime.core.definitions import EndlessRetry, ExponentialRetry, FixedRetry, NoRetry, Retry, StaggeredRetry
from runtime.core.durations import milliseconds


def delay(policy: Retry, attempt: int, chance: float) -> int | None:
    """Milliseconds to wait after the failed `attempt` (from 1), or None where the policy gives up.

    `chance` in [0, 1) spreads retries that would otherwise all come at once.
    """
    match policy:
        case NoRetry():
            return None
        case FixedRetry():
            return milliseconds(policy.delay) if attempt <= policy.attempts else None
        case EndlessRetry():
            return milliseconds(policy.delay)
        case StaggeredRetry():
            return milliseconds(policy.delays[attempt - 1]) if attempt <= len(policy.delays) else None
        case ExponentialRetry():
            if attempt > policy.attempts:
                return None
            maximum = milliseconds(policy.maximum)
            # A thousand attempts at factor 100 would overflow a float long after the maximum is reached.
            grown = milliseconds(policy.delay)
            for _ in range(attempt - 1):
                if grown >= maximum:
                    break
                grown = round(grown * policy.factor)
            full = min(maximum, grown)
            return round(full * (1 - policy.jitter * chance))
