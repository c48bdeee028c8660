"""What `vigie init DIR` writes: a configuration that runs as it is, with comments to go on from."""

from pathlib import Path

from mentions.errors import Stop

TEMPLATE = Path(__file__).with_name("template")


def write_template(folder: Path) -> list[Path]:
    """Write the files of `config/template/` that `folder` does not have yet, and say which.

    Nothing is ever overwritten, so a second run writes nothing. A folder that has sources gets no example.
    Stop when the folder cannot be written.
    """
    sources = any((folder / "sources").glob("*.yaml"))
    written = []
    try:
        (folder / "sources").mkdir(parents=True, exist_ok=True)
        for origin in sorted(TEMPLATE.rglob("*.yaml")):
            target = folder / origin.relative_to(TEMPLATE)
            if target.parent.name == "sources" and sources:
                continue
            if _write_new(target, origin.read_bytes()):
                written.append(target)
    except OSError as error:
        raise Stop(f"cannot write the configuration folder {folder}: {error.strerror}") from error
    return written


def _write_new(path: Path, content: bytes) -> bool:
    try:
        with path.open("xb") as file:
            file.write(content)
    except FileExistsError:
        return False
    return True
