"""Everything that goes over HTTP: only when asked, only where the rules allow, and never believed by itself."""
