"""Certificates for tests, made by openssl in a folder as they are wanted."""

import os
import subprocess


class Authority:
    """Signs certificates; its own is `FOLDER/NAME.pem`."""

    def __init__(self, folder, name="ca"):
        self.folder, self.name = folder, name
        self.serial = 1000
        self.issued = {}        # row of the index for each file
        self.certificate = self.path(f"{name}.pem")
        self.key = self.path(f"{name}.key")
        self.openssl("req", "-x509", "-newkey", "ec", "-pkeyopt",
                     "ec_paramgen_curve:P-256", "-nodes", "-days", "3650",
                     "-subj", f"/CN={name}", "-keyout", self.key,
                     "-out", self.certificate)

    def path(self, name):
        return os.path.join(self.folder, name)

    def openssl(self, *arguments, text=None):
        done = subprocess.run(["openssl", *arguments], input=text, text=True,
                              capture_output=True, check=False)
        if done.returncode:
            raise OSError(f"openssl {arguments[0]}: {done.stderr}")
        return done.stdout

    def sign(self, name, *names, days=30, use="serverAuth", key="ec"):
        """A certificate for the names (DNS:..., IP:...); returns the paths of
        it and its key. Negative days make one that has expired."""
        certificate, keyfile = self.path(f"{name}.pem"), self.path(
            f"{name}.key")
        request, extra = self.path(f"{name}.csr"), self.path(f"{name}.ext")
        kind = (["rsa:2048"] if key == "rsa" else
                ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"])
        self.openssl("req", "-newkey", *kind, "-nodes", "-subj",
                     f"/CN={name}", "-keyout", keyfile, "-out", request)
        os.chmod(keyfile, 0o600)
        with open(extra, "w", encoding="ascii") as file:
            file.write("basicConstraints=CA:FALSE\n"
                       f"extendedKeyUsage={use}\n")
            if names:
                file.write(f"subjectAltName={','.join(names)}\n")
        self.serial += 1
        if days < 0:
            # openssl x509 makes none that ended before it began
            self.openssl("ca", "-batch", "-notext", "-md", "sha256",
                         "-config", self.database(), "-in", request,
                         "-extfile", extra, "-startdate", "20200101000000Z",
                         "-enddate", "20200201000000Z", "-out", certificate)
        else:
            self.openssl("x509", "-req", "-in", request, "-CA",
                         self.certificate, "-CAkey", self.key, "-set_serial",
                         str(self.serial), "-days", str(days), "-extfile",
                         extra, "-out", certificate)
        self.issued[certificate] = f"{self.serial:04X}"
        return certificate, keyfile

    def append_to(self, certificate):
        """Makes the file a chain."""
        with open(self.certificate, encoding="ascii") as own, \
                open(certificate, "a", encoding="ascii") as file:
            file.write(own.read())

    def database(self):
        """What `openssl ca` wants to see; returns its configuration."""
        config = self.path(f"{self.name}.cnf")
        with open(self.path(f"{self.name}.idx"), "a", encoding="ascii"):
            pass
        with open(self.path(f"{self.name}.srl"), "w",
                  encoding="ascii") as file:
            file.write(f"{self.serial:04X}\n")
        with open(config, "w", encoding="ascii") as file:
            file.write(f"""[ca]
default_ca = one
[one]
database = {self.path(self.name + '.idx')}
serial = {self.path(self.name + '.srl')}
new_certs_dir = {self.folder}
certificate = {self.certificate}
private_key = {self.key}
policy = any
unique_subject = no
email_in_dn = no
[any]
commonName = supplied
""")
        return config

    def answer(self, certificate, status="V", days=7):
        """An OCSP response about a certificate; returns its path."""
        path = certificate[:-len(".pem")] + ".ocsp"
        index = self.path("status.idx")
        revoked = "200101000000Z" if status == "R" else ""
        with open(index, "w", encoding="ascii") as file:
            file.write(f"{status}\t991231235959Z\t{revoked}\t"
                       f"{self.issued[certificate]}\tunknown\t/CN=any\n")
        self.openssl("ocsp", "-index", index, "-CA", self.certificate,
                     "-rsigner", self.certificate, "-rkey", self.key,
                     "-issuer", self.certificate, "-cert", certificate,
                     "-ndays", str(days), "-respout", path)
        return path
