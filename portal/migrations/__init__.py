"""The history of the tables, told to Alembic without a settings file."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine

FOLDER = Path(__file__).resolve().parent


def config_for(engine: Engine) -> Config:
    """Alembic's configuration for one database."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("path_separator", "os")
    config.attributes["engine"] = engine
    return config


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Brings a database to a revision, the newest by default."""
    command.upgrade(config_for(engine), revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Takes a database back to a revision; `base` is an empty database."""
    command.downgrade(config_for(engine), revision)
