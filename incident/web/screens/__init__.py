"""What a page shows, as frozen values that can ask no further question."""
