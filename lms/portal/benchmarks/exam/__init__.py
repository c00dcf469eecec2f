"""An exam under load: real HTTP against the web server as `make run` starts it, in a city of its own."""
