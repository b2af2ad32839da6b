"""Trust anchors with purposes and intervals."""
