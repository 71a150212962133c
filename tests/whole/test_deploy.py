"""The samples in deploy/ are loaded by their own programs, and carry what they say.

A program that is not installed is skipped with its name: apt-get install nginx-light caddy.
"""

import contextlib
import json
import re
import shutil
import socket
import ssl
import subprocess
import tempfile
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from app.core.settings import PROJECT_ROOT
from tests.gunicorn_server import GunicornServer, find_free_port, wait_until

DEPLOY = PROJECT_ROOT / "deploy"
NAME = "sms.example.org"
GUNICORN_KEEPALIVE = int(
    re.search(r"^keepalive = (\d+)", (PROJECT_ROOT / "gunicorn.conf.py").read_text(), re.M)[1]
)


def find_program(name):
    """The path of a program; the test is skipped where there is none."""
    path = shutil.which(name) or shutil.which(f"/usr/sbin/{name}")
    if not path:
        pytest.skip(f"{name} is not installed, so its sample in deploy/ was not tried")
    return path


def run(*command):
    """Run a command to its end and return all that it said."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    return said


def find_compose():
    """The command of docker compose, version 2: version 1 does not know a project's name."""
    docker = find_program("docker")
    if subprocess.run([docker, "compose", "version"], capture_output=True).returncode:
        pytest.skip("docker has no compose here, so deploy/compose.yaml was not loaded by it")
    return (docker, "compose")


@pytest.fixture
def program(make_settings):
    """SMS Admin behind one proxy."""
    proxied = {"TRUST_PROXY": "1", "PUBLIC_BASE_URL": f"https://{NAME}", "SCHEDULER_ENABLED": "0"}
    with GunicornServer(make_settings().database_path, **proxied) as server:
        yield server


@contextlib.contextmanager
def running(*command):
    """A proxy in the foreground until the block ends."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(60)


def listens(port):
    """Whether something takes connections on this port."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def fetch(url, **headers):
    """Open an address of the site, redirects not followed; return status, headers and body."""
    context = ssl._create_unverified_context()
    handlers = [NoRedirect, urllib.request.HTTPSHandler(context=context)]
    request = urllib.request.Request(url, headers={"Host": NAME, **headers})
    try:
        with urllib.request.build_opener(*handlers).open(request, timeout=60) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, error.read()


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """Shows redirects instead of following them."""

    def redirect_request(self, *_arguments):
        """Follow none."""


def prepare_nginx(folder, program_port):
    """Write the sample with ports, files and a certificate of this test; return its two ports."""
    http, https = find_free_port(), find_free_port()
    certificate = ("-keyout", folder / "key.pem", "-out", folder / "cert.pem")
    run(
        *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1"),
        *("-subj", f"/CN={NAME}", *certificate),
    )
    text = (DEPLOY / "nginx.conf").read_text()
    for old, new in (
        ("127.0.0.1:5000", f"127.0.0.1:{program_port}"),
        ("listen [::]:80;", ""),
        ("listen [::]:443 ssl http2;", ""),
        ("listen 80;", f"listen 127.0.0.1:{http};"),
        ("listen 443 ", f"listen 127.0.0.1:{https} "),
        (f"/etc/letsencrypt/live/{NAME}/fullchain.pem", str(folder / "cert.pem")),
        (f"/etc/letsencrypt/live/{NAME}/privkey.pem", str(folder / "key.pem")),
        ("/var/log/nginx", str(folder)),
        ("/var/www/letsencrypt", str(folder / "acme")),
    ):
        assert old in text, old
        text = text.replace(old, new)
    (folder / "sample.conf").write_text(text)
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"daemon off;\npid {folder}/pid;\nerror_log {folder}/error.log;\n"
        f"events {{}}\nhttp {{\n{temporary}include {folder}/sample.conf;\n}}\n"
    )
    return http, https


