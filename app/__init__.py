"""The dashboard: what a person sees of a network's iterations."""
