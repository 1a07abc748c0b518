"""What a box remembers over a restart: the commands it was given, in order, and the state of its parts."""

import json
import os
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any


class Journal:
    """A JSON file, replaced as a whole with every change; without a path nothing is kept.

    `standing_still`: within it nobody changes what is remembered.
    """

    def __init__(self, path: Path | None, standing_still: Callable[[], AbstractContextManager[None]]) -> None:
        self.path = path
        self._standing_still = standing_still
        self.commands: list[dict[str, Any]] = []
        self.parts: dict[str, Any] = {}
        self._dumps: dict[str, Callable[[], Any]] = {}
        self._lock = threading.Lock()
        if path is not None and path.exists():
            data = json.loads(path.read_text(encoding="utf-8"))
            self.commands, self.parts = data["commands"], data["parts"]

    def note(self, command: dict[str, Any]) -> None:
        """Remember a command that was carried out; days that follow each other become one command."""
        if self.path is None:
            return
        last = self.commands[-1] if self.commands else {}
        if command.get("do") == last.get("do") == "advance":
            last["days"] += command["days"]
        else:
            self.commands.append(command)
        self.save()

    def keep(self, name: str, dump: Callable[[], Any]) -> Any:
        """Remember a part of the box, as JSON data, from now on. Returns what was remembered of it, or None."""
        self._dumps[name] = dump
        return self.parts.get(name)

    def save(self) -> None:
        """Write it all down, so that a crash leaves the old file or the new one."""
        if self.path is None:
            return
        with self._standing_still(), self._lock:
            self.parts |= {name: dump() for name, dump in self._dumps.items()}
            self.path.parent.mkdir(parents=True, exist_ok=True)
            fresh = self.path.with_suffix(".new")
            with fresh.open("w", encoding="utf-8") as out:
                json.dump({"commands": self.commands, "parts": self.parts}, out, ensure_ascii=False)
                out.flush()
                os.fsync(out.fileno())
            fresh.replace(self.path)
