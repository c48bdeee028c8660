"""The history of the schema; `alembic` is imported only when there is something to migrate."""
