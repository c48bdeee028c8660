"""Run the migrations on an open transaction."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection


def configuration() -> Config:
    """Alembic's settings: everything stands beside this file, nothing in an ini file."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    return config


def upgrade(connection: Connection) -> None:
    """Bring the database to the newest revision; the caller commits."""
    config = configuration()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
