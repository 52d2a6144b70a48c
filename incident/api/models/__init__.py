"""What goes in and out of the API, as models: one module per noun."""