@pytest.mark.slow
def test_nginx_loads_its_sample_and_serves_the_program(tmp_path, program):
    nginx = find_program("nginx")
    http, https = prepare_nginx(tmp_path, program.port)
    challenge = tmp_path / "acme" / ".well-known" / "acme-challenge"
    challenge.mkdir(parents=True)
    (challenge / "token").write_text("proof")
    # Nginx started by root gives its work to a user who may not look into root's folders.
    for folder in (tmp_path, *tmp_path.parents):
        if Path(tempfile.gettempdir()) in folder.parents:
            folder.chmod(0o755)
    conf = ("-c", str(tmp_path / "nginx.conf"), "-p", str(tmp_path))
    assert "syntax is ok" in run(nginx, *conf, "-t")
    site, plain = f"https://127.0.0.1:{https}", f"http://127.0.0.1:{http}"
    with running(nginx, *conf):
        wait_until(lambda: listens(https), "nginx to listen")
        assert fetch(site + "/health")[0] == 200
        status, headers, _ = fetch(site + "/login", **{"Accept-Encoding": "gzip"})
        assert (status, headers["Content-Encoding"]) == (200, "gzip")
        assert "Secure" in headers["Set-Cookie"]
        assert fetch(plain + "/.well-known/acme-challenge/token")[2] == b"proof"
        assert fetch(plain + "/login")[1]["Location"] == f"https://{NAME}/login"
        assert fetch(plain + "/webhooks/twilio/inbound")[0] == 404
        assert fetch(site + "/people/13035550142?search=Zoe")[0] == 302
    log = (tmp_path / "sms-admin.log").read_text()
    assert "/people/..." in log
    assert "3035550142" not in log + (tmp_path / "sms-admin-error.log").read_text()
    assert "Zoe" not in log


@pytest.mark.slow
def test_caddy_loads_its_sample_and_serves_the_program(tmp_path, program, monkeypatch):
    caddy = find_program("caddy")
    for name in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    run(caddy, "validate", "--config", str(DEPLOY / "Caddyfile"), "--adapter", "caddyfile")
    port = find_free_port()
    text = (DEPLOY / "Caddyfile").read_text()
    text = text.replace(f"\n{NAME} {{", f"\nhttp://{NAME}:{port} {{")
    text = text.replace("127.0.0.1:5000", f"127.0.0.1:{program.port}")
    sample = tmp_path / "Caddyfile"
    sample.write_text(text.replace("{\n\tservers", "{\n\tadmin off\n\tservers", 1))
    site = f"http://127.0.0.1:{port}"
    with running(caddy, "run", "--config", str(sample), "--adapter", "caddyfile"):
        wait_until(lambda: listens(port), "caddy to listen")
        assert fetch(site + "/health")[0] == 200
        assert fetch(site + "/login", **{"Accept-Encoding": "gzip"})[1]["Content-Encoding"]
        held = [socket.create_connection(("127.0.0.1", port)) for _ in range(30)]
        head = f"POST /login HTTP/1.1\r\nHost: {NAME}\r\nContent-Length: 1000\r\n\r\na"
        for line in held:
            line.sendall(head.encode())
        assert fetch(site + "/health")[0] == 200
        assert fetch(site + "/login")[0] == 200
        for line in held:
            line.close()
    parsed = run(caddy, "adapt", "--config", str(DEPLOY / "Caddyfile"), "--adapter", "caddyfile")
    assert json.loads(parsed)["apps"]["http"]["servers"]["srv0"]["read_header_timeout"] > 0


def test_every_proxy_gives_a_connection_up_before_gunicorn_does():
    kept = {
        "nginx.conf": r"upstream \w+ \{[^}]*keepalive_timeout (\d+)s;",
        "Caddyfile": r"\bkeepalive (\d+)s",
    }
    for name, pattern in kept.items():
        seconds = int(re.search(pattern, (DEPLOY / name).read_text())[1])
        assert seconds < GUNICORN_KEEPALIVE, name


def test_systemd_takes_the_unit(tmp_path):
    """Its program is somewhere else here; what systemd says of it is left out."""
    analyze = find_program("systemd-analyze")
    unit = tmp_path / "sms-admin.service"
    text = (DEPLOY / "sms-admin.service").read_text()
    unit.write_text(text.replace("/srv/sms-admin/.venv/bin/gunicorn", "/bin/true"))
    done = subprocess.run([analyze, "verify", str(unit)], capture_output=True, text=True)
    problems = [line for line in done.stderr.splitlines() if "sms-admin.service" in line]
    assert problems == []
    assert re.search(r"^MemoryMax=1G$", text, re.M)
    assert re.search(r"^TasksMax=\d+$", text, re.M)


def test_the_container_comes_back_after_a_reboot_and_is_checked(tmp_path):
    compose = (DEPLOY / "compose.yaml").read_text()
    assert "restart: unless-stopped" in compose
    assert 'test: ["CMD", "python", "healthcheck.py"]' in compose
    (tmp_path / ".env").write_text("SECRET_KEY=x\n")
    (tmp_path / "deploy").mkdir()
    sample = shutil.copy(DEPLOY / "compose.yaml", tmp_path / "deploy")
    run(*find_compose(), "-f", str(sample), "config", "--quiet")
