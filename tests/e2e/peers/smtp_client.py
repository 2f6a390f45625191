"""smtp_client.py ADDRESS PORT SECRET MESSAGES [in-turn] - smtplib, and a client of a few lines that speaks LMTP and asks ahead,
with smtp_server.py; `in-turn`: without what is asked ahead, TLS, and
wrong passwords. Prints a line for each command: its operation, and the code that the server has answered it with."""
import smtplib
import socket
import ssl
import sys

ADDRESS, PORT, SECRET, MESSAGES = sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4])


class Told(smtplib.SMTP):
    """Its commands under TLS are not told: nobody sees them."""
    asked = None

    def putcmd(self, cmd, args=""):
        if not self.asked:
            self.asked = " ".join([cmd, *args.split()[:1]]).upper() if cmd == "AUTH" else cmd.split()[0].upper()
        super().putcmd(cmd, args)

    def getreply(self):
        code, text = super().getreply()
        if self.asked and code not in (334, 354):
            if not isinstance(self.sock, ssl.SSLSocket):
                print(self.asked, code)
            self.asked = None
        return code, text


def message(words, size=0):
    return f"From: {SECRET}@shop\r\nSubject: {SECRET}\r\n\r\n{words}\r\n..\r\n.\n" + "QUIT\r\nRSET\r\n" * size


def refused(call, *args):
    try:
        call(*args)
    except smtplib.SMTPException:
        return
    sys.exit(f"{args} is not refused")


def send(link):
    for number in range(MESSAGES):
        link.sendmail(f"{SECRET}@shop", [f"{SECRET}{number}@shop", "b@shop"], message("hello", 300 * number))


def plain():
    with Told(ADDRESS, PORT, local_hostname="client.shop") as link:
        link.login(SECRET, SECRET)
        send(link)
        link.noop()
        link.verify(SECRET)
        refused(link.sendmail, "a@shop", ["nobody@shop"], message("hello"))
        refused(link.sendmail, "a@shop", ["full@shop"], message("hello"))
        refused(link.sendmail, "a@shop", ["b@shop"], message("spam"))
        link.docmd("MAIL", f"TO:{SECRET}")
        link.asked = "unknown"
        link.docmd(SECRET)
    with Told(ADDRESS, PORT, local_hostname="client.shop") as link:
        link.ehlo()
        link.user, link.password = SECRET, SECRET
        link.auth("LOGIN", link.auth_login, initial_response_ok=False)


def wrong():
    with Told(ADDRESS, PORT, local_hostname="client.shop") as link:
        refused(link.login, SECRET, "wrong")
        refused(link.login, SECRET, "wrong")


def under_tls():
    with Told(ADDRESS, PORT, local_hostname="client.shop") as link:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        link.starttls(context=context)
        send(link)


def talk(port, steps):
    with socket.create_connection((ADDRESS, port)) as link:
        heard = link.makefile("rb")
        for asked, codes, told in steps:
            link.sendall(asked.encode())
            for code in codes:
                while (line := heard.readline())[3:4] == b"-":
                    pass
                assert line[:3] == str(code).encode(), (asked, line)
            print(*told, sep="\n", end="\n" if told else "")


def asking_ahead():
    talk(PORT, [("", [220], []), ("EHLO client.shop\r\n", [250], ["EHLO 250"]),
                (f"MAIL FROM:<{SECRET}@shop>\r\nRCPT TO:<nobody@shop>\r\nRCPT TO:<b@shop>\r\nDATA\r\n", [250, 550, 250, 354],
                 ["MAIL 250", "RCPT 550", "RCPT 250"]),
                (message("hello") + "\r\n.\r\nRSET\r\nQUIT\r\n", [250, 250, 221], ["DATA 250", "RSET 250", "QUIT 221"])])


def lmtp():
    talk(PORT + 1, [("", [220], []), ("LHLO client.shop\r\n", [250], ["LHLO 250"])] + [
        ("MAIL FROM:<a@shop>\r\n", [250], ["MAIL 250"]), ("RCPT TO:<a@shop>\r\n", [250], ["RCPT 250"]),
        ("RCPT TO:<full@shop>\r\n", [452], ["RCPT 452"]), ("RCPT TO:<b@shop>\r\n", [250], ["RCPT 250"]),
        ("DATA\r\n", [354], []), (message("hello") + "\r\n.\r\n", [250, 250], ["DATA 250"])] * 2 + [
        ("QUIT\r\n", [221], ["QUIT 221"])])


plain()
lmtp()
if "in-turn" not in sys.argv:
    wrong()
    under_tls()
    asking_ahead()
