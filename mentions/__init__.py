"""The domain and its memory: records, intake, spool, filter, stores."""
