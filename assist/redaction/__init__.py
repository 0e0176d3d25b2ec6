"""The choke point for personal data: find it, put typed placeholders in its place, keep the originals encrypted."""
