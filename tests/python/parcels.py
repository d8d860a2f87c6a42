"""A land registry that is not ours: over gRPC and over HTTP, in Python.

Reads parcels.proto, serves until its standard input ends, and prints the ports first. It is
given a folder of certificates, and serves gRPC once more to clients that show theirs. What it does
with a parcel is said by the number of the parcel.
"""

import collections
import concurrent.futures
import http.server
import json
import pathlib
import sys
import tempfile
import threading
import urllib.parse

import grpc
from google.protobuf import any_pb2
from google.rpc import code_pb2, error_details_pb2, status_pb2
from grpc_reflection.v1alpha import reflection
from grpc_status import rpc_status
from grpc_tools import protoc

HUGE = "x" * 10_000_000


def generate(folder):
    """Turns the contract into Python."""
    here = pathlib.Path(__file__).parent
    arguments = ["", f"--proto_path={here}", f"--python_out={folder}", f"--grpc_python_out={folder}"]
    assert protoc.main([*arguments, str(here / "parcels.proto")]) == 0
    sys.path.insert(0, folder)


class Count:
    """How often something was asked for."""

    def __init__(self):
        self.lock, self.seen = threading.Lock(), collections.Counter()

    def next(self, name):
        with self.lock:
            self.seen[name] += 1
            return self.seen[name]


COUNT = Count()


def hang(context):
    """Waits until the caller has gone."""
    gone = threading.Event()
    context.add_callback(gone.set)
    gone.wait()


def missing():
    """NOT_FOUND with google.rpc's details."""
    detail = any_pb2.Any()
    info = error_details_pb2.ErrorInfo(reason="NO_PARCEL", domain="land", metadata={"number": "9"})
    detail.Pack(info)
    return rpc_status.to_status(
        status_pb2.Status(code=code_pb2.NOT_FOUND, message="no such parcel", details=[detail])
    )


def answer(messages, kind, number, context):
    """Does what the number says."""
    times = COUNT.next(f"{kind} {number}")
    if number == "missing":
        context.abort_with_status(missing())
    if number == "silent":
        hang(context)
    if number == "internal":
        context.abort(grpc.StatusCode.INTERNAL, "it broke")
    if number == "away" and times == 1:
        context.abort(grpc.StatusCode.UNAVAILABLE, "come again")
    metadata = {key: value for key, value in context.invocation_metadata() if isinstance(value, str)}
    number = HUGE if number == "huge" else number
    return messages.Parcel(number=number, area=120, times=times, metadata=metadata)


def credentials(folder):
    """What a server needs that asks its clients for a certificate."""
    names = ("server-key.pem", "server.pem", "authority.pem")
    key, certificate, authority = ((folder / name).read_bytes() for name in names)
    return grpc.ssl_server_credentials(
        [(key, certificate)], root_certificates=authority, require_client_auth=True
    )


def serve_grpc(folder):
    """Serves the contract and its reflection; answers the server and its two ports."""
    import parcels_pb2 as messages
    import parcels_pb2_grpc as services

    class Parcels(services.ParcelServiceServicer):
        def GetParcel(self, request, context):
            return answer(messages, "get", request.number, context)

        def RegisterParcel(self, request, context):
            return answer(messages, "register", request.number, context)

        def TransferParcel(self, request, context):
            parcel = answer(messages, "transfer", request.number, context)
            parcel.metadata["request_id"] = request.request_id
            return parcel

        def ListParcels(self, request, context):
            for number in range(request.count):
                yield messages.Parcel(number=str(number))

    server = grpc.server(concurrent.futures.ThreadPoolExecutor(max_workers=8))
    services.add_ParcelServiceServicer_to_server(Parcels(), server)
    names = [messages.DESCRIPTOR.services_by_name["ParcelService"].full_name]
    reflection.enable_server_reflection([*names, reflection.SERVICE_NAME], server)
    port = server.add_insecure_port("127.0.0.1:0")
    secure = server.add_secure_port("127.0.0.1:0", credentials(folder))
    server.start()
    return server, port, secure


class Desk(http.server.BaseHTTPRequestHandler):
    """The same registry over HTTP."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        """Nobody reads it."""

    def tell(self, status, body, kind="application/json", **headers):
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def token(self, body):
        """Gives the client of the tests a token, another one each time."""
        form = urllib.parse.parse_qs(body)
        known = form.get("client_id") == ["land"] and form.get("client_secret") == ["s3cret"]
        if not known or form.get("grant_type") != ["client_credentials"]:
            return self.tell(400, {"error": "invalid_client"})
        times = COUNT.next(f"token for {form.get('scope')}")
        return self.tell(200, {"access_token": f"token-{times}", "expires_in": 3600})

    def serve(self):
        url = urllib.parse.urlsplit(self.path)
        number = urllib.parse.unquote(url.path.removeprefix("/parcels/"))
        times = COUNT.next(f"{self.command} {number}")
        length = int(self.headers.get("content-length") or 0)
        body = self.rfile.read(length).decode()
        if number == "/oauth2/token":
            return self.token(body)
        if number == "guarded" and self.headers.get("authorization") != "Bearer token-2":
            return self.tell(401, {})
        if number == "missing":
            return self.tell(404, {"error": "no such parcel"})
        if number == "broken" or (number == "away" and times == 1):
            return self.tell(503, {"times": times})
        if number == "moved":
            return self.tell(302, {}, location="/parcels/7")
        if number == "text":
            return self.tell(200, b"a text", "text/plain")
        if number == "huge":
            return self.tell(200, HUGE)
        told = {
            "number": number,
            "times": times,
            "method": self.command,
            "query": urllib.parse.parse_qs(url.query),
            "headers": {name.lower(): value for name, value in self.headers.items()},
            "body": body,
        }
        return self.tell(200, told)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = serve


def serve_http():
    """Serves the registry over HTTP; answers the server and its port."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Desk)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server, server.server_address[1]


def main():
    """Serves until standard input ends."""
    with tempfile.TemporaryDirectory() as folder:
        generate(folder)
        server, port, secure = serve_grpc(pathlib.Path(sys.argv[1]))
        desk, http_port = serve_http()
        print(json.dumps({"grpc": port, "secure": secure, "http": http_port}), flush=True)
        sys.stdin.read()
        desk.shutdown()
        server.stop(None)


if __name__ == "__main__":
    main()
