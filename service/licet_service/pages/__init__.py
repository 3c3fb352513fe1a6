"""Pages for people: what the API answers, drawn on the server, usable without a script."""
