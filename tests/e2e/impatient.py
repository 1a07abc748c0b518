"""What test_slow_callers serves to see waits end: a gateway with little patience."""

from hub.http.gateway import Gateway, Patience, TooSlowError


def wsgi(environ, start_response):
    """Answers a body's length, or /long with 64 MB."""
    if environ["PATH_INFO"] == "/long":
        start_response("200 OK", [])
        return (b"x" * 65_536 for _ in range(1000))
    try:
        found = str(len(environ["wsgi.input"].read())).encode()
    except TooSlowError:
        start_response("408 Request Timeout", [("Content-Length", "0")])
        return [b""]
    start_response("200 OK", [("Content-Length", str(len(found)))])
    return [found]


app = Gateway(wsgi, 2, Patience(body=1, stall=1, streams=1))
