"""Kibana as code: panels, boards, their two emitters, deployment, deep links, and what boards read besides mentions."""
