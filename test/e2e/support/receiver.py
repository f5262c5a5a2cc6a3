"""A webhook receiver of the test: keeps what arrives, answers as told, checks Standard Webhooks signatures."""
import base64
import hashlib
import hmac
import http.server
import json
import threading
import time


class Delivery:
    def __init__(self, headers, body):
        self.headers = {k.lower(): v for k, v in headers.items()}
        self.body = body
        self.at = time.time()

    @property
    def event(self):
        return json.loads(self.body)

    def signed_by(self, secret):
        """Whether one of the signatures is right for a `whsec_…` secret."""
        key = base64.b64decode(secret.removeprefix("whsec_"))
        text = b".".join((self.headers["webhook-id"].encode(), self.headers["webhook-timestamp"].encode(), self.body))
        right = "v1," + base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()
        return right in self.headers["webhook-signature"].split(" ")


class Receiver:
    def __init__(self):
        self.deliveries = []
        self.answers = []  # (status, headers) for the next requests; then 204
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.deliveries.append(Delivery(self.headers, body))
                status, headers = receiver.answers.pop(0) if receiver.answers else (204, {})
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self.thread.start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server.server_address[1]}/hook"

    def about(self, text):
        """Deliveries whose body mentions the text (a digest, a name)."""
        return [d for d in list(self.deliveries) if text.encode() in d.body]

    def close(self):
        self.server.shutdown()
        self.server.server_close()
