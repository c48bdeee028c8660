"""Operational memory in a relational database: runs, incidents, deliveries, crawl validators."""
