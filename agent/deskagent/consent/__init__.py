"""The person at the host is asked, sees who acts, and can end it."""
