"""ldap_shop.py - a directory for tests: OpenLDAP's slapd, started on a host of a lab (lab.py), with a few entries, and what its
clients ask of it.

`use()` runs ldap-utils and gives what is to be told of it: a Counter of (operation, status), and how many entries were found;
`few`: without what takes many packets, and TLS."""
import collections
import os

from lab import wait_until

BASE, PORT = "dc=shop", 3890
ROOT = f"cn=admin,{BASE}"
PEOPLE = 30
CONF = """
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb.so
moduleload syncprov.so
pidfile {folder}/slapd.pid
sizelimit 20
{tls}
database mdb
suffix "{base}"
rootdn "{root}"
rootpw {secret}
directory {folder}/directory
overlay syncprov
"""


def start(lab, secret):
    os.makedirs(lab.path("directory"), exist_ok=True)
    lab.run("server", "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=dir.shop", "-days", "9",
            "-keyout", lab.path("key.pem"), "-out", lab.path("crt.pem"))
    tls = f"TLSCertificateFile {lab.path('crt.pem')}\nTLSCertificateKeyFile {lab.path('key.pem')}"
    conf = lab.write("slapd.conf", CONF.format(folder=lab.folder, base=BASE, root=ROOT, secret=secret, tls=tls))
    lab.start("server", "/usr/sbin/slapd", "-d", "0", "-f", conf, "-h", f"ldap://{lab.address('server')}:{PORT}")
    wait_until(lambda: f":{PORT} " in lab.run("server", "ss", "-ltn"), 20, "slapd listens")


def people(secret):
    yield f"dn: {BASE}\nobjectClass: dcObject\nobjectClass: organization\ndc: shop\no: shop\n"
    for number in range(PEOPLE):
        yield (f"dn: uid={secret}{number},{BASE}\nobjectClass: inetOrgPerson\nuid: {secret}{number}\ncn: {secret}\nsn: {secret}\n"
               f"description: {'x' * (200 * number + 1)}\n")


def use(lab, secret, few=False):
    url, told, found = f"ldap://{lab.address('server')}:{PORT}", collections.Counter(), 0

    def ask(*command, status=0, bind="success", **expected):
        line = " ".join(map(repr, command))
        script = f"{line} -x -H {url}; test $? = {status}"
        lab.run("client", "sh", "-c", script)
        told["bind simple" if "'-D'" in line else "bind anonymous", bind] += 1
        told["unbind", None] += 1
        for operation, results in expected.get("told", {}).items():
            told[operation, results] += 1

    root = ["-D", ROOT, "-w", secret]
    ldif = lab.write("people.ldif", "\n".join(people(secret)))
    ask("ldapadd", "-f", ldif, *root)
    told["add", "success"] += PEOPLE + 1
    if not few:
        ask("ldapadd", "-c", "-f", ldif, *root, status=68)
        told["add", "entryAlreadyExists"] += PEOPLE + 1
    filters = f"(&(objectClass=inetOrgPerson)(|(uid={secret}1)(uid={secret}2)(mail={secret}*)))"
    ask("ldapsearch", "-b", BASE, filters, told={
        "search sub (&(objectClass=*)(|(uid=*)(mail=*)))": "success"})
    found += 2
    ask("ldapsearch", "-s", "base", "-b", BASE, told={"search base (objectclass=*)": "success"})
    found += 1
    if not few:
        ask("ldapsearch", "-s", "one", "-b", BASE, "(!(mail=x))", status=4, told={"search one (!(mail=*))": "sizeLimitExceeded"})
        found += 20
    ask("ldapsearch", "-b", f"ou={secret},{BASE}", status=32, told={"search sub (objectclass=*)": "noSuchObject"})
    ask("ldapsearch", "-D", ROOT, "-w", "wrong", "-b", BASE, status=49, bind="invalidCredentials")
    ask("ldapcompare", f"uid={secret}1,{BASE}", f"sn:{secret}", status=6, told={"compare": "compareTrue"})
    ask("ldapmodify", *root, "-f", lab.write("change.ldif", f"dn: uid={secret}1,{BASE}\nchangetype: modify\nreplace: sn\nsn: {secret}\n"),
        told={"modify": "success"})
    ask("ldapmodrdn", *root, "-r", f"uid={secret}3,{BASE}", f"uid={secret}x", told={"rename": "success"})
    ask("ldapdelete", *root, f"uid={secret}4,{BASE}", told={"delete": "success"})
    ask("ldapwhoami", *root, told={"extended WhoAmI": "success"})
    ask("ldappasswd", *root, "-s", secret, f"uid={secret}5,{BASE}", told={"extended PasswordModify": "success"})
    if not few:
        lab.run("client", "sh", "-c", f"LDAPTLS_REQCERT=never ldapwhoami -x -ZZ -H {url}")
        told["extended StartTLS", "success"] += 1
    return told, found


def wait_for_changes(lab, secret):
    """A Sync Request that goes on until the client is ended."""
    waiting = lab.start("client", "ldapsearch", "-x", "-H", f"ldap://{lab.address('server')}:{PORT}", "-E", "sync=rp", "-b", BASE,
                        f"(uid={secret}2)")
    wait_until(lambda: secret in open(lab.path("ldapsearch.out")).read(), 20, "the search has begun")
    return waiting
