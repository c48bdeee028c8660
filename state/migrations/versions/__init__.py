"""One file per change of the schema, oldest first; state.schema.REVISIONS lists them."""
