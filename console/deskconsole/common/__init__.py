"""Things that every floor uses: errors, paths, settings, progress, signals, safe text."""
