"""PagerDuty: we page people, and they tell us what became of it."""
