"""The web server, the same for `make run`, an installation and the measurements."""

worker_class = "gthread"
workers = 2
threads = 8
keepalive = 20  # a phone saves every few seconds: it should not have to shake hands each time
timeout = 120
graceful_timeout = 10
