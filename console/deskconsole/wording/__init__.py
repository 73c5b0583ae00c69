"""The sentences of events. Errors keep theirs where they are raised, findings in diagnosis/checks.py."""
