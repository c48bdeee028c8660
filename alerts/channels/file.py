"""One JSON file a message: for trying Vigie out, and for other programs to pick up."""

import json
import os
from dataclasses import asdict
from pathlib import Path

from alerts.delivery import DeliveryError
from alerts.message import Message
from state.records import Delivery


class FileSender:
    """Writes into `folder`, whole files only; the same delivery again writes the same file."""

    def __init__(self, name: str, folder: Path) -> None:
        self._name = name
        self._folder = folder

    def send(self, delivery: Delivery, message: Message, first: str | None) -> str:
        """The reference is the file's name: time, step and key of the delivery."""
        name = f"{delivery.created_at:%Y%m%dT%H%M%SZ}-{delivery.step}-{delivery.key[:12]}.json"
        content = {
            "key": delivery.key,
            "subject_id": delivery.subject,
            "step": delivery.step,
            "number": delivery.number,
            "created_at": delivery.created_at.isoformat(),
            "first": first,
            "message": asdict(message),
        }
        aside = self._folder / f".{name}.{os.getpid()}"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with aside.open("w", encoding="utf-8") as file:
                json.dump(content, file, ensure_ascii=False, indent=1)
                file.flush()
                os.fsync(file.fileno())
            aside.replace(self._folder / name)
        except OSError as error:
            detail = f"{self._folder} cannot be written: {error.strerror}"
            raise DeliveryError(self._name, detail, recoverable=True) from error
        return name
