"""smtp_server.py ADDRESS PORT CERTIFICATE - aiosmtpd: SMTP with STARTTLS and AUTH at PORT, LMTP at PORT + 1. Who is called
nobody is unknown here, and who is called full has a mailbox that is. Messages with the word spam are not wanted."""
import asyncio
import ssl
import sys

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, AuthResult


class Post:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("nobody"):
            return f"550 5.1.1 there is no {address}"
        if address.startswith("full"):
            return "452 4.2.2 full"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        said = "554 5.7.1 spam" if b"spam" in envelope.content else "250 2.0.0 taken"
        if isinstance(server, LMTP):
            return "\r\n".join([said] * len(envelope.rcpt_tos))
        return said


def authenticate(server, session, envelope, mechanism, data):
    return AuthResult(success=data.password.startswith(b"hunter2"), handled=False)


async def main():
    address, port, certificate = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(certificate)
    loop = asyncio.get_running_loop()
    await loop.create_server(lambda: SMTP(Post(), hostname="mail.shop", tls_context=tls, authenticator=authenticate,
                                          auth_require_tls=False), address, port)
    await loop.create_server(lambda: LMTP(Post(), hostname="mail.shop"), address, port + 1)
    await asyncio.Event().wait()


asyncio.run(main())
