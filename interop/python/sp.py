"""A service provider on pysaml2.

    sp.py IDP_METADATA_FILE [PORT]

`/login` sends the browser to the identity provider by the Redirect binding,
`/login-post` by the POST binding; `/acs` shows as JSON what pysaml2 accepted (or
why it did not); `/last` is the response that came last, `/metadata` its own.
"""

import base64
import json
import logging
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from saml2 import BINDING_HTTP_POST, BINDING_HTTP_REDIRECT
from saml2.client import Saml2Client
from saml2.config import SPConfig
from saml2.metadata import entity_descriptor

NAMES = ("email", "firstname", "lastname")


def client(base, idp_metadata):
    config = SPConfig()
    config.load(
        {
            "entityid": f"{base}/metadata",
            "service": {
                "sp": {
                    "endpoints": {"assertion_consumer_service": [(f"{base}/acs", BINDING_HTTP_POST)]},
                    "allow_unsolicited": False,
                    "authn_requests_signed": False,
                    "want_assertions_signed": True,
                    "want_response_signed": False,
                }
            },
            "metadata": {"local": [idp_metadata]},
            "allow_unknown_attributes": True,
            "xmlsec_binary": "/usr/bin/xmlsec1",
        }
    )
    return Saml2Client(config=config)


class Handler(BaseHTTPRequestHandler):
    outstanding = {}

    def do_GET(self):
        path = urlsplit(self.path).path
        if path == "/metadata":
            return self.answer(200, "application/samlmetadata+xml", str(entity_descriptor(self.server.saml.config)))
        if path == "/last":
            return self.answer(200, "application/xml", self.server.last)
        if path == "/login":
            self.send_response(302)
            self.send_header("Location", dict(self.request_by(BINDING_HTTP_REDIRECT)["headers"])["Location"])
            return self.end_headers()
        if path == "/login-post":
            return self.answer(200, "text/html; charset=utf-8", self.request_by(BINDING_HTTP_POST)["data"])
        return self.answer(404, "text/plain", "no such page")

    def request_by(self, binding):
        request, info = self.server.saml.prepare_for_authenticate(relay_state="a place", binding=binding)
        self.outstanding[request] = "a place"
        return info

    def do_POST(self):
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.server.last = base64.b64decode(form["SAMLResponse"][0]).decode()
        try:
            response = self.server.saml.parse_authn_request_response(
                form["SAMLResponse"][0], BINDING_HTTP_POST, self.outstanding
            )
        except Exception as error:  # whatever pysaml2 says is the result
            return self.page({"accepted": False, "error": f"{type(error).__name__}: {error}"})
        name_id = response.assertion.subject.name_id
        values = {
            attribute.name: [value.text for value in attribute.attribute_value]
            for statement in response.assertion.attribute_statement
            for attribute in statement.attribute
        }
        self.page(
            {
                "accepted": True,
                "name_id": name_id.text,
                "format": name_id.format,
                "attributes": {name: values.get(name) for name in NAMES},
                "relay_state": form.get("RelayState", [None])[0],
            }
        )

    def page(self, result):
        body = f"<!doctype html><title>pysaml2</title><pre id=result>{json.dumps(result)}</pre>"
        self.answer(200, "text/html; charset=utf-8", body)

    def answer(self, status, kind, body):
        octets = body.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(octets)))
        self.end_headers()
        self.wfile.write(octets)

    def log_message(self, *_):
        pass


def main():
    logging.disable()  # what it refuses is on the page
    metadata, port = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 0
    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    base = f"http://pysaml2.localhost:{server.server_port}"
    server.saml = client(base, metadata)
    print(base, flush=True)
    server.serve_forever()


main()
