"""An identity provider on pysaml2.

    idp.py FOLDER [PORT]

It makes a key in FOLDER, if there is none, and prints its address. It reads the service
provider's metadata from `FOLDER/sp.xml` at the first request, so that both
ends can be configured from each other. `/metadata` is its own; `/sso` signs in
`FOLDER/person.json` (name_id and attributes) without asking, for how it knows
the person is not what is tested. `/last` is the request that came last.
"""

import json
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from saml2 import BINDING_HTTP_POST, BINDING_HTTP_REDIRECT
from saml2.authn_context import PASSWORDPROTECTEDTRANSPORT
from saml2.config import IdPConfig
from saml2.metadata import entity_descriptor
from saml2.saml import NAMEID_FORMAT_EMAILADDRESS, NAME_FORMAT_BASIC, NameID
from saml2.server import Server


def key(folder):
    if (folder / "idp.key").exists():
        return
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", "/CN=pysaml2",
         "-keyout", folder / "idp.key", "-out", folder / "idp.pem"],
        check=True, capture_output=True,
    )


def provider(base, folder, service_providers):
    config = IdPConfig()
    config.load(
        {
            "entityid": f"{base}/metadata",
            "service": {
                "idp": {
                    "endpoints": {"single_sign_on_service": [(f"{base}/sso", BINDING_HTTP_REDIRECT)]},
                    "policy": {
                        "default": {
                            "lifetime": {"minutes": 5},
                            "attribute_restrictions": None,
                            "name_form": NAME_FORMAT_BASIC,
                        }
                    },
                    "name_id_format": [NAMEID_FORMAT_EMAILADDRESS],
                }
            },
            "metadata": {"local": service_providers},
            "key_file": str(folder / "idp.key"),
            "cert_file": str(folder / "idp.pem"),
            "xmlsec_binary": "/usr/bin/xmlsec1",
        }
    )
    return config


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        url = urlsplit(self.path)
        if url.path == "/metadata":
            return self.answer("application/samlmetadata+xml", str(entity_descriptor(self.server.own)))
        if url.path == "/last":
            return self.answer("application/xml", self.server.last)
        if url.path == "/sso":
            return self.sign_in(parse_qs(url.query))
        self.send_error(404)

    def sign_in(self, query):
        folder, base = self.server.folder, self.server.base
        server = Server(config=provider(base, folder, [str(folder / "sp.xml")]))
        received = server.parse_authn_request(query["SAMLRequest"][0], BINDING_HTTP_REDIRECT)
        request, self.server.last = received.message, received.xmlstr
        person = json.loads((folder / "person.json").read_text())
        arguments = server.response_args(request)
        arguments.pop("name_id_policy", None)
        response = server.create_authn_response(
            identity=person["attributes"],
            userid=person["name_id"],
            name_id=NameID(format=NAMEID_FORMAT_EMAILADDRESS, text=person["name_id"]),
            authn={"class_ref": PASSWORDPROTECTEDTRANSPORT, "authn_auth": base},
            sign_assertion=True,
            sign_response=False,
            sign_alg="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
            digest_alg="http://www.w3.org/2001/04/xmlenc#sha256",
            **arguments,
        )
        form = server.apply_binding(
            BINDING_HTTP_POST, str(response), arguments["destination"],
            query.get("RelayState", [""])[0], response=True,
        )
        self.answer("text/html; charset=utf-8", form["data"])

    def answer(self, kind, body):
        octets = body if isinstance(body, bytes) else body.encode()
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(octets)))
        self.end_headers()
        self.wfile.write(octets)

    def log_message(self, *_):
        pass


def main():
    folder, port = Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0
    key(folder)
    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.folder, server.base = folder, f"http://pysaml2-idp.localhost:{server.server_port}"
    server.own = provider(server.base, folder, [])
    print(server.base, flush=True)
    server.serve_forever()


main()
