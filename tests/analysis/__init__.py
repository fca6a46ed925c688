"""Tests of the analyses that the laws of the package do not cover."""
