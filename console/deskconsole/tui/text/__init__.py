"""What the screens say, as text and plain values. No widgets."""
