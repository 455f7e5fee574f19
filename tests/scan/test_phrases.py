"""Where programs take a password: on their command lines and in their settings."""

import time

import pytest

from secretkit.scan import phrases


@pytest.mark.parametrize(
    "line",
    [
        "mysql -uroot -porchid-17 shop", "mysqldump -h db -u b '-porchid-17' shop > x", "redis-cli -a orchid-17 ping",
        "/usr/bin/redis-server --requirepass orchid-17", "mongosh -u root -p orchid-17", "sshpass -p orchid-17 ssh a",
        "curl -sf -u admin:" + "orchid-17 https://a.example.com", "echo a && docker login -u ci -p orchid-17 r.example.com",
        "rabbitmqctl change_password admin orchid-17", "app --db-password orchid-17",
        "kubectl create secret generic a --from-literal=k=orchid-17",
        "user ops insecure-password orchid-17", "stats auth admin:orchid-17", "CREATE ROLE a PASSWORD 'orchid-17'",
        "CREATE USER a IDENTIFIED WITH native BY 'orchid-17'", "HTTP_Passwd orchid-17", "<password>orchid-17</password>",
        '<Resource name="a" password="orchid-17"/>', "machine a login b password orchid-17",
        "//a.example.com/:_authToken=orchid-17", "user app on >orchid-17 ~*", '"app" "orchid-17"',
        'proxy_set_header Authorization "Basic YTpvcmNoaWQtMTc="', "$db_password = 'orchid-17';", "Bearer orchid-17",
    ],
)  # fmt: skip
def test_a_password_on_a_line_is_seen(line: str) -> None:
    found = phrases.of_line(line)

    assert found
    assert found.value in ("orchid-17", "YTpvcmNoaWQtMTc=")


@pytest.mark.parametrize(
    "line",
    [
        "mysql -uroot -p$ROOT_PW", 'mysql -p"${PW}"', "redis-cli -a $PW ping", "ssh -p 2222 host", "grep -a words file",
        "docker login -u x --password-stdin", "docker run -p 8080:80 a", "curl -u \"$U:$P\" https://a",
        "helm upgrade -p x", "user a insecure-password \"$PW\"", "ALTER USER a PASSWORD '${PW}'",
        "CREATE TABLE t (password varchar(64))", "HTTP_Passwd ${ES_PASSWORD}", "<password>${env.PW}</password>",
        "machine a login b password ${TOKEN}", "//a.example.com/:_authToken=${NPM_TOKEN}",
        'proxy_set_header Authorization "Bearer $token"', "app --password changeme", "Use the password please",
    ],
)  # fmt: skip
def test_a_variable_and_a_sample_are_not(line: str) -> None:
    assert phrases.of_line(line) is None


@pytest.mark.parametrize(
    "text", ["mysql -p" * 1_000, "'" * 9_000, 'authorization "' * 900, "password " * 2_000]
)
def test_no_line_takes_long(text: str) -> None:
    before = time.process_time()

    phrases.of_line(text)

    assert time.process_time() - before < 1
