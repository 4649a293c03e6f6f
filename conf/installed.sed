# What `make install` makes of consentd.conf: the sample runs where it stands,
# the installed one under systemd, which makes these two folders.
s|keys = "keys"; |keys = "/var/lib/consentd/keys"; |
s|directory = "log";|directory = "/var/lib/consentd/log";|
s|^// \(control = "/run/consentd/control.sock";\)|\1|
