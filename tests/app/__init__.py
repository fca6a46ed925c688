"""Tests of the dashboard: its Python without a server, its endpoints, its pages in a browser."""
