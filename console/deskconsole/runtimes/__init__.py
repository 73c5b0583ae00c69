"""Whole Pythons for Windows hosts, which have none of their own: built here once, kept, brought along."""
