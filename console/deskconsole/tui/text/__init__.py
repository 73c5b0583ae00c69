"""The words of the screens, as text and plain values. No widgets."""
