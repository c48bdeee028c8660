"""The few chart forms shared by previews, alerts and reports."""
