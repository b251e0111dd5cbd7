"""Where a webhook may lead, by the spelling of its address and by what its host resolves to."""

import socket
from ipaddress import ip_address, ip_network

import pytest

from flows.receivers import ReceiverRefused, judged, look_up, receiver
from models.private_receivers import NOTHING_PRIVATE, PrivateReceivers, private_receivers
from models.settings import Settings, StartupError

LOCAL = {
    "loopback": ("https://127.0.0.1/", "https://127.8.9.10/", "https://[::1]/", "https://localhost/"),
    "one number": ("https://2130706433/", "https://3232235777/"),
    "octal": ("https://0177.0.0.1/", "https://012.0.0.1/"),
    "hexadecimal": ("https://0x7f.1/", "https://0xa9fea9fe/"),
    "short": ("https://127.1/", "https://10.1/"),
    "wide digits": ("https://１２７.0.0.1/",),
    "private": ("https://10.0.0.1/", "https://172.31.255.1/", "https://192.168.1.1/", "https://[fd12::1]/"),
    "shared": ("https://100.64.0.1/", "https://198.18.0.1/"),
    "link-local": ("https://169.254.1.1/", "https://[fe80::1]/", "https://[fec0::1]/"),
    "unspecified": ("https://0.0.0.0/", "https://0/", "https://[::]/"),
    "multicast": ("https://224.0.0.1/", "https://255.255.255.255/", "https://[ff02::1]/", "https://[ff0e::1]/"),
    "metadata": (
        "https://169.254.169.254/latest", "https://[fd00:ec2::254]/", "https://100.100.100.200/",
        "https://168.63.129.16/", "https://192.0.0.192/",
    ),
    "IPv4 in IPv6": ("https://[::ffff:127.0.0.1]/", "https://[::ffff:a9fe:a9fe]/", "https://[::127.0.0.1]/"),
    "NAT64": ("https://[64:ff9b::7f00:1]/", "https://[64:ff9b::10.0.0.1]/", "https://[64:ff9b:1::1]/"),
    "tunnels": ("https://[2002:7f00:1::]/", "https://[2001:0:7f00:1::]/"),
}  # fmt: skip


def leads_to(url: str, private: PrivateReceivers = NOTHING_PRIVATE) -> list[str]:
    to = receiver(url, private)
    return judged(to, look_up(to).result(10), private)


@pytest.mark.parametrize("url", [url for urls in LOCAL.values() for url in urls])
def test_private_and_local_addresses_are_refused_however_they_are_spelt(url: str) -> None:
    with pytest.raises(ReceiverRefused) as refused:
        leads_to(url)
    assert refused.value.code == "private_address"


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://8.8.8.8/", "8.8.8.8"),
        ("https://[2606:4700::1111]:8443/a?b=c", "2606:4700::1111"),
        ("https://[64:ff9b::8.8.8.8]/", "64:ff9b::808:808"),
        ("https://134744072/", "8.8.8.8"),
    ],
)
def test_public_addresses_on_any_port_are_fine(url: str, address: str) -> None:
    assert leads_to(url) == [address]


def test_listed_networks_and_hosts_are_fine_and_their_neighbours_are_not() -> None:
    private = private_receivers({"HOSO_WEBHOOK_PRIVATE": "10.1.0.0/16, fd12::/32 localhost"})
    assert leads_to("https://10.1.2.3/", private) == ["10.1.2.3"]
    assert leads_to("https://[::ffff:10.1.2.3]/", private) == ["::ffff:10.1.2.3"]
    assert leads_to("https://[fd12::1]/", private) == ["fd12::1"]
    assert {ip_address(one).is_loopback for one in leads_to("https://LOCALHOST./", private)} == {True}
    for url in ("https://10.2.0.1/", "https://127.0.0.1/", "https://[fd13::1]/"):
        with pytest.raises(ReceiverRefused):
            leads_to(url, private)


def test_a_listed_host_does_not_lead_to_a_clouds_metadata() -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("169.254.169.254", 443))]
    by_name, by_network = (
        private_receivers({"HOSO_WEBHOOK_PRIVATE": text}) for text in ("inside.example", "169.254.0.0/16")
    )
    to = receiver("https://inside.example/", by_name)
    with pytest.raises(ReceiverRefused):
        judged(to, found, by_name)
    assert judged(to, found, by_network) == ["169.254.169.254"]


def test_a_name_that_also_leads_to_a_private_address_is_refused_as_a_whole() -> None:
    to = receiver("https://both.example/", NOTHING_PRIVATE)
    found = [
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443)) for address in ("8.8.8.8", "10.0.0.1")
    ]
    assert judged(to, found[:1], NOTHING_PRIVATE) == ["8.8.8.8"]
    with pytest.raises(ReceiverRefused, match="HOSO_WEBHOOK_PRIVATE"):
        judged(to, found, NOTHING_PRIVATE)


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://8.8.8.8/", "https_required"),
        ("ftp://8.8.8.8/", "not_an_address"),
        ("https://officer@8.8.8.8/", "credentials_in_address"),
        ("https://officer:word@8.8.8.8/", "credentials_in_address"),
        ("https://8.8.8.8/#part", "not_an_address"),
        ("https://8.8.8.8:0/", "not_an_address"),
        ("https://8.8.8.8:99999/", "not_an_address"),
        ("https://", "not_an_address"),
        ("8.8.8.8", "not_an_address"),
        ("", "not_an_address"),
        ("https://8.8.8.8/" + "a" * 500, "not_an_address"),
        ("https://[fe80::1%25eth0]/", "not_an_address"),
    ],
)  # fmt: skip
def test_what_is_no_fit_address_is_refused_with_the_reason(url: str, code: str) -> None:
    with pytest.raises(ReceiverRefused) as refused:
        receiver(url, NOTHING_PRIVATE)
    assert refused.value.code == code
    assert refused.value.vietnamese != refused.value.english


def test_http_is_for_listed_hosts_alone() -> None:
    private = private_receivers({"HOSO_WEBHOOK_PRIVATE": "10.1.0.0/16,may-chu.xa.vn"})
    for url in ("http://10.1.2.3:8080/", "http://may-chu.xa.vn/", "http://[::ffff:10.1.2.3]/"):
        assert receiver(url, private).scheme == "http"
    for url in ("http://10.2.2.3/", "http://khac.xa.vn/"):
        with pytest.raises(ReceiverRefused):
            receiver(url, private)


def test_the_list_of_private_receivers_is_read_or_said_to_be_wrong() -> None:
    read = private_receivers({"HOSO_WEBHOOK_PRIVATE": "10.0.0.0/8, Noi-Bo.vn\n127.0.0.1"})
    assert read == PrivateReceivers(
        (ip_network("10.0.0.0/8"), ip_network("127.0.0.1/32")), frozenset({"noi-bo.vn"})
    )
    assert private_receivers({}) == private_receivers({"HOSO_WEBHOOK_PRIVATE": " , "}) == NOTHING_PRIVATE
    for wrong in ("10.0.0.1/8", "10.0.0.300", "https://noi-bo.vn", "noi_bo", "*.vn"):
        with pytest.raises(StartupError, match="HOSO_WEBHOOK_PRIVATE") as refused:
            Settings.from_environment({"HOSO_WEBHOOK_PRIVATE": wrong})
        assert refused.value.vietnamese != refused.value.english
    known = Settings.from_environment({"HOSO_WEBHOOK_PRIVATE": "noi-bo.vn"}).webhooks
    assert known.hosts == {"noi-bo.vn"}
