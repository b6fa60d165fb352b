"""Stands in for a node: it takes the same options, and answers as one would whose chain grows with each question."""

import argparse
import json
import signal
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import ClassVar


class Answers(BaseHTTPRequestHandler):
    options: ClassVar[argparse.Namespace]
    asked: ClassVar[int] = 0

    def do_GET(self) -> None:
        Answers.asked += 1
        self.answer(
            {
                "node_id": self.options.node_id,
                "blockchain_length": Answers.asked,
                "active_peers": len(self.options.bootstrap_nodes),
                "tip": "00" if Answers.asked > 5 else self.options.node_id,
            }
        )

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path == "/mine_block" and self.options.advertise != "refuse":
            self.answer({"mined_for": body["miner_address"], "within_s": body["timeout_s"]})
        else:
            self.send_error(503)

    def answer(self, value: object) -> None:
        data = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the one it stands for
        pass


def main() -> None:
    parser = argparse.ArgumentParser()
    for name in ("--node-id", "--data-dir", "--advertise"):
        parser.add_argument(name)
    for name in ("--api-port", "--p2p-port"):
        parser.add_argument(name, type=int)
    parser.add_argument("--bootstrap-nodes", nargs="*", default=[])
    Answers.options = options = parser.parse_args()
    match options.advertise:
        case "fail":
            sys.exit("cannot do it")
        case "sleep":
            signal.pause()
        case "deaf":
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
    HTTPServer(("127.0.0.1", options.api_port), Answers).serve_forever()


if __name__ == "__main__":
    main()
