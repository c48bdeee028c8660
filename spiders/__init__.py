"""Fetch and extract; everything here ends at RawItem."""
