"""Made-up questions to a model server, and the plugins that may answer them."""

import numpy as np

from hub import registry
from hub.sdk.forecaster import Cases

PLUGINS = registry.load({registry.THIRD_PARTY_SWITCH: "off"})
TOKEN = "token-of-the-test"


def some_cases(rows: int = 3) -> Cases:
    rng = np.random.default_rng(rows)
    values = rng.normal(size=(rows, 2)).astype(np.float32)
    values[::2, 0] = np.nan
    day = np.arange(rows, dtype=np.int32) + 20_000
    return Cases(
        names=("terms_days", "amount_log"),
        values=values,
        customer=np.arange(rows, dtype=np.int32),
        seen=day,
        start=day + np.int32(1),
        issued=day - np.int32(30),
        due=day,
        profiles={
            "weekday": rng.random((rows, 7), dtype=np.float32),
            "last_run": np.full((rows, 1), np.nan, np.float32),
        },
    )


def as_json(cases: Cases) -> dict:
    def plain(array):
        return [[None if x != x else x for x in row] for row in array.tolist()] if array.ndim == 2 else array.tolist()

    columns = ("values", "customer", "seen", "start", "issued", "due")
    return {
        "names": list(cases.names),
        **{name: plain(getattr(cases, name)) for name in columns},
        "profiles": {name: plain(each) for name, each in cases.profiles.items()},
    }
