"""The udev rules read as udev(7) says; Debian 12's udevadm, 252, cannot verify rules yet."""

from __future__ import annotations

import re

import pytest

from tree import text

RULES = "systemd/70-gate-serial.rules"
MATCHES = {
    "ACTION", "KERNEL", "SUBSYSTEM", "DRIVER", "ATTR", "KERNELS", "SUBSYSTEMS", "DRIVERS", "ATTRS",
    "ENV", "TAG", "TAGS", "TEST", "DEVPATH",
}  # fmt: skip
SETS = {"ENV", "ATTR", "SYMLINK", "GROUP", "OWNER", "MODE", "TAG", "OPTIONS", "NAME"}
NEEDS_NAME = {"ATTR", "ATTRS", "ENV"}
PART = re.compile(r'\s*([A-Z]+)(?:\{([^}"]+)\})?\s*(==|!=|\+=|-=|:=|=)\s*"([^"]*)"\s*(,|$)')


class RuleError(ValueError):
    """A rule is not what udev(7) says."""


def _check(rule: str) -> None:
    at = 0
    sets = 0
    while at < len(rule):
        part = PART.match(rule, at)
        if part is None:
            raise RuleError(f'expected KEY OP "VALUE" at {at}, got {rule[at : at + 20]!r}')
        key, name, operator, value, comma = part.groups()
        allowed = MATCHES if operator in {"==", "!="} else SETS
        if key not in allowed:
            raise RuleError(f"{key} does not go with {operator}")
        if key in NEEDS_NAME and not name:
            raise RuleError(f"{key} needs a name in braces")
        if not value:
            raise RuleError(f"{key} has no value")
        sets += operator not in {"==", "!="}
        at = part.end()
        if comma and at == len(rule):
            raise RuleError("a comma at the end")
    if not sets:
        raise RuleError("a rule that sets nothing")


def _rules() -> list[str]:
    lines = text(RULES).splitlines()
    examples = [line[1:] for line in lines if re.match(r"#[A-Z]+=", line)]
    return [line for line in lines if line and not line.startswith("#")] + examples


@pytest.mark.parametrize("rule", _rules())
def test_a_shipped_rule_is_well_formed(rule: str) -> None:
    _check(rule)


@pytest.mark.parametrize(
    "rule",
    [
        'SUBSYSTEM="tty", MODE="0660"',
        'SUBSYSTEM=="tty" MODE="0660"',
        'SUBSYSTEM=="tty", MODE=="0660"',
        'SUBSYSTEM=="tty", ENV="1"',
        'SUBSYSTEM=="tty", MODE="0660",',
        'SUBSYSTEM=="tty", MODE=0660',
        'SUBSYSTEM=="tty"',
    ],
)
def test_a_rule_that_udev_would_refuse_or_ignore_is_found(rule: str) -> None:
    with pytest.raises(RuleError):
        _check(rule)


def test_the_rules_keep_modem_manager_away_and_the_bridges_awake() -> None:
    rules = text(RULES)

    assert 'ENV{ID_MM_DEVICE_IGNORE}="1"' in rules
    assert rules.count('ATTR{power/control}="on"') == 4
    assert 'SYMLINK+="gate/thermometer"' in rules
    assert 'SYMLINK+="gate/id-reader"' in rules
