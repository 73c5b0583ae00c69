"""From changed rectangles to the bodies of slices, for one link."""
