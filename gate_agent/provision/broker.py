"""What mosquitto is told (消息代理配置): TLS for everyone, rules by name, a memory that is tuned.

Topics are those of the contract, so that rules and publishers cannot drift apart.
"""

from __future__ import annotations

from collections.abc import Iterable

from gate_agent.contract.messages import Topics
from gate_agent.contract.records import Severity
from gate_agent.provision.register import READER
from gate_agent.uplink.discovery import HOME_ASSISTANT, config_topic

INSTALLED = "/etc/mosquitto/gate"  # where the broker's files go
STATE = "/var/lib/mosquitto/"
PORT = 8883
LARGEST_PACKET = 1024 * 1024  # nothing here sends more than a quarter of it
_SEVERITIES = (Severity.URGENT, Severity.ROUTINE)


def collector_name(site: str, worker: str = "") -> str:
    """Return the name in the certificate of the collector, or of a worker; its client id, too."""
    return f"collector-{site}-{worker}" if worker else f"collector-{site}"


def rules(site: str, workers: Iterable[str] = (), listeners: Iterable[str] = ()) -> str:
    """Return the access rules (ACL); a further gate needs no new line.

    `listeners` are the names of readers and displays, who read and may write nothing.
    """
    own, every = Topics(site=site, gate="%u"), Topics(site=site, gate="+")
    lines = [
        "# Who may do what. `%u` is the name in the client's certificate.",
        "",
        "# A gate writes its own events, state and figures, and what the other doors must know. It",
        "# reads its receipt, its orders, the policy, who was seen, and what the others tell.",
        *(f"pattern write {own.event(severity)}" for severity in _SEVERITIES),
        f"pattern write {own.state}",
        f"pattern write {own.door}",
        f"pattern write {own.figures}",
        f"pattern write {config_topic(HOME_ASSISTANT, own)}",
        f"pattern read {own.receipt}",
        f"pattern read {own.policy}",
        f"pattern read {own.policy_urgent}",
        f"pattern read {own.policy_part('+')}",
        f"pattern read {own.anchor}",
        f"pattern read {own.orders}",
        f"pattern read {own.seen}",
        f"pattern read {every.state}",
        f"pattern read {every.door}",
        "",
        "# The collector reads everything, and writes receipts, orders, the policy, who was seen.",
        f"user {collector_name(site)}",
        *(f"topic read {every.event(severity)}" for severity in _SEVERITIES),
        f"topic readwrite {every.state}",
        f"topic readwrite {every.receipt}",
        f"topic readwrite {every.policy}",
        f"topic readwrite {every.policy_urgent}",
        f"topic readwrite {every.policy_part('+')}",
        f"topic readwrite {every.anchor}",
        f"topic readwrite {every.orders}",
        f"topic write {every.seen}",
        f"topic readwrite {every.collector}",
    ]
    for worker in workers:
        lines += [
            "",
            "# A worker shares the events with the others in a group with a secret name:",
            "# mosquitto 2 asks no rule about $share before it lets a client join.",
            f"user {collector_name(site, worker)}",
            *(f"topic read {every.event(severity)}" for severity in _SEVERITIES),
            f"topic write {every.receipt}",
            f"topic write {every.seen}",
        ]
    for name in listeners:
        lines += _listening(site, name)
    return "\n".join(lines) + "\n"


def _listening(site: str, name: str) -> list[str]:
    """Return what a reader (events, states and figures) or a display (the last two) may hear.

    The patterns hold for every name: what they let a door do with its own topics, and read of the
    policy and of other people, is denied, which mosquitto asks first.
    """
    every, own = Topics(site=site, gate="+"), Topics(site=site, gate=name)
    heard = [every.state, every.figures]
    if name.startswith(f"{READER}-"):
        heard = [*(every.event(severity) for severity in _SEVERITIES), *heard]
        heard.append(config_topic(HOME_ASSISTANT, every))
    return [
        "",
        "# Reads, and says nothing.",
        f"user {name}",
        f"topic deny {own.state.rpartition('/')[0]}/#",
        f"topic deny {every.policy}/#",
        f"topic deny {every.anchor}",
        f"topic deny {every.seen}",
        f"topic deny {every.door}",
        f"topic deny {config_topic(HOME_ASSISTANT, own)}",
        *(f"topic read {topic}" for topic in heard),
    ]


def configuration(
    *, files: str = INSTALLED, listener: str = str(PORT), state: str | None = None
) -> str:
    """Return mosquitto's configuration; `state` is its memory's folder where no other file says.

    Debian's own mosquitto.conf names that folder, and a second name is refused.
    """
    memory = "" if state is None else f"persistence_location {state}\n"
    return f"""\
# mosquitto 2 for a hall: /etc/mosquitto/conf.d/gate.conf, made by `gate-agent provision`.
# A certificate for each client; the name in it is the gate's id, and what it may do is in gate.acl.
per_listener_settings false
listener {listener}
cafile {files}/ca.crt
certfile {files}/broker.crt
keyfile {files}/broker.key
crlfile {files}/revoked.crl
tls_version tlsv1.2
ciphers ECDHE+AESGCM:ECDHE+CHACHA20
require_certificate true
allow_anonymous false

# The name in the certificate is the user *and* the client id: else a gate with a good
# certificate could take over the session of the other one.
use_identity_as_username true
use_username_as_clientid true
acl_file {files}/gate.acl

# Retained states, receipts and the policy outlive a restart. No event depends on it: a PUBACK is
# not storage (the whole file is written anew each time, so not at every change), and what has no
# receipt of the collector's is published again.
persistence true
{memory}autosave_interval 10
autosave_on_changes false

# A collector that is away gets the rest from the gates, not from the broker's memory.
max_queued_messages 20000
max_inflight_messages 100
max_packet_size {LARGEST_PACKET}
persistent_client_expiration 7d
set_tcp_nodelay true
"""


def unit_drop_in(*, state: str = STATE) -> str:
    """Return systemd's addition: a memory that a power cut spoilt must not keep the broker down.

    mosquitto refuses to start with such a file (eclipse/mosquitto issue 2639: all null bytes).
    """
    file = f"{state}mosquitto.db"
    look = f"[ ! -e {file} ] || head -c 15 {file} | grep -qa 'mosquitto db' || mv {file} {file}.bad"
    return f"""\
# /etc/systemd/system/mosquitto.service.d/gate.conf, made by `gate-agent provision`.
[Service]
ExecStartPre=/bin/sh -c "{look}"
Restart=always
RestartSec=2
"""
