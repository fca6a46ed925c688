"""Tests of analysis.embedding."""
