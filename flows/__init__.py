"""The top floor: jobs, wiring, Prefect flows and the command line."""
