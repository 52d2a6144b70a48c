"""Third floor. What happens without anyone at the door: messages go out, time passes."""
