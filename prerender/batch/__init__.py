"""Renders archives of pages as a job that can be interrupted and continued."""
